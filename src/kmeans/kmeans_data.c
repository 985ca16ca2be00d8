/*
 * kmeans_data.c
 *		Helpers for the types of k-means; see kmeans_data.h.
 */
#include "kmeans/kmeans_data.h"

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
