/*
 * chart.h
 *		A chart as a struct: the subset of Vega-Lite 5 that chart_svg draws.
 *
 * chart_spec_pg.c reads it from jsonb.  Texts are UTF-8.  The renderer draws what the
 * real Vega-Lite draws from the same specification at the same place; only margins,
 * axis labels and the placing of labels are its own.
 */
#ifndef SEG_CHART_CHART_H
#define SEG_CHART_CHART_H

#include "base/port.h"

#define SEG_CHART_MAX_LAYERS 16
#define SEG_CHART_MAX_ROWS 20000	/* of one layer */
#define SEG_CHART_MAX_CATEGORIES 500	/* of one axis */
#define SEG_CHART_MAX_COLORS 32
#define SEG_CHART_MAX_DASHES 4
#define SEG_CHART_MIN_SIDE 120
#define SEG_CHART_MAX_SIDE 4000

typedef enum SegValueKind
{
	SEG_VALUE_NULL = 0,
	SEG_VALUE_NUMBER,			/* a date too: days since 1970-01-01 */
	SEG_VALUE_TEXT
} SegValueKind;

typedef struct SegValue
{
	SegValueKind kind;
	double		number;			/* finite */
	const char *text;
} SegValue;

typedef enum SegFieldType
{
	SEG_FIELD_QUANTITATIVE = 0,
	SEG_FIELD_TEMPORAL,
	SEG_FIELD_DISCRETE			/* nominal, ordinal */
} SegFieldType;

typedef enum SegScaleType
{
	SEG_SCALE_LINEAR = 0,
	SEG_SCALE_LOG,
	SEG_SCALE_UTC,
	SEG_SCALE_BAND,
	SEG_SCALE_COLORS,			/* a colour for each category */
	SEG_SCALE_VIRIDIS,
	SEG_SCALE_NONE				/* the field has the colour itself */
} SegScaleType;

typedef enum SegChannelName
{
	SEG_CHANNEL_X = 0, SEG_CHANNEL_Y, SEG_CHANNEL_X2, SEG_CHANNEL_Y2, SEG_CHANNEL_COLOR, SEG_CHANNEL_TEXT,
	SEG_CHANNELS
} SegChannelName;

/* What a channel says of its scale. */
typedef struct SegScaleSpec
{
	SegScaleType type;
	size_t		n_domain;		/* 0: from the values */
	const SegValue *domain;
	size_t		n_range;		/* colours */
	const char *const *range;
	bool		nice;
	bool		zero;
	double		padding_inner;
	double		padding_outer;
} SegScaleSpec;

typedef struct SegAxisSpec
{
	bool		shown;
	bool		grid;
	bool		labels;
	const char *format;			/* "" for none */
	size_t		n_values;		/* 0: ticks are chosen */
	const double *values;
} SegAxisSpec;

typedef struct SegChannel
{
	bool		used;
	SegFieldType type;
	const SegValue *values;		/* one per row; NULL: constant for all */
	SegValue	constant;
	const char *title;			/* "" for none */
	const char *format;
	SegScaleSpec scale;
	SegAxisSpec axis;
} SegChannel;

typedef enum SegMark
{
	SEG_MARK_BAR = 0, SEG_MARK_LINE, SEG_MARK_AREA, SEG_MARK_RECT, SEG_MARK_POINT, SEG_MARK_RULE, SEG_MARK_TEXT
} SegMark;

typedef enum SegAlign
{
	SEG_ALIGN_LEFT = 0, SEG_ALIGN_CENTER, SEG_ALIGN_RIGHT
} SegAlign;

typedef enum SegBaseline
{
	SEG_BASELINE_TOP = 0, SEG_BASELINE_MIDDLE, SEG_BASELINE_BOTTOM
} SegBaseline;

typedef struct SegLayer
{
	SegMark		mark;
	const char *color;			/* "#rrggbb" */
	double		opacity;
	double		stroke_width;
	double		size;			/* of a point, square pixels */
	bool		filled;			/* points: else rings */
	size_t		n_dashes;
	double		dashes[SEG_CHART_MAX_DASHES];
	SegAlign	align;
	SegBaseline baseline;
	double		dx,
				dy;
	double		font_size;
	bool		bold;
	size_t		n;
	SegChannel	channels[SEG_CHANNELS];
} SegLayer;

typedef struct SegChart
{
	const char *title;			/* "" for none */
	const char *subtitle;
	const char *description;
	double		width,
				height;			/* of the whole picture */
	int			language;		/* as in stats/describe.h */
	size_t		n_layers;
	SegLayer	layers[SEG_CHART_MAX_LAYERS];
} SegChart;

/* The value of a channel in a row. */
static inline SegValue
seg_channel_value(const SegChannel *channel, size_t row)
{
	return channel->values == NULL ? channel->constant : channel->values[row];
}

/* A bar runs along x: its y has categories. */
static inline bool
seg_is_horizontal(const SegLayer *layer)
{
	return layer->channels[SEG_CHANNEL_Y].used && layer->channels[SEG_CHANNEL_Y].type == SEG_FIELD_DISCRETE;
}

#endif							/* SEG_CHART_CHART_H */
