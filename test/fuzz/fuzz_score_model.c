/*
 * fuzz_score_model.c
 *		Any payload as a model of score: decode, encode, decode; then its figures and bins.
 *
 * What decodes must encode to the same bytes again, and its bins must hold all its rows.
 */
#include "fuzz.h"

#include "score/score.h"
#include "score/score_model.h"

static SegStatus
decode(const uint8_t *bytes, size_t size, SegHitList *model, void **memory)
{
	SegReader	reader = seg_reader(bytes, size);
	SegArena	arena = seg_arena(NULL, seg_score_decoded_size(size));

	memset(model, 0, sizeof(*model));
	*memory = arena.base = room(arena.size);
	return seg_score_decode(&reader, SEG_SCORE_VERSION, &arena, model);
}

static void
check_figures(const SegHitList *model)
{
	static const int bins[] = {2, 3, 10, SEG_SCORE_MAX_BINS};
	static SegScoreBin split[SEG_SCORE_MAX_BINS];
	SegScoreMetrics metrics = seg_score_metrics(model->scores, model->hits, model->n);

	require(metrics.rows >= metrics.positives && metrics.rows > 0);
	require(isnan(metrics.auc) || (metrics.auc >= 0 && metrics.auc <= 1 && metrics.auc_error <= 0.5));
	for (size_t i = 0; i < sizeof(bins) / sizeof(bins[0]); i++)
	{
		size_t		used = seg_score_bins(model->scores, model->hits, model->n, bins[i], split);
		uint64_t	rows = 0;
		uint64_t	positives = 0;

		require(used >= 1 && used <= (size_t) bins[i]);
		for (size_t b = 0; b < used; b++)
		{
			require(split[b].rows > 0 && split[b].lowest <= split[b].highest && isfinite(split[b].mean));
			require(b == 0 || split[b].highest < split[b - 1].lowest);
			rows += split[b].rows;
			positives += split[b].positives;
		}
		require(rows == metrics.rows && positives == metrics.positives);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SegHitList	model;
	SegHitList	again;
	void	   *memory;
	void	   *memory_again;

	if (decode(data, size, &model, &memory) == SEG_OK)
	{
		uint8_t    *bytes = room(size);
		uint8_t    *bytes_again = room(size);
		SegWriter	counter = {NULL, 0};
		SegWriter	writer = {bytes, 0};
		SegWriter	writer_again = {bytes_again, 0};

		seg_score_encode(&counter, &model);
		require(counter.size == size);
		seg_score_encode(&writer, &model);
		require(decode(bytes, size, &again, &memory_again) == SEG_OK);
		seg_score_encode(&writer_again, &again);
		require(memcmp(bytes, bytes_again, size) == 0);
		check_figures(&model);
		free(memory_again);
		free(bytes_again);
		free(bytes);
	}
	free(memory);
	return 0;
}
