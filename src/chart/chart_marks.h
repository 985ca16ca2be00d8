/*
 * chart_marks.h
 *		Draws the layers of a chart, and the small parts of all drawing.
 */
#ifndef SEG_CHART_MARKS_H
#define SEG_CHART_MARKS_H

#include "chart/chart_layout.h"
#include "chart/chart_write.h"

/* The beginning of a text element, and its content and end; size 0: that of the group. */
extern void seg_begin_text(SegWriter *writer, double x, double y, SegAlign align, double size);
extern void seg_end_text(SegWriter *writer, SegLine line);

/* The width of a line with its ellipsis. */
extern double seg_line_width(SegLine line, SegFont font);

/* A straight line. */
extern void seg_write_rule(SegWriter *writer, double x1, double y1, double x2, double y2);

/* A group with the marks of a layer.  INOUT *layout: labels are placed. */
extern void seg_write_layer(const SegChart *chart, SegLayout *layout, const SegLayer *layer, SegWriter *writer);

#endif							/* SEG_CHART_MARKS_H */
