/*
 * chart_color.c
 *		The colours of the rows of a layer; see chart_color.h.
 */
#include "chart/chart_color.h"

const char *
seg_color_of(const SegLayer *layer, size_t row, char *buffer)
{
	const SegChannel *channel = &layer->channels[SEG_CHANNEL_COLOR];
	const SegScaleSpec *scale = &channel->scale;
	SegValue	value;

	if (!channel->used)
		return layer->color;
	value = seg_channel_value(channel, row);
	if (scale->type == SEG_SCALE_VIRIDIS)
	{
		double		low = scale->domain[0].number,
					high = scale->domain[1].number;

		if (value.kind != SEG_VALUE_NUMBER)
			return layer->color;
		seg_viridis(high > low ? (value.number / 2 - low / 2) / (high / 2 - low / 2) : 0, buffer);
		return buffer;
	}
	if (value.kind != SEG_VALUE_TEXT)
		return layer->color;
	if (scale->type == SEG_SCALE_NONE || channel->values == NULL)
		return value.text;
	for (size_t i = 0; i < scale->n_domain; i++)
		if (strcmp(scale->domain[i].text, value.text) == 0)
			return scale->range[i % scale->n_range];
	return layer->color;
}

void
seg_write_color(SegWriter *writer, const char *attribute, const char *color)
{
	seg_write(writer, " ");
	seg_write(writer, attribute);
	seg_write(writer, "=\"");
	seg_write_text(writer, color, strlen(color));
	seg_write(writer, "\"");
}

size_t
seg_colors_of(const SegLayer *layer, size_t *firsts)
{
	size_t		count = 0;

	if (!layer->channels[SEG_CHANNEL_COLOR].used)
	{
		firsts[0] = 0;
		return layer->n > 0 ? 1 : 0;
	}
	for (size_t row = 0; row < layer->n && count < SEG_CHART_MAX_COLORS; row++)
	{
		char		own[SEG_COLOR_TEXT],
					other[SEG_COLOR_TEXT];
		const char *color = seg_color_of(layer, row, own);
		bool		known = false;

		CHECK_FOR_INTERRUPTS();
		for (size_t i = 0; i < count && !known; i++)
			known = strcmp(seg_color_of(layer, firsts[i], other), color) == 0;
		if (!known)
			firsts[count++] = row;
	}
	return count;
}

bool
seg_has_color(const SegLayer *layer, size_t row, const char *color)
{
	char		buffer[SEG_COLOR_TEXT];

	return !layer->channels[SEG_CHANNEL_COLOR].used || strcmp(seg_color_of(layer, row, buffer), color) == 0;
}
