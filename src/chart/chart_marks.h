/*
 * chart_marks.h
 *		Draws the layers of a chart.
 */
#ifndef SEG_CHART_MARKS_H
#define SEG_CHART_MARKS_H

#include "chart/chart_layout.h"
#include "chart/chart_write.h"

/* A straight line. */
extern void seg_write_rule(SegWriter *writer, double x1, double y1, double x2, double y2);

/* A group with the marks of a layer.  INOUT *layout: labels are placed. */
extern void seg_write_layer(const SegChart *chart, SegLayout *layout, const SegLayer *layer, SegWriter *writer);

#endif							/* SEG_CHART_MARKS_H */
