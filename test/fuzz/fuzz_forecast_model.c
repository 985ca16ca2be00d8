/*
 * fuzz_forecast_model.c
 *		Any payload as a forecast model: decode, encode, decode, forecast.
 *
 * What decodes must encode to bytes that encode to themselves (a zero keeps its sign only as +0), and must be
 * safe to forecast with.
 */
#include "fuzz.h"

#include "forecast/forecast_model.h"

#define HORIZON 30

static SegStatus
decode(const uint8_t *bytes, size_t size, SegForecastModel *model, void **memory)
{
	SegReader	reader = seg_reader(bytes, size);
	SegArena	arena = seg_arena(NULL, seg_forecast_decoded_size(size));

	memset(model, 0, sizeof(*model));
	*memory = arena.base = room(arena.size);
	return seg_forecast_decode(&reader, SEG_FORECAST_VERSION, &arena, model);
}

static void
forecast(const SegForecastModel *model)
{
	double	   *scratch = room(seg_forecast_scratch(model->n, seg_forecast_season(&model->options), HORIZON) * sizeof(double));
	SegForecastPart *parts = room((model->n + HORIZON) * sizeof(SegForecastPart));

	seg_forecast_parts(&model->fit, model->values, model->n, HORIZON, 0.95, parts, scratch);
	free(parts);
	free(scratch);
	if (model->effects.events.count > 0)
	{
		uint32_t	names = model->effects.events.names;
		double	   *x = room(HORIZON * names * sizeof(double));
		double		variance;

		seg_events_regressors(&model->effects.events, model->options.grain, model->first, HORIZON, x);
		for (size_t t = 0; t < HORIZON; t++)
			(void) seg_events_effect(&model->effects, x + t * names, &variance);
		free(x);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static SegForecastModel model;
	static SegForecastModel again;
	void	   *memory;
	void	   *memory_again;

	if (decode(data, size, &model, &memory) == SEG_OK)
	{
		uint8_t    *bytes = room(size);
		uint8_t    *bytes_again = room(size);
		SegWriter	counter = {NULL, 0};
		SegWriter	writer = {bytes, 0};
		SegWriter	writer_again = {bytes_again, 0};

		seg_forecast_encode(&counter, &model);
		require(counter.size == size);
		seg_forecast_encode(&writer, &model);
		require(decode(bytes, size, &again, &memory_again) == SEG_OK);
		seg_forecast_encode(&writer_again, &again);
		require(memcmp(bytes, bytes_again, size) == 0);
		forecast(&again);
		free(memory_again);
		free(bytes_again);
		free(bytes);
	}
	free(memory);
	return 0;
}
