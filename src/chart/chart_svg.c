/*
 * chart_svg.c
 *		Draws a chart as SVG; see chart_svg.h.
 */
#include "chart/chart_svg.h"

#include "chart/chart_labels.h"
#include "chart/chart_marks.h"

#define INK "#222"
#define SOFT_INK "#595959"		/* contrast 7 on white */
#define GRID "#ddd"
#define FONTS "Arial,Helvetica,Liberation Sans,DejaVu Sans,sans-serif"

/* ---- titles ---- */

/* A line of a title or an axis, if there is room. */
static void
write_line(const SegChart *chart, SegLayout *layout, SegWriter *writer, SegLine line, double x, double y, SegAlign align, SegFont font)
{
	SegBox		box = seg_text_box(x, y, seg_line_width(line, font), font.size, align);

	/* a label at the end of an axis moves into the picture */
	if (box.left < 2)
		x += 2 - box.left;
	else if (box.right > chart->width - 2)
		x -= box.right - chart->width + 2;
	if (!seg_place_box(chart, layout, seg_text_box(x, y, seg_line_width(line, font), font.size, align)))
		return;
	seg_begin_text(writer, x, y, align, 0);
	seg_end_text(writer, line);
}

static void
write_titles(const SegChart *chart, SegLayout *layout, SegWriter *writer)
{
	double		y = SEG_FRAME + SEG_TITLE_SIZE;

	seg_write(writer, "<g class=\"title\" font-size=\"15\" font-weight=\"bold\" fill=\"" INK "\">");
	for (size_t i = 0; i < layout->title_lines; i++, y += SEG_TITLE_SIZE * SEG_LINE_HEIGHT)
		write_line(chart, layout, writer, layout->title[i], SEG_FRAME, y, SEG_ALIGN_LEFT, (SegFont) {SEG_TITLE_SIZE, true});
	seg_write(writer, "</g><g class=\"subtitle\" fill=\"" SOFT_INK "\">");
	y -= SEG_TITLE_SIZE - SEG_SUBTITLE_SIZE;
	for (size_t i = 0; i < layout->subtitle_lines; i++, y += SEG_SUBTITLE_SIZE * SEG_LINE_HEIGHT)
		write_line(chart, layout, writer, layout->subtitle[i], SEG_FRAME, y, SEG_ALIGN_LEFT, (SegFont) {SEG_SUBTITLE_SIZE, false});
	seg_write(writer, "</g>");
}

/* ---- axes ---- */

static const SegFont label_font = {SEG_LABEL_SIZE, false};

static void
write_grid(const SegLayout *layout, SegWriter *writer, const SegScale *scale, const SegAxis *axis, bool vertical)
{
	if (!scale->used || scale->type == SEG_SCALE_BAND || !scale->channel->axis.shown || !scale->channel->axis.grid)
		return;
	seg_write(writer, "<g class=\"grid\" stroke=\"" GRID "\">");
	for (size_t i = 0; i < axis->ticks.count; i += axis->every > 0 ? axis->every : 1)
	{
		double		place = seg_scale_number(scale, axis->ticks.values[i]);

		if (vertical)
			seg_write_rule(writer, place, layout->top, place, layout->top + layout->height);
		else
			seg_write_rule(writer, layout->left, place, layout->left + layout->width, place);
	}
	seg_write(writer, "</g>");
}

/* The lines of a label, around its middle or from the top. */
static void
write_label(const SegChart *chart, SegLayout *layout, SegWriter *writer, const char *text, double x, double y, SegAlign align,
			double width, size_t most)
{
	SegLine		lines[SEG_LABEL_LINES];
	size_t		count = seg_text_wrap(text, label_font, width, lines, most);

	if (align == SEG_ALIGN_RIGHT)
		y += (0.35 - (double) (count > 0 ? count - 1 : 0) * SEG_LINE_HEIGHT / 2) * SEG_LABEL_SIZE;
	for (size_t i = 0; i < count; i++)
		write_line(chart, layout, writer, lines[i], x, y + (double) i * SEG_LINE_HEIGHT * SEG_LABEL_SIZE, align, label_font);
}

static void
write_y_axis(const SegChart *chart, SegLayout *layout, SegWriter *writer)
{
	const SegScale *scale = &layout->y;
	const SegAxis *axis = &layout->y_axis;
	size_t		count = scale->type == SEG_SCALE_BAND ? scale->n_categories : axis->ticks.count;
	double		x = layout->left - layout->left_extra - SEG_LABEL_GAP;

	for (size_t i = 0; i < count && axis->every > 0; i += axis->every)
	{
		char		text[SEG_DATE_TEXT];

		CHECK_FOR_INTERRUPTS();
		if (scale->type == SEG_SCALE_BAND)
		{
			SegValue	value = {SEG_VALUE_TEXT, 0, scale->categories[i]};

			write_label(chart, layout, writer, value.text, x, seg_scale_place(scale, value), SEG_ALIGN_RIGHT, axis->label_width, axis->label_lines);
			continue;
		}
		seg_tick_text(chart, scale, &axis->ticks, i, text);
		write_label(chart, layout, writer, text, x, seg_scale_number(scale, axis->ticks.values[i]), SEG_ALIGN_RIGHT, axis->label_width, 1);
	}
}

