/*
 * chart_marks.c
 *		Draws the layers of a chart; see chart_marks.h.
 *
 * All points of one colour are one path: a line of length 0 with round ends is a dot.
 */
#include "chart/chart_color.h"
#include "chart/chart_labels.h"
#include "chart/chart_marks.h"

/* ---- marks ---- */

void
seg_write_rule(SegWriter *writer, double x1, double y1, double x2, double y2)
{
	seg_write(writer, "<path d=\"M");
	seg_write_number(writer, x1);
	seg_write(writer, " ");
	seg_write_number(writer, y1);
	seg_write(writer, "L");
	seg_write_number(writer, x2);
	seg_write(writer, " ");
	seg_write_number(writer, y2);
	seg_write(writer, "\"/>");
}

static double
place(const SegScale *scale, const SegLayer *layer, SegChannelName name, size_t row)
{
	return seg_scale_place(scale, seg_channel_value(&layer->channels[name], row));
}

/* OUT *low, *high: what a bar or a cell covers on one axis.  Returns false if it has no place. */
static bool
extent(const SegScale *scale, const SegLayer *layer, SegChannelName name, SegChannelName second, size_t row, double *low, double *high)
{
	double		one,
				two;

	if (!layer->channels[name].used)
	{
		one = scale->start;
		two = scale->stop;
	}
	else if (scale->type == SEG_SCALE_BAND)
	{
		one = place(scale, layer, name, row) - seg_scale_band(scale) / 2;
		two = one + seg_scale_band(scale);
	}
	else
	{
		one = place(scale, layer, name, row);
		two = layer->channels[second].used ? place(scale, layer, second, row) : seg_scale_number(scale, scale->type == SEG_SCALE_LOG ? scale->low : 0);
	}
	*low = fmin(one, two);
	*high = fmax(one, two);
	return isfinite(one) && isfinite(two);
}

static void
write_rects(const SegLayout *layout, const SegLayer *layer, SegWriter *writer)
{
	for (size_t row = 0; row < layer->n; row++)
	{
		double		left,
					right,
					top,
					bottom;
		char		buffer[SEG_COLOR_TEXT];

		CHECK_FOR_INTERRUPTS();
		if (!extent(&layout->x, layer, SEG_CHANNEL_X, SEG_CHANNEL_X2, row, &left, &right) ||
			!extent(&layout->y, layer, SEG_CHANNEL_Y, SEG_CHANNEL_Y2, row, &top, &bottom))
			continue;
		seg_write(writer, "<rect");
		seg_write_attribute(writer, "x", left);
		seg_write_attribute(writer, "y", top);
		seg_write_attribute(writer, "width", right - left);
		seg_write_attribute(writer, "height", bottom - top);
		if (layer->channels[SEG_CHANNEL_COLOR].used)
			seg_write_color(writer, "fill", seg_color_of(layer, row, buffer));
		seg_write(writer, "/>");
	}
}

static void
write_rules(const SegLayout *layout, const SegLayer *layer, SegWriter *writer)
{
	const SegChannel *channels = layer->channels;

	for (size_t row = 0; row < layer->n; row++)
	{
		double		x1 = layout->left,
					x2 = layout->left + layout->width,
					y1 = layout->top + layout->height,
					y2 = layout->top;

		CHECK_FOR_INTERRUPTS();
		if (channels[SEG_CHANNEL_X].used)
			x1 = x2 = place(&layout->x, layer, SEG_CHANNEL_X, row);
		if (channels[SEG_CHANNEL_X2].used)
			x2 = place(&layout->x, layer, SEG_CHANNEL_X2, row);
		if (channels[SEG_CHANNEL_Y].used)
			y1 = y2 = place(&layout->y, layer, SEG_CHANNEL_Y, row);
		if (channels[SEG_CHANNEL_Y2].used)
			y2 = place(&layout->y, layer, SEG_CHANNEL_Y2, row);
		if (isfinite(x1) && isfinite(x2) && isfinite(y1) && isfinite(y2))
			seg_write_rule(writer, x1, y1, x2, y2);
	}
}

static void
write_pair(SegWriter *writer, const char *command, double x, double y)
{
	seg_write(writer, command);
	seg_write_number(writer, x);
	seg_write(writer, " ");
	seg_write_number(writer, y);
}

/* A ring: two arcs from its left end. */
static void
write_ring(SegWriter *writer, double x, double y, double radius)
{
	for (int half = 0; half < 2; half++)
	{
		if (half == 0)
			write_pair(writer, "M", x - radius, y);
		write_pair(writer, "a", radius, radius);
		write_pair(writer, " 0 1 0 ", half == 0 ? 2 * radius : -2 * radius, 0);
	}
}

static void
write_points(const SegLayout *layout, const SegLayer *layer, SegWriter *writer)
{
	size_t		firsts[SEG_CHART_MAX_COLORS];
	size_t		n_colors = seg_colors_of(layer, firsts);
	double		radius = sqrt(layer->size / M_PI);

	for (size_t i = 0; i < n_colors; i++)
	{
		char		buffer[SEG_COLOR_TEXT];
		const char *color = seg_color_of(layer, firsts[i], buffer);

		seg_write(writer, "<path");
		seg_write_color(writer, "stroke", color);
		seg_write(writer, " fill=\"none\" stroke-linecap=\"round\"");
		seg_write_attribute(writer, "stroke-width", layer->filled ? 2 * radius : layer->stroke_width);
		seg_write(writer, " d=\"");
		for (size_t row = firsts[i]; row < layer->n; row++)
		{
			double		x = place(&layout->x, layer, SEG_CHANNEL_X, row);
			double		y = place(&layout->y, layer, SEG_CHANNEL_Y, row);

			seg_check_step(row);
			if (!isfinite(x) || !isfinite(y) || !seg_has_color(layer, row, color))
				continue;
			if (!layer->filled)
				write_ring(writer, x, y, radius);
			else
			{
				write_pair(writer, "M", x, y);
				seg_write(writer, "h0");
			}
		}
		seg_write(writer, "\"/>");
	}
}

