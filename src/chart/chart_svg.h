/*
 * chart_svg.h
 *		Draws a chart as SVG.
 */
#ifndef SEG_CHART_SVG_H
#define SEG_CHART_SVG_H

#include "chart/chart_layout.h"
#include "chart/chart_write.h"

/*
 * Draw a chart: one <svg> element in ASCII without a line break, with a title and a
 * description, without ids, scripts, styles or references.
 *
 * OUT *layout: working space.  OUT writer: the text; call it again with a larger buffer
 * if length is above size.
 */
extern void seg_chart_svg(const SegChart *chart, SegLayout *layout, SegWriter *writer);

#endif							/* SEG_CHART_SVG_H */
