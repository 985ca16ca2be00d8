/*
 * kmeans_sweep_pg.h
 *		Fits of every k of a range to the same rows.
 */
#ifndef SEG_KMEANS_KMEANS_SWEEP_PG_H
#define SEG_KMEANS_KMEANS_SWEEP_PG_H

#include "kmeans/kmeans_rows_pg.h"

#include "kmeans/kmeans_sample.h"
#include "kmeans/kmeans_sweep.h"

/*
 * Sweep over k_min .. k_max, in the current context.  OUT *m entries, OUT probe:
 * the rows behind silhouette and stability.  A range that is null, empty or out of
 * bounds and options for a single k are errors.
 */
extern SegSweepEntry *seg_kmeans_run_sweep(const SegKmeansRows *state, int64 k_min, int64 k_max,
										   size_t *m, SegKmeansSample *probe);

#endif							/* SEG_KMEANS_KMEANS_SWEEP_PG_H */
