/*
 * kmeans_sample_pg.c
 *		Samples of the rows of a fit; see kmeans_sample_pg.h.
 */
#include "kmeans/kmeans_sample_pg.h"

#include "server/error.h"

void
seg_kmeans_draw_sample(const SegKmeansRows *state, size_t capacity, size_t k, bool by_distance, SegKmeansSample *sample)
{
	size_t		d = state->rows.d;
	SegArena	arena;

	capacity = seg_min_size(capacity, state->rows.n);
	arena = seg_kmeans_arena(seg_kmeans_sample_workspace(capacity, d));
	seg_kmeans_sample_draw(&state->data, (uint64_t) state->options.seed, capacity, by_distance, &arena, sample);
	sample->data = seg_kmeans_with_filter(&sample->data);
	if (k > sample->data.rows.n)
		seg_raise((SegFault) {SEG_TOO_FEW_DISTINCT, .got = sample->data.rows.n, .wanted = k});
}

void
seg_kmeans_draw_seeding_sample(const SegKmeansRows *state, size_t k, SegKmeansSample *sample)
{
	seg_kmeans_draw_sample(state, seg_kmeans_sample_capacity(k, state->rows.d), k, true, sample);
}
