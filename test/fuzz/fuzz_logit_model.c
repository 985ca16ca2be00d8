/*
 * fuzz_logit_model.c
 *		Any payload as a model of logit: decode, encode, decode.
 *
 * What decodes must encode to the same bytes again.
 */
#include "fuzz.h"

#include "logit/logit_model.h"

static SegStatus
decode(const uint8_t *bytes, size_t size, SegLogitModel *model, void **memory)
{
	SegReader	reader = seg_reader(bytes, size);
	SegArena	arena = seg_arena(NULL, seg_logit_decoded_size(size));

	memset(model, 0, sizeof(*model));
	*memory = arena.base = room(arena.size);
	return seg_logit_decode(&reader, SEG_LOGIT_VERSION, &arena, model);
}

/* Score a row of zeros with the first level of each category, and look for levels. */
static void
use(const SegLogitModel *model)
{
	double	   *row = room((model->d + model->c + 1) * sizeof(double));
	double	   *parts = room((model->d + model->c + 1) * sizeof(double));
	int32_t    *levels = room((model->c + 1) * sizeof(int32_t));

	memset(row, 0, (model->d + 1) * sizeof(double));
	for (uint32_t k = 0; k < model->c; k++)
	{
		const SegLogitCategory *category = &model->categories[k];

		for (uint32_t l = 0; l < category->count; l++)
			require(category->levels[l].kind != SEG_LOGIT_VALUE ||
					seg_logit_find_level(category, category->levels[l].text, strlen(category->levels[l].text)) == (int32_t) l);
		levels[k] = seg_logit_find_level(category, "", 0);
		require(levels[k] < (int32_t) category->count);
	}
	seg_logit_parts(model, row, row, levels, parts);
	(void) seg_logit_log_odds(model, row, row, levels);
	free(levels);
	free(parts);
	free(row);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SegLogitModel model;
	SegLogitModel again;
	void	   *memory;
	void	   *memory_again;

	if (decode(data, size, &model, &memory) == SEG_OK)
	{
		uint8_t    *bytes = room(size);
		uint8_t    *bytes_again = room(size);
		SegWriter	counter = {NULL, 0};
		SegWriter	writer = {bytes, 0};
		SegWriter	writer_again = {bytes_again, 0};

		seg_logit_encode(&counter, &model);
		require(counter.size == size);
		seg_logit_encode(&writer, &model);
		require(decode(bytes, size, &again, &memory_again) == SEG_OK);
		seg_logit_encode(&writer_again, &again);
		require(memcmp(bytes, bytes_again, size) == 0);
		use(&again);
		free(memory_again);
		free(bytes_again);
		free(bytes);
	}
	free(memory);
	return 0;
}