/* A line of each colour; a value that is missing breaks it. */
static void
write_lines(const SegLayout *layout, const SegLayer *layer, SegWriter *writer)
{
	size_t		firsts[SEG_CHART_MAX_COLORS];
	size_t		n_colors = seg_colors_of(layer, firsts);

	for (size_t i = 0; i < n_colors; i++)
	{
		char		buffer[SEG_COLOR_TEXT];
		const char *color = seg_color_of(layer, firsts[i], buffer);
		bool		is_down = false;

		seg_write(writer, "<path fill=\"none\" stroke-linejoin=\"round\"");
		seg_write_color(writer, "stroke", color);
		seg_write(writer, " d=\"");
		for (size_t row = firsts[i]; row < layer->n; row++)
		{
			double		x = place(&layout->x, layer, SEG_CHANNEL_X, row);
			double		y = place(&layout->y, layer, SEG_CHANNEL_Y, row);

			seg_check_step(row);
			if (!seg_has_color(layer, row, color))
				continue;
			if (isfinite(x) && isfinite(y))
				write_pair(writer, is_down ? "L" : "M", x, y);
			is_down = isfinite(x) && isfinite(y);
		}
		seg_write(writer, "\"/>");
	}
}

/* From y to y2 (or 0), along x and back; a value that is missing ends a part. */
static void
write_areas(const SegLayout *layout, const SegLayer *layer, SegWriter *writer)
{
	size_t		begin = 0;

	seg_write(writer, "<path d=\"");
	for (size_t row = 0; row <= layer->n; row++)
	{
		double		low,
					high;

		CHECK_FOR_INTERRUPTS();
		if (row < layer->n && isfinite(place(&layout->x, layer, SEG_CHANNEL_X, row)) &&
			extent(&layout->y, layer, SEG_CHANNEL_Y, SEG_CHANNEL_Y2, row, &low, &high))
		{
			write_pair(writer, row == begin ? "M" : "L", place(&layout->x, layer, SEG_CHANNEL_X, row), low);
			continue;
		}
		for (size_t back = row; back > begin; back--)
		{
			(void) extent(&layout->y, layer, SEG_CHANNEL_Y, SEG_CHANNEL_Y2, back - 1, &low, &high);
			write_pair(writer, "L", place(&layout->x, layer, SEG_CHANNEL_X, back - 1), high);
		}
		if (row > begin)
			seg_write(writer, "Z");
		begin = row + 1;
	}
	seg_write(writer, "\"/>");
}

/* ---- layers ---- */

static const char *const mark_names[] = {"bar", "line", "area", "rect", "point", "rule", "text"};

static void
begin_layer(const SegLayout *layout, const SegLayer *layer, SegWriter *writer)
{
	bool		is_free = layout->x.type != SEG_SCALE_BAND && layout->y.type != SEG_SCALE_BAND;

	seg_write(writer, "<g class=\"");
	seg_write(writer, mark_names[layer->mark]);
	seg_write(writer, "\"");
	if (layer->mark != SEG_MARK_RULE && layer->mark != SEG_MARK_LINE && layer->mark != SEG_MARK_POINT)
		seg_write_color(writer, "fill", layer->color);
	if (layer->opacity < 1)
		seg_write_attribute(writer, "opacity", layer->opacity);
	if (layer->mark == SEG_MARK_RULE || layer->mark == SEG_MARK_LINE)
	{
		seg_write_color(writer, "stroke", layer->color);
		seg_write_attribute(writer, "stroke-width", layer->stroke_width);
		for (size_t i = 0; i < layer->n_dashes; i++)
		{
			seg_write(writer, i == 0 ? " stroke-dasharray=\"" : ",");
			seg_write_number(writer, layer->dashes[i]);
		}
		seg_write(writer, layer->n_dashes > 0 ? "\"" : "");
	}
	if (layer->mark == SEG_MARK_TEXT && layer->bold)
		seg_write(writer, " font-weight=\"bold\"");
	/* a label over points has a white edge */
	if (layer->mark == SEG_MARK_TEXT && is_free)
		seg_write(writer, " stroke=\"#fff\" stroke-width=\"3\" stroke-linejoin=\"round\" paint-order=\"stroke\"");
	seg_write(writer, ">");
}

void
seg_write_layer(const SegChart *chart, SegLayout *layout, const SegLayer *layer, SegWriter *writer)
{
	begin_layer(layout, layer, writer);
	switch (layer->mark)
	{
		case SEG_MARK_BAR:
		case SEG_MARK_RECT:
			write_rects(layout, layer, writer);
			break;
		case SEG_MARK_LINE:
			write_lines(layout, layer, writer);
			break;
		case SEG_MARK_AREA:
			write_areas(layout, layer, writer);
			break;
		case SEG_MARK_POINT:
			write_points(layout, layer, writer);
			break;
		case SEG_MARK_RULE:
			write_rules(layout, layer, writer);
			break;
		case SEG_MARK_TEXT:
			seg_write_texts(chart, layout, layer, writer);
			break;
	}
	seg_write(writer, "</g>");
}
