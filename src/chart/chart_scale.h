/*
 * chart_scale.h
 *		Scales: from a value to a place in pixels or to a colour; ticks.
 *
 * Linear and log scales, their nice domains and their ticks follow d3-scale (M. Bostock):
 * steps of 1, 2 and 5 times a power of ten.
 */
#ifndef SEG_CHART_SCALE_H
#define SEG_CHART_SCALE_H

#include "chart/chart.h"

/* The scale of x or y of a chart, over all its layers. */
typedef struct SegScale
{
	bool		used;
	SegScaleType type;
	double		low,
				high;			/* of the domain; a log scale: the values themselves */
	double		start,
				stop;			/* of the range, pixels */
	size_t		n_categories;
	bool		too_many;		/* categories: more than SEG_CHART_MAX_CATEGORIES */
	const char *categories[SEG_CHART_MAX_CATEGORIES];
	double		padding_inner,
				padding_outer;
	const SegChannel *channel;	/* with the settings: the first that has an axis, else the first */
} SegScale;

/* OUT *scale: the domain of x (SEG_CHANNEL_X) or y (SEG_CHANNEL_Y) over all layers. */
extern void seg_scale_domain(const SegChart *chart, SegChannelName name, SegScale *scale);

/* The distance between two categories, and the width of one. */
extern double seg_scale_step(const SegScale *scale);
extern double seg_scale_band(const SegScale *scale);

/* The place of a value, of a category its middle; NAN if it has none.  Beyond the domain: its end. */
extern double seg_scale_place(const SegScale *scale, SegValue value);

/* The place of a number on a scale without categories. */
extern double seg_scale_number(const SegScale *scale, double number);

/* The step between about count ticks: 1, 2 or 5 times a power of ten; negative: 1 / it. */
extern double seg_tick_step(double low, double high, double count);

#define SEG_MAX_TICKS 64

typedef struct SegTicks
{
	size_t		count;
	double		values[SEG_MAX_TICKS];
	int			decimals;		/* that tell them apart */
	int			date_style;		/* SegDateStyle, of a time scale */
} SegTicks;

/* OUT *ticks: about wanted of them, and no more than SEG_MAX_TICKS. */
extern void seg_scale_ticks(const SegScale *scale, double wanted, SegTicks *ticks);

/* OUT color: 8 bytes, "#rrggbb", of t from 0 to 1 on the scheme viridis. */
extern void seg_viridis(double t, char *color);

#endif							/* SEG_CHART_SCALE_H */
