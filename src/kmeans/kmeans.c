/*
 * kmeans.c
 *		Fitting k clusters to rows in memory; see kmeans.h.
 */
#include "kmeans/kmeans.h"

#include "kmeans/kmeans_lloyd.h"
#include "kmeans/kmeans_seed.h"

size_t
seg_kmeans_active(const SegScale *scales, size_t d, uint32_t *active)
{
	size_t		n_active = 0;

	for (size_t j = 0; j < d; j++)
		if (scales[j].scale > 0)
			active[n_active++] = (uint32_t) j;
	return n_active;
}

size_t
seg_kmeans_run_size(size_t n, size_t d, size_t k)
{
	return k * (d + 1) * sizeof(double) + seg_matrix_blocks(n) * SEG_BLOCK_ROWS * sizeof(uint16_t) +
		3 * SEG_ARENA_ALIGN;
}

void
seg_kmeans_take_run(SegKmeansRun *run, size_t n, size_t d, size_t k, SegArena *arena)
{
	memset(run, 0, sizeof(*run));
	run->k = k;
	run->centers = seg_arena_take(arena, k, d * sizeof(double));
	run->weights = seg_arena_take(arena, k, sizeof(double));
	run->labels = seg_arena_take(arena, seg_matrix_blocks(n) * SEG_BLOCK_ROWS, sizeof(uint16_t));
	Assert(run->labels != NULL);
}

size_t
seg_kmeans_workspace(size_t n, size_t d, size_t k)
{
	size_t		sample_rows = seg_min_size(n, seg_kmeans_sample_capacity(k, d));
	size_t		seeding = seg_seed_workspace(sample_rows, d, k);
	size_t		iterating = seg_lloyd_workspace(n, d, k);

	return seeding > iterating ? seeding : iterating;
}

void
seg_kmeans_cluster(const SegKmeansData *data, const SegKmeansData *sample,
				   const SegKmeansParams *params, SegKmeansRun *run, SegArena workspace)
{
	if (params->init_method != SEG_INIT_CENTROIDS)
		seg_seed_centers(sample, params, run->k, run->centers, workspace);
	seg_lloyd_run(data, params, run, workspace);
}

/* Does cluster a come before cluster b? */
static bool
is_before(const SegKmeansRun *run, size_t d, size_t a, size_t b)
{
	if (run->weights[a] != run->weights[b])
		return run->weights[a] > run->weights[b];
	for (size_t j = 0; j < d; j++)
		if (run->centers[a * d + j] != run->centers[b * d + j])
			return run->centers[a * d + j] < run->centers[b * d + j];
	return a < b;
}

void
seg_kmeans_number(const SegKmeansRun *run, size_t d, uint32_t *ids)
{
	for (size_t c = 0; c < run->k; c++)
	{
		CHECK_FOR_INTERRUPTS();
		ids[c] = 1;
		for (size_t other = 0; other < run->k; other++)
			if (other != c && is_before(run, d, other, c))
				ids[c]++;
	}
}
