/*
 * forecast_backtest_model.c
 *		The forecasts of a backtest as a struct and as bytes; see forecast_backtest_model.h.
 */
#include "forecast/forecast_backtest_model.h"

#include "forecast/forecast_model.h"

#define ENTRY_BYTES 58

size_t
seg_backtest_decoded_size(size_t payload_size)
{
	return payload_size / ENTRY_BYTES * sizeof(SegBacktestEntry) + SEG_ARENA_ALIGN;
}

static bool
read_entry(SegReader *reader, const SegBacktestModel *model, SegBacktestEntry *entry)
{
	bool		has_bounds;

	entry->method = seg_read_choice(reader, SEG_FORECAST_METHODS);
	entry->origin = seg_read_u32(reader);
	entry->step = seg_read_u32(reader);
	entry->value = seg_read_double(reader);
	entry->forecast = seg_read_double(reader);
	has_bounds = seg_read_choice(reader, 2);
	entry->lower = seg_read_double(reader);
	entry->upper = seg_read_double(reader);
	entry->scale = seg_read_double(reader);
	entry->square_scale = seg_read_double(reader);
	if (!has_bounds)
	{
		if (entry->lower != 0 || entry->upper != 0)
			return false;
		entry->lower = entry->upper = NAN;
	}
	return !reader->failed && entry->origin >= 1 && entry->origin < model->n && entry->step >= 1 &&
		entry->step <= model->options.horizon && entry->scale >= 0 && entry->square_scale >= 0;
}

SegStatus
seg_backtest_decode(SegReader *reader, int version, SegArena *arena, void *decoded)
{
	SegBacktestModel *model = decoded;

	Assert(version == SEG_FORECAST_BACKTEST_VERSION);
	memset(model, 0, sizeof(*model));
	seg_forecast_read_options(reader, &model->options);
	model->options.horizon = seg_read_u32(reader);
	model->options.origins = seg_read_u32(reader);
	model->options.origin_step = seg_read_u32(reader);
	model->options.level = seg_read_double(reader);
	model->first = (int64_t) seg_read_u64(reader);
	model->rows_used = seg_read_u64(reader);
	model->rows_skipped = seg_read_u64(reader);
	model->n = seg_read_u32(reader);
	model->count = seg_read_count(reader, ENTRY_BYTES);
	if (reader->failed || model->count == 0 || model->n > SEG_FORECAST_MOST_PERIODS ||
		!seg_forecast_options_are_sound(&model->options) || model->options.horizon == 0 ||
		model->first < -SEG_FORECAST_MOST_NUMBER || model->first > SEG_FORECAST_MOST_NUMBER)
		return SEG_MALFORMED_MODEL;
	model->entries = seg_arena_take(arena, model->count, sizeof(SegBacktestEntry));
	if (model->entries == NULL)
		return SEG_MALFORMED_MODEL;
	for (uint32_t i = 0; i < model->count; i++)
	{
		seg_check_step(i);
		if (!read_entry(reader, model, &model->entries[i]))
			return SEG_MALFORMED_MODEL;
	}
	return seg_reader_done(reader) ? SEG_OK : SEG_MALFORMED_MODEL;
}

void
seg_backtest_encode(SegWriter *writer, const void *encoded)
{
	const SegBacktestModel *model = encoded;

	seg_forecast_write_options(writer, &model->options);
	seg_write_u32(writer, model->options.horizon);
	seg_write_u32(writer, model->options.origins);
	seg_write_u32(writer, model->options.origin_step);
	seg_write_double(writer, model->options.level);
	seg_write_u64(writer, (uint64_t) model->first);
	seg_write_u64(writer, model->rows_used);
	seg_write_u64(writer, model->rows_skipped);
	seg_write_u32(writer, model->n);
	seg_write_u32(writer, model->count);
	for (uint32_t i = 0; i < model->count; i++)
	{
		const SegBacktestEntry *entry = &model->entries[i];
		bool		has_bounds = !isnan(entry->lower);

		seg_check_step(i);
		seg_write_u8(writer, entry->method);
		seg_write_u32(writer, entry->origin);
		seg_write_u32(writer, entry->step);
		seg_write_double(writer, entry->value);
		seg_write_double(writer, entry->forecast);
		seg_write_u8(writer, has_bounds);
		seg_write_double(writer, has_bounds ? entry->lower : 0);
		seg_write_double(writer, has_bounds ? entry->upper : 0);
		seg_write_double(writer, entry->scale);
		seg_write_double(writer, entry->square_scale);
	}
}

const SegModelType seg_forecast_backtest_model_type = {
	.kind = SEG_KIND_FORECAST_BACKTEST,
	.title = "a forecast backtest",
	.newest = SEG_FORECAST_BACKTEST_VERSION,
	.struct_size = sizeof(SegBacktestModel),
	.decoded_size = seg_backtest_decoded_size,
	.decode = seg_backtest_decode,
	.encode = seg_backtest_encode,
};
