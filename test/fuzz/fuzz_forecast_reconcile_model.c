/*
 * fuzz_forecast_reconcile_model.c
 *		Any payload as reconciled forecasts: what decodes must encode to the same bytes.
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
	void	   *memory;

	if (decode(data, size, &model, &memory) == SEG_OK)
	{
		uint8_t    *bytes = room(size);
		SegWriter	counter = {NULL, 0};
		SegWriter	writer = {bytes, 0};

		seg_reconciled_encode(&counter, &model);
		require(counter.size == size);
		seg_reconciled_encode(&writer, &model);
		require(memcmp(bytes, data, size) == 0);
		free(bytes);
	}
	free(memory);
	return 0;
}
