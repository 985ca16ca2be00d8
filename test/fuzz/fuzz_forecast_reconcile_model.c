/*
 * fuzz_forecast_reconcile_model.c
 *		Any payload as reconciled forecasts: what decodes must encode to bytes
 *		that encode to themselves (a zero keeps its sign only as +0).
 */
#include "fuzz.h"

#include "forecast/forecast_reconcile_model.h"

static SegStatus
decode(const uint8_t *bytes, size_t size, SegReconciledModel *model, void **memory)
{
	SegReader	reader = seg_reader(bytes, size);
	SegArena	arena = seg_arena(NULL, seg_reconciled_decoded_size(size));

	memset(model, 0, sizeof(*model));
	*memory = arena.base = room(arena.size);
	return seg_reconciled_decode(&reader, SEG_FORECAST_RECONCILE_VERSION, &arena, model);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SegReconciledModel model;
	SegReconciledModel again;
	void	   *memory;
	void	   *memory_again;

	if (decode(data, size, &model, &memory) == SEG_OK)
	{
		uint8_t    *bytes = room(size);
		uint8_t    *bytes_again = room(size);
		SegWriter	counter = {NULL, 0};
		SegWriter	writer = {bytes, 0};
		SegWriter	writer_again = {bytes_again, 0};

		seg_reconciled_encode(&counter, &model);
		require(counter.size == size);
		seg_reconciled_encode(&writer, &model);
		require(decode(bytes, size, &again, &memory_again) == SEG_OK);
		seg_reconciled_encode(&writer_again, &again);
		require(memcmp(bytes, bytes_again, size) == 0);
		free(memory_again);
		free(bytes_again);
		free(bytes);
	}
	free(memory);
	return 0;
}
