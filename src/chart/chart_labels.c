/*
 * chart_labels.c
 *		Texts of a picture; see chart_labels.h.
 */
#include "chart/chart_color.h"
#include "chart/chart_labels.h"

/* ---- texts ---- */

void
seg_begin_text(SegWriter *writer, double x, double y, SegAlign align, double size)
{
	seg_write(writer, "<text");
	seg_write_attribute(writer, "x", x);
	seg_write_attribute(writer, "y", y);
	if (align != SEG_ALIGN_LEFT)
		seg_write(writer, align == SEG_ALIGN_CENTER ? " text-anchor=\"middle\"" : " text-anchor=\"end\"");
	if (size > 0)
		seg_write_attribute(writer, "font-size", size);
}

void
seg_end_text(SegWriter *writer, SegLine line)
{
	seg_write(writer, ">");
	seg_write_text(writer, line.start, line.bytes);
	seg_write(writer, line.cut ? "&#8230;</text>" : "</text>");
}

double
seg_line_width(SegLine line, SegFont font)
{
	return seg_text_width(line.start, line.bytes, font) + (line.cut ? seg_text_width("\xE2\x80\xA6", 3, font) : 0);
}

/* ---- labels of marks ---- */

#define SMALLEST_TEXT 8.0
#define MOVES 8					/* a label moves at most so many lines up or down */

/* In a grid of cells every text has the same size, with which all fit; 0 if none does. */
static double
size_in_cells(const SegChart *chart, const SegLayout *layout, const SegLayer *layer)
{
	double		size = layer->font_size;
	double		widest = 0;
	char		buffer[SEG_DATE_TEXT];

	for (size_t row = 0; row < layer->n; row++)
	{
		const char *text = seg_mark_text(chart, layer, row, buffer);

		if (text != NULL)
			widest = fmax(widest, seg_text_width(text, strlen(text), (SegFont) {1, layer->bold}));
	}
	size = fmin(size, floor(2 * (seg_scale_step(&layout->x) - 2) / fmax(widest, 0.1)) / 2);
	size = fmin(size, floor(2 * (seg_scale_step(&layout->y) - 1) / 1.25) / 2);
	return size < SMALLEST_TEXT ? 0 : size;
}

/* True if the label was placed; a free one may move up or down.  INOUT *y. */
static bool
place_label(const SegChart *chart, SegLayout *layout, double x, double *y, double width, double size, SegAlign align, bool free)
{
	for (int i = 0; i <= (free ? 2 * MOVES : 0); i++)
	{
		double		moved = *y + (i % 2 == 1 ? -1 : 1) * ((i + 1) / 2) * size * SEG_LINE_HEIGHT;

		if (free && (moved - size < layout->top - 1 || moved > layout->top + layout->height))
			continue;
		if (seg_place_box(chart, layout, seg_text_box(x, moved, width, size, align)))
		{
			*y = moved;
			return true;
		}
	}
	return false;
}

void
seg_write_texts(const SegChart *chart, SegLayout *layout, const SegLayer *layer, SegWriter *writer)
{
	bool		in_cells = layout->x.type == SEG_SCALE_BAND && layout->y.type == SEG_SCALE_BAND;
	bool		is_free = layout->x.type != SEG_SCALE_BAND && layout->y.type != SEG_SCALE_BAND;
	SegFont		font = {in_cells ? size_in_cells(chart, layout, layer) : layer->font_size, layer->bold};

	for (size_t row = 0; row < layer->n && font.size > 0; row++)
	{
		char		buffer[SEG_DATE_TEXT],
					color[SEG_COLOR_TEXT];
		const char *text = seg_mark_text(chart, layer, row, buffer);
		SegLine		line;
		SegBox		box;
		double		x,
					y;

		CHECK_FOR_INTERRUPTS();
		if (text == NULL || !seg_mark_place(layout, layer, row, &x, &y) ||
			seg_text_wrap(text, font, chart->width / 2, &line, 1) == 0)
			continue;
		y += 0.35 * (font.size - layer->font_size);
		box = seg_text_box(x, y, seg_line_width(line, font), font.size, layer->align);
		if (is_free)
			x += box.left < 2 ? 2 - box.left : box.right > chart->width - 2 ? chart->width - 2 - box.right : 0;
		if (!place_label(chart, layout, x, &y, seg_line_width(line, font), font.size, layer->align, is_free))
			continue;
		seg_begin_text(writer, x, y, layer->align, font.size);
		if (layer->channels[SEG_CHANNEL_COLOR].used)
			seg_write_color(writer, "fill", seg_color_of(layer, row, color));
		seg_end_text(writer, line);
	}
}
