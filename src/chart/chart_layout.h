/*
 * chart_layout.h
 *		Where everything of a chart stands: titles, plot, scales, axis labels.
 */
#ifndef SEG_CHART_LAYOUT_H
#define SEG_CHART_LAYOUT_H

#include "chart/chart_scale.h"
#include "chart/chart_text.h"

#define SEG_TITLE_LINES 3
#define SEG_LABEL_LINES 3
#define SEG_MAX_BOXES 4096

#define SEG_LABEL_SIZE 11.0		/* axis labels, pixels */
#define SEG_TITLE_SIZE 15.0
#define SEG_SUBTITLE_SIZE 12.0
#define SEG_LINE_HEIGHT 1.35	/* of the size of a font */
#define SEG_FRAME 12.0			/* empty border */
#define SEG_LABEL_GAP 6.0		/* between a label and the plot */

typedef struct SegBox
{
	double		left,
				top,
				right,
				bottom;
} SegBox;

/* An axis as it is drawn: every n-th of its labels. */
typedef struct SegAxis
{
	SegTicks	ticks;			/* of a scale without categories */
	size_t		every;			/* 0: no labels */
	double		label_width;	/* room for one */
	size_t		label_lines;	/* of a category */
} SegAxis;

typedef struct SegLayout
{
	SegScale	x,
				y;
	SegAxis		x_axis,
				y_axis;
	SegLine		title[SEG_TITLE_LINES],
				subtitle[SEG_TITLE_LINES];
	size_t		title_lines,
				subtitle_lines;
	double		left,
				top,
				width,
				height;			/* of the plot */
	double		left_extra;		/* room for marks between the labels of y and the plot */
	size_t		n_boxes;
	SegBox		boxes[SEG_MAX_BOXES];	/* of all texts that were placed */
} SegLayout;

/* OUT *layout: all but the boxes of text marks. */
extern void seg_chart_lay_out(const SegChart *chart, SegLayout *layout);

/* The box of a text of this width; y: of the baseline. */
extern SegBox seg_text_box(double x, double baseline, double width, double size, SegAlign align);

/* True if no placed text is there; then it is placed. */
extern bool seg_place_box(const SegChart *chart, SegLayout *layout, SegBox box);

/* OUT text: SEG_DATE_TEXT bytes: the label of a tick. */
extern void seg_tick_text(const SegChart *chart, const SegScale *scale, const SegTicks *ticks, size_t i, char *text);

/* OUT buffer: SEG_DATE_TEXT bytes, used for a number or a date.  Returns the text of a text mark, or NULL. */
extern const char *seg_mark_text(const SegChart *chart, const SegLayer *layer, size_t row, char *buffer);

/*
 * OUT *x, *y: the place of a text mark, with its baseline.  Returns false if it has none.
 */
extern bool seg_mark_place(const SegLayout *layout, const SegLayer *layer, size_t row, double *x, double *y);

#endif							/* SEG_CHART_LAYOUT_H */
