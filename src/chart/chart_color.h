/*
 * chart_color.h
 *		The colours of the rows of a layer: a constant, a column of colours, a domain with its range, or viridis.
 */
#ifndef SEG_CHART_COLOR_H
#define SEG_CHART_COLOR_H

#include "chart/chart_scale.h"
#include "chart/chart_write.h"

#define SEG_COLOR_TEXT 8		/* bytes of "#rrggbb" */

/* OUT buffer: SEG_COLOR_TEXT bytes, which the answer may point to.  Returns the colour of a row, that of the layer if it has none. */
extern const char *seg_color_of(const SegLayer *layer, size_t row, char *buffer);

/* True if a row has this colour. */
extern bool seg_has_color(const SegLayer *layer, size_t row, const char *color);

/*
 * The rows of one colour are drawn together.
 *
 * OUT firsts: SEG_CHART_MAX_COLORS rows, the first of each colour.  Returns their number; cost: rows times colours.
 */
extern size_t seg_colors_of(const SegLayer *layer, size_t *firsts);

/* An attribute with a colour; what XML needs is escaped. */
extern void seg_write_color(SegWriter *writer, const char *attribute, const char *color);

#endif							/* SEG_CHART_COLOR_H */
