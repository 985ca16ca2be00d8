/*
 * kmeans_fit_pg.h
 *		From prepared rows to the bytes of a model.
 */
#ifndef SEG_KMEANS_KMEANS_FIT_PG_H
#define SEG_KMEANS_KMEANS_FIT_PG_H

#include "kmeans/kmeans_rows_pg.h"

#include "kmeans/kmeans_seed.h"
#include "kmeans/kmeans_sweep.h"

/* Refuse a number of clusters that is null or out of range; `name` is the argument's. */
extern void seg_kmeans_check_k(const char *name, int64 k, int64 most);

/* Refuse a range of them, and options that suit a single k only. */
extern void seg_kmeans_check_range(const SegKmeansOptions *options, int64 k_min, int64 k_max);

/*
 * Draw a sample of that many rows, uniform or by distance, in the current context;
 * fewer than k distinct rows are an error.
 */
extern void seg_kmeans_draw_sample(const SegKmeansRows *state, size_t capacity, size_t k, bool by_distance,
								   SegKmeansSample *sample);

/* The sample for seeding k centers. */
extern void seg_kmeans_draw_seeding_sample(const SegKmeansRows *state, size_t k, SegKmeansSample *sample);

/*
 * Sweep over k_min .. k_max, in the current context.  OUT *m entries, OUT probe:
 * the rows behind silhouette and stability.
 */
extern SegSweepEntry *seg_kmeans_run_sweep(const SegKmeansRows *state, int64 k_min, int64 k_max,
										   size_t *m, SegKmeansSample *probe);

#endif							/* SEG_KMEANS_KMEANS_FIT_PG_H */
