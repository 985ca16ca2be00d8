/*
 * chart_layout.c
 *		Where everything of a chart stands; see chart_layout.h.
 *
 * Margins depend on labels, labels on ticks, and ticks on the width that margins leave.
 * Three rounds are enough: each takes the margins of the round before.
 */
#include "chart/chart_layout.h"

#define ROUNDS 3
#define SMALLEST_PLOT 20.0
#define WIDEST_LABELS 0.4		/* of the width of the chart, for the labels of y */

static const SegFont label_font = {SEG_LABEL_SIZE, false};

/* ---- texts ---- */

SegBox
seg_text_box(double x, double baseline, double width, double size, SegAlign align)
{
	double		left = align == SEG_ALIGN_LEFT ? x : align == SEG_ALIGN_CENTER ? x - width / 2 : x - width;

	return (SegBox) {left, baseline - 0.95 * size, left + width, baseline + 0.26 * size};
}

static bool
boxes_meet(const SegBox *a, const SegBox *b)
{
	return a->left < b->right && b->left < a->right && a->top < b->bottom && b->top < a->bottom;
}

bool
seg_place_box(const SegChart *chart, SegLayout *layout, SegBox box)
{
	if (layout->n_boxes == SEG_MAX_BOXES || box.left < 0 || box.top < 0 || box.right > chart->width || box.bottom > chart->height)
		return false;
	for (size_t i = 0; i < layout->n_boxes; i++)
		if (boxes_meet(&box, &layout->boxes[i]))
			return false;
	layout->boxes[layout->n_boxes++] = box;
	return true;
}

static SegDateStyle
style_of_format(const char *format)
{
	return strcmp(format, "%Y") == 0 ? SEG_DATE_YEAR : strcmp(format, "%b %Y") == 0 ? SEG_DATE_MONTH : SEG_DATE_DAY;
}

void
seg_tick_text(const SegChart *chart, const SegScale *scale, const SegTicks *ticks, size_t i, char *text)
{
	const char *given = scale->channel->axis.format;
	SegNumberFormat format = {ticks->decimals, true, false};

	if (scale->type == SEG_SCALE_UTC)
	{
		seg_date_text(ticks->values[i], *given != '\0' ? style_of_format(given) : (SegDateStyle) ticks->date_style, chart->language, text);
		return;
	}
	if (*given != '\0')
		(void) seg_number_format(given, &format);
	seg_number_text(ticks->values[i], format, chart->language, text);
}

const char *
seg_mark_text(const SegChart *chart, const SegLayer *layer, size_t row, char *buffer)
{
	const SegChannel *channel = &layer->channels[SEG_CHANNEL_TEXT];
	SegValue	value = seg_channel_value(channel, row);
	SegNumberFormat format;

	if (value.kind == SEG_VALUE_TEXT)
		return value.text[0] == '\0' ? NULL : value.text;
	if (value.kind == SEG_VALUE_NULL)
		return NULL;
	if (channel->type == SEG_FIELD_TEMPORAL)
		seg_date_text(value.number, style_of_format(channel->format), chart->language, buffer);
	else
	{
		(void) seg_number_format(channel->format, &format);
		seg_number_text(value.number, format, chart->language, buffer);
	}
	return buffer;
}

/* The place of a channel, or the middle of the plot without it. */
static double
place_of(const SegScale *scale, const SegLayer *layer, SegChannelName name, size_t row)
{
	if (!layer->channels[name].used)
		return (scale->start + scale->stop) / 2;
	return seg_scale_place(scale, seg_channel_value(&layer->channels[name], row));
}

bool
seg_mark_place(const SegLayout *layout, const SegLayer *layer, size_t row, double *x, double *y)
{
	static const double shift[] = {0.95, 0.35, -0.25};	/* by the baseline */

	*x = place_of(&layout->x, layer, SEG_CHANNEL_X, row) + layer->dx;
	*y = place_of(&layout->y, layer, SEG_CHANNEL_Y, row) + layer->dy + shift[layer->baseline] * layer->font_size;
	return isfinite(*x) && isfinite(*y);
}

/* ---- axes ---- */

static bool
has_labels(const SegScale *scale)
{
	return scale->used && scale->channel->axis.shown && scale->channel->axis.labels;
}

static const char *
axis_title(const SegScale *scale)
{
	return scale->used && scale->channel->axis.shown ? scale->channel->title : "";
}

