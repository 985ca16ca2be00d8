/*
 * fuzz_uplift_model.c
 *		Any payload as a model of uplift: decode, encode, decode; then its figures and bins.
 *
 * What decodes must encode to the same bytes again, and its bins must hold all its rows.
 */
#include "fuzz.h"

#include "uplift/uplift_model.h"

static SegStatus
decode(const uint8_t *bytes, size_t size, SegHitList *model, void **memory)
{
	SegReader	reader = seg_reader(bytes, size);
	SegArena	arena = seg_arena(NULL, seg_uplift_decoded_size(size));

	memset(model, 0, sizeof(*model));
	*memory = arena.base = room(arena.size);
	return seg_uplift_decode(&reader, SEG_UPLIFT_VERSION, &arena, model);
}

static void
check_figures(const SegHitList *model)
{
	static const int bins[] = {2, 3, 10, SEG_HIT_MOST_BINS};
	static SegUpliftBin split[SEG_HIT_MOST_BINS];
	SegUpliftStep *steps = room(model->n * sizeof(SegUpliftStep));
	SegUpliftMetrics metrics = seg_uplift_metrics(model->hits, model->n, steps);
	bool		has_both = metrics.totals[0].rows > 0 && metrics.totals[1].rows > 0;

	require(isfinite(metrics.qini) == has_both && !(fabs(metrics.qini) > 1.5));
	require(!(metrics.std_error < 0) && !isinf(metrics.std_error));
	for (size_t i = 0; i < sizeof(bins) / sizeof(bins[0]); i++)
	{
		size_t		used = seg_uplift_bins(model->scores, model->hits, model->n, bins[i], split);
		uint64_t	rows = 0;

		require(used >= 1 && used <= (size_t) bins[i]);
		for (size_t b = 0; b < used; b++)
		{
			require(split[b].lowest <= split[b].highest && isfinite(split[b].mean));
			require(b == 0 || split[b].highest < split[b - 1].lowest);
			rows += (uint64_t) split[b].totals[0].rows + split[b].totals[1].rows;
		}
		require(rows == (uint64_t) metrics.totals[0].rows + metrics.totals[1].rows);
	}
	free(steps);
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

		seg_uplift_encode(&counter, &model);
		require(counter.size == size);
		seg_uplift_encode(&writer, &model);
		require(decode(bytes, size, &again, &memory_again) == SEG_OK);
		seg_uplift_encode(&writer_again, &again);
		require(memcmp(bytes, bytes_again, size) == 0);
		check_figures(&model);
		free(memory_again);
		free(bytes_again);
		free(bytes);
	}
	free(memory);
	return 0;
}