static void
write_x_axis(const SegChart *chart, SegLayout *layout, SegWriter *writer)
{
	const SegScale *scale = &layout->x;
	const SegAxis *axis = &layout->x_axis;
	size_t		count = scale->type == SEG_SCALE_BAND ? scale->n_categories : axis->ticks.count;
	double		y = layout->top + layout->height + SEG_LABEL_GAP + SEG_LABEL_SIZE;

	for (size_t i = 0; i < count && axis->every > 0; i += axis->every)
	{
		char		text[SEG_DATE_TEXT];

		CHECK_FOR_INTERRUPTS();
		if (scale->type == SEG_SCALE_BAND)
		{
			SegValue	value = {SEG_VALUE_TEXT, 0, scale->categories[i]};

			write_label(chart, layout, writer, value.text, seg_scale_place(scale, value), y, SEG_ALIGN_CENTER, axis->label_width, axis->label_lines);
			continue;
		}
		seg_tick_text(chart, scale, &axis->ticks, i, text);
		write_label(chart, layout, writer, text, seg_scale_number(scale, axis->ticks.values[i]), y, SEG_ALIGN_CENTER, chart->width, 1);
	}
}

static void
write_axis_titles(const SegChart *chart, SegLayout *layout, SegWriter *writer)
{
	SegLine		line;

	if (layout->y.used && layout->y.channel->axis.shown &&
		seg_text_wrap(layout->y.channel->title, label_font, chart->width - 2 * SEG_FRAME, &line, 1) > 0)
		write_line(chart, layout, writer, line, SEG_FRAME, layout->top - SEG_LABEL_SIZE, SEG_ALIGN_LEFT, label_font);
	if (layout->x.used && layout->x.channel->axis.shown &&
		seg_text_wrap(layout->x.channel->title, label_font, chart->width - 2 * SEG_FRAME, &line, 1) > 0)
		write_line(chart, layout, writer, line, layout->left + layout->width / 2, chart->height - SEG_FRAME, SEG_ALIGN_CENTER, label_font);
}

static void
write_axes(const SegChart *chart, SegLayout *layout, SegWriter *writer)
{
	seg_write(writer, "<g class=\"axis\" font-size=\"11\" fill=\"" SOFT_INK "\">");
	write_axis_titles(chart, layout, writer);
	write_y_axis(chart, layout, writer);
	write_x_axis(chart, layout, writer);
	seg_write(writer, "</g>");
}

/* ---- the picture ---- */

static bool
is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

/* What a screen reader calls the picture. */
static const char *
name_of(const SegChart *chart)
{
	static const char *const chart_words[] = {"Chart", "Gráfico", "Diagramm"};

	return !is_blank(chart->title) ? chart->title : !is_blank(chart->description) ? chart->description : chart_words[chart->language];
}

static void
begin_picture(const SegChart *chart, const SegLayout *layout, SegWriter *writer)
{
	seg_write(writer, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ");
	seg_write_number(writer, chart->width);
	seg_write(writer, " ");
	seg_write_number(writer, chart->height);
	seg_write(writer, "\"");
	seg_write_attribute(writer, "width", chart->width);
	seg_write_attribute(writer, "height", chart->height);
	seg_write(writer, " role=\"img\" aria-label=\"");
	seg_write_text(writer, name_of(chart), strlen(name_of(chart)));
	seg_write(writer, "\" font-family=\"" FONTS "\" font-size=\"12\"><title>");
	seg_write_text(writer, name_of(chart), strlen(name_of(chart)));
	seg_write(writer, "</title><desc>");
	seg_write_text(writer, chart->description, strlen(chart->description));
	seg_write(writer, "</desc><rect");
	seg_write_attribute(writer, "width", chart->width);
	seg_write_attribute(writer, "height", chart->height);
	seg_write(writer, " fill=\"#fff\"/><rect class=\"plot\"");
	seg_write_attribute(writer, "x", layout->left);
	seg_write_attribute(writer, "y", layout->top);
	seg_write_attribute(writer, "width", layout->width);
	seg_write_attribute(writer, "height", layout->height);
	seg_write(writer, " fill=\"none\"/>");
}

void
seg_chart_svg(const SegChart *chart, SegLayout *layout, SegWriter *writer)
{
	seg_chart_lay_out(chart, layout);
	begin_picture(chart, layout, writer);
	write_titles(chart, layout, writer);
	write_grid(layout, writer, &layout->y, &layout->y_axis, false);
	write_grid(layout, writer, &layout->x, &layout->x_axis, true);
	write_axes(chart, layout, writer);
	for (size_t i = 0; i < chart->n_layers; i++)
		seg_write_layer(chart, layout, &chart->layers[i], writer);
	seg_write(writer, "</svg>");
}