static double
label_width(const SegChart *chart, const SegScale *scale, const SegTicks *ticks, size_t i)
{
	char		text[SEG_DATE_TEXT];

	if (scale->type == SEG_SCALE_BAND)
		return seg_text_width(scale->categories[i], strlen(scale->categories[i]), label_font);
	seg_tick_text(chart, scale, ticks, i, text);
	return seg_text_width(text, strlen(text), label_font);
}

static double
widest_label(const SegChart *chart, const SegScale *scale, const SegTicks *ticks)
{
	size_t		count = scale->type == SEG_SCALE_BAND ? scale->n_categories : ticks->count;
	double		widest = 0;

	for (size_t i = 0; i < count; i++)
		widest = fmax(widest, label_width(chart, scale, ticks, i));
	return widest;
}

/* Labels of y: their ticks, and how many lines or how few of them fit. */
static void
fit_y_axis(const SegChart *chart, SegLayout *layout)
{
	SegAxis    *axis = &layout->y_axis;
	double		line = SEG_LABEL_SIZE * SEG_LINE_HEIGHT;
	double		between;

	axis->every = 0;
	axis->label_width = 0;
	if (!layout->y.used)
		return;
	if (layout->y.type == SEG_SCALE_BAND)
		between = seg_scale_step(&layout->y);
	else
	{
		seg_scale_ticks(&layout->y, fmax(layout->height / 40, 2), &axis->ticks);
		between = layout->height / fmax((double) axis->ticks.count, 1);
	}
	if (!has_labels(&layout->y))
		return;
	axis->every = (size_t) fmax(ceil(line / fmax(between, 0.1)), 1);
	axis->label_lines = (size_t) fmin(fmax(floor(between / line), 1), SEG_LABEL_LINES);
	axis->label_width = fmin(widest_label(chart, &layout->y, &axis->ticks) + 1, chart->width * WIDEST_LABELS);
}

/* The least n so that every n-th label of x does not touch the next. */
static size_t
x_labels_apart(const SegChart *chart, const SegLayout *layout, const SegTicks *ticks)
{
	double		gap = SEG_LABEL_SIZE;

	for (size_t every = 1; every < ticks->count; every++)
	{
		bool		apart = true;

		for (size_t i = every; i < ticks->count && apart; i += every)
			apart = seg_scale_number(&layout->x, ticks->values[i]) - seg_scale_number(&layout->x, ticks->values[i - every]) >=
				(label_width(chart, &layout->x, ticks, i) + label_width(chart, &layout->x, ticks, i - every)) / 2 + gap;
		if (apart)
			return every;
	}
	return ticks->count > 0 ? ticks->count : 1;
}

static void
fit_x_ticks(const SegChart *chart, SegLayout *layout)
{
	SegAxis    *axis = &layout->x_axis;

	for (double wanted = fmax(layout->width / 60, 2);; wanted *= 0.7)
	{
		seg_scale_ticks(&layout->x, wanted, &axis->ticks);
		axis->every = x_labels_apart(chart, layout, &axis->ticks);
		if (axis->every == 1 || wanted < 2 || layout->x.channel->axis.n_values > 0)
			break;
	}
}

/* The lines that the longest category needs in this width. */
static size_t
lines_needed(const SegScale *scale, double width)
{
	size_t		most = 1;

	for (size_t i = 0; i < scale->n_categories; i++)
	{
		SegLine		lines[SEG_LABEL_LINES];
		size_t		count = seg_text_wrap(scale->categories[i], label_font, width, lines, SEG_LABEL_LINES);

		if (count > most)
			most = count;
	}
	return most;
}

#define NARROWEST_LABEL 34.0

static void
fit_x_axis(const SegChart *chart, SegLayout *layout)
{
	SegAxis    *axis = &layout->x_axis;
	double		step,
				widest;

	axis->every = 0;
	axis->label_lines = 0;
	if (!layout->x.used)
		return;
	if (layout->x.type != SEG_SCALE_BAND)
	{
		fit_x_ticks(chart, layout);
		axis->label_lines = has_labels(&layout->x) ? 1 : 0;
		if (!has_labels(&layout->x))
			axis->every = 0;
		return;
	}
	if (!has_labels(&layout->x))
		return;
	step = seg_scale_step(&layout->x);
	widest = widest_label(chart, &layout->x, &axis->ticks) + 4;
	/* narrow bands: short labels stay whole and are thinned out; long ones are cut */
	axis->every = step >= widest ? 1 : (size_t) fmax(ceil(fmin(widest, NARROWEST_LABEL) / fmax(step, 0.1)), 1);
	axis->label_width = step * (double) axis->every - 4;
	axis->label_lines = lines_needed(&layout->x, axis->label_width);
}

