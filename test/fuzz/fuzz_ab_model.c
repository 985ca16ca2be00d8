/*
 * fuzz_ab_model.c
 *		Any payload as a model of ab: decode, encode, decode.
 *
 * What decodes must encode to the same bytes again, and its p-values must be within 0 and 1.
 */
#include "fuzz.h"

#include "ab/ab_model.h"

static SegStatus
decode(const uint8_t *bytes, size_t size, SegAbModel *model, void **memory)
{
	SegReader	reader = seg_reader(bytes, size);
	SegArena	arena = seg_arena(NULL, seg_ab_decoded_size(size));

	memset(model, 0, sizeof(*model));
	*memory = arena.base = room(arena.size);
	return seg_ab_decode(&reader, SEG_AB_VERSION, &arena, model);
}

/* Compare all arms with the control. */
static void
use(const SegAbModel *model)
{
	SegAbPlan	plan = {model->is_binary, 0.95, 5000, NAN};

	plan.theta = model->has_covariate ? seg_ab_theta(model->arms, model->count) : NAN;
	for (uint32_t a = 0; a < model->count; a++)
	{
		SegAbComparison with = seg_ab_compare(&model->arms[a], &model->arms[0], &plan);

		require(isnan(with.p) || (with.p >= 0 && with.p <= 1));
		require(isnan(with.always_p) || (with.always_p >= 0 && with.always_p <= 1));
		(void) seg_ab_mean_bounds(&model->arms[a], &plan);
		(void) seg_ab_sd(&model->arms[a]);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SegAbModel	model;
	SegAbModel	again;
	void	   *memory;
	void	   *memory_again;

	if (decode(data, size, &model, &memory) == SEG_OK)
	{
		uint8_t    *bytes = room(size);
		uint8_t    *bytes_again = room(size);
		SegWriter	counter = {NULL, 0};
		SegWriter	writer = {bytes, 0};
		SegWriter	writer_again = {bytes_again, 0};

		seg_ab_encode(&counter, &model);
		require(counter.size == size);
		seg_ab_encode(&writer, &model);
		require(decode(bytes, size, &again, &memory_again) == SEG_OK);
		seg_ab_encode(&writer_again, &again);
		require(memcmp(bytes, bytes_again, size) == 0);
		use(&model);
		free(memory_again);
		free(bytes_again);
		free(bytes);
	}
	free(memory);
	return 0;
}
