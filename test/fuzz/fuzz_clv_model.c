/*
 * fuzz_clv_model.c
 *		Any payload as a model of clv: decode, encode, decode, predict.
 *
 * What decodes must encode to the same bytes again, and its predictions must lie in their ranges.
 */
#include "fuzz.h"

#include <math.h>

#include "clv/clv_model.h"

static SegStatus
decode(const uint8_t *bytes, size_t size, SegClvModel *model, void **memory)
{
	SegReader	reader = seg_reader(bytes, size);
	SegArena	arena = seg_arena(NULL, seg_clv_decoded_size(size));

	memset(model, 0, sizeof(*model));
	*memory = arena.base = room(arena.size);
	return seg_clv_decode(&reader, SEG_CLV_VERSION, &arena, model);
}

static void
predict(const SegClvModel *model)
{
	const SegClvCustomer customers[] = {{0, 0, 0, SEG_CLV_NO_VALUE}, {0, 0, 300, SEG_CLV_NO_VALUE}, {3, 50, 300, 12}, {5000, 9000, 9000, 1e-100}};
	SegClvPurchases purchases = seg_clv_model_purchases(model);

	for (size_t i = 0; i < sizeof(customers) / sizeof(customers[0]); i++)
	{
		double		alive = seg_clv_alive(&purchases, &customers[i]);
		double		bought = seg_clv_discounted(&purchases, &customers[i], 400, 0.1);

		require(alive >= 0 && alive <= 1);
		require(bought >= 0 && isfinite(bought));
		require(seg_clv_purchases(&purchases, &customers[i], SEG_CLV_MOST_DAYS) >= 0);
		if (model->fit.value.n > 0)
			require(!(seg_clv_value(model->fit.value.parameters, &customers[i]) < 0));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SegClvModel model;
	SegClvModel again;
	void	   *memory;
	void	   *memory_again;

	if (decode(data, size, &model, &memory) == SEG_OK)
	{
		uint8_t    *bytes = room(size);
		uint8_t    *bytes_again = room(size);
		SegWriter	counter = {NULL, 0};
		SegWriter	writer = {bytes, 0};
		SegWriter	writer_again = {bytes_again, 0};

		seg_clv_encode(&counter, &model);
		require(counter.size == size);
		seg_clv_encode(&writer, &model);
		require(decode(bytes, size, &again, &memory_again) == SEG_OK);
		seg_clv_encode(&writer_again, &again);
		require(memcmp(bytes, bytes_again, size) == 0);
		predict(&model);
		free(memory_again);
		free(bytes_again);
		free(bytes);
	}
	free(memory);
	return 0;
}