/* ---- margins ---- */

/* OUT *left, *right: how far text marks stand out of the plot. */
static void
text_overflow(const SegChart *chart, const SegLayout *layout, double *left, double *right)
{
	char		buffer[SEG_DATE_TEXT];

	*left = *right = 0;
	for (size_t i = 0; i < chart->n_layers; i++)
	{
		const SegLayer *layer = &chart->layers[i];

		for (size_t row = 0; layer->mark == SEG_MARK_TEXT && row < layer->n; row++)
		{
			const char *text = seg_mark_text(chart, layer, row, buffer);
			double		x,
						y;
			SegBox		box;

			seg_check_step(row);
			if (text == NULL || !seg_mark_place(layout, layer, row, &x, &y))
				continue;
			box = seg_text_box(x, y, seg_text_width(text, strlen(text), (SegFont) {layer->font_size, layer->bold}),
							   layer->font_size, layer->align);
			*left = fmax(*left, layout->left - box.left);
			*right = fmax(*right, box.right - layout->left - layout->width);
		}
	}
}

static void
set_ranges(SegLayout *layout)
{
	layout->x.start = layout->left;
	layout->x.stop = layout->left + layout->width;
	/* categories run down, numbers run up */
	layout->y.start = layout->y.type == SEG_SCALE_BAND ? layout->top : layout->top + layout->height;
	layout->y.stop = layout->y.type == SEG_SCALE_BAND ? layout->top + layout->height : layout->top;
}

/* Titles above the plot.  Returns where they end. */
static double
lay_out_titles(const SegChart *chart, SegLayout *layout)
{
	size_t		lines = chart->height < 200 ? 1 : chart->height < 300 ? 2 : SEG_TITLE_LINES;
	double		width = chart->width - 2 * SEG_FRAME;
	double		y = SEG_FRAME;

	layout->title_lines = seg_text_wrap(chart->title, (SegFont) {SEG_TITLE_SIZE, true}, width, layout->title, lines);
	y += (double) layout->title_lines * SEG_TITLE_SIZE * SEG_LINE_HEIGHT;
	layout->subtitle_lines = chart->height < 200 ? 0
		: seg_text_wrap(chart->subtitle, (SegFont) {SEG_SUBTITLE_SIZE, false}, width, layout->subtitle, lines);
	y += (double) layout->subtitle_lines * SEG_SUBTITLE_SIZE * SEG_LINE_HEIGHT;
	return y + (y > SEG_FRAME ? 8 : 0);
}

void
seg_chart_lay_out(const SegChart *chart, SegLayout *layout)
{
	double		line = SEG_LABEL_SIZE * SEG_LINE_HEIGHT;
	double		title_end,
				left = 0,
				right = 0;

	seg_scale_domain(chart, SEG_CHANNEL_X, &layout->x);
	seg_scale_domain(chart, SEG_CHANNEL_Y, &layout->y);
	memset(&layout->x_axis, 0, sizeof(SegAxis));
	memset(&layout->y_axis, 0, sizeof(SegAxis));
	layout->n_boxes = 0;
	title_end = lay_out_titles(chart, layout);
	layout->left = SEG_FRAME;
	layout->width = chart->width - 2 * SEG_FRAME;
	layout->top = title_end + (*axis_title(&layout->y) != '\0' ? line + 4 : has_labels(&layout->y) ? line / 2 : 0);
	layout->height = chart->height - layout->top - SEG_FRAME;
	set_ranges(layout);
	for (int i = 0; i < ROUNDS; i++)
	{
		double		bottom = SEG_FRAME;

		fit_x_axis(chart, layout);
		bottom += layout->x_axis.every > 0 ? (double) layout->x_axis.label_lines * line + SEG_LABEL_GAP : 0;
		bottom += *axis_title(&layout->x) != '\0' ? line + 2 : 0;
		layout->height = fmax(chart->height - layout->top - bottom, SMALLEST_PLOT);
		set_ranges(layout);
		fit_y_axis(chart, layout);
		left = fmin(left, chart->width / 4);
		right = fmin(right, chart->width / 3);
		layout->left_extra = left;
		layout->left = SEG_FRAME + left + (layout->y_axis.every > 0 ? layout->y_axis.label_width + SEG_LABEL_GAP : 0);
		layout->width = fmax(chart->width - layout->left - SEG_FRAME - right, SMALLEST_PLOT);
		set_ranges(layout);
		text_overflow(chart, layout, &left, &right);
	}
	layout->left_extra = fmin(layout->left_extra, layout->left);
	fit_x_axis(chart, layout);
}
