/*
 * chart_labels.h
 *		Texts of a picture: their elements, and the labels of a layer of texts, which do not cover each other.
 */
#ifndef SEG_CHART_LABELS_H
#define SEG_CHART_LABELS_H

#include "chart/chart_layout.h"
#include "chart/chart_write.h"

/* The beginning of a text element, and its content and end; size 0: that of the group. */
extern void seg_begin_text(SegWriter *writer, double x, double y, SegAlign align, double size);
extern void seg_end_text(SegWriter *writer, SegLine line);

/* The width of a line with its ellipsis. */
extern double seg_line_width(SegLine line, SegFont font);

/* The texts of a layer; one without room is left out, or moves up or down between numbers.  INOUT *layout: they are placed. */
extern void seg_write_texts(const SegChart *chart, SegLayout *layout, const SegLayer *layer, SegWriter *writer);

#endif							/* SEG_CHART_LABELS_H */
