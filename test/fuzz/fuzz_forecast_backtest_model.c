/*
 * fuzz_forecast_backtest_model.c
 *		Any payload as a backtest: what decodes must encode to bytes
 *		that encode to themselves (a zero keeps its sign only as +0).
 */
#include "fuzz.h"

#include "forecast/forecast_backtest_model.h"

static SegStatus
decode(const uint8_t *bytes, size_t size, SegBacktestModel *model, void **memory)
{
	SegReader	reader = seg_reader(bytes, size);
	SegArena	arena = seg_arena(NULL, seg_backtest_decoded_size(size));

	memset(model, 0, sizeof(*model));
	*memory = arena.base = room(arena.size);
	return seg_backtest_decode(&reader, SEG_FORECAST_BACKTEST_VERSION, &arena, model);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SegBacktestModel model;
	SegBacktestModel again;
	void	   *memory;
	void	   *memory_again;

	if (decode(data, size, &model, &memory) == SEG_OK)
	{
		uint8_t    *bytes = room(size);
		uint8_t    *bytes_again = room(size);
		SegWriter	counter = {NULL, 0};
		SegWriter	writer = {bytes, 0};
		SegWriter	writer_again = {bytes_again, 0};

		seg_backtest_encode(&counter, &model);
		require(counter.size == size);
		seg_backtest_encode(&writer, &model);
		require(decode(bytes, size, &again, &memory_again) == SEG_OK);
		seg_backtest_encode(&writer_again, &again);
		require(memcmp(bytes, bytes_again, size) == 0);
		free(memory_again);
		free(bytes_again);
		free(bytes);
	}
	free(memory);
	return 0;
}
