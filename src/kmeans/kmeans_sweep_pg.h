/*
 * kmeans_sweep_pg.h
 *		Fits every k of a range to the same rows.
 */
#ifndef SEG_KMEANS_KMEANS_SWEEP_PG_H
#define SEG_KMEANS_KMEANS_SWEEP_PG_H

#include "kmeans/kmeans_rows_pg.h"

#include "kmeans/kmeans_sample.h"
#include "kmeans/kmeans_sweep.h"

/*
 * Sweep over k_min .. k_max, in the current context.  OUT *m: number of entries.  OUT
 * probe: the rows for silhouette and stability.  Raises an error for a range that is
 * null, empty or out of bounds, and for options that need a single k.
 */
extern SegSweepEntry *seg_kmeans_run_sweep(const SegKmeansRows *state, int64 k_min, int64 k_max,
										   size_t *m, SegKmeansSample *probe);

#endif							/* SEG_KMEANS_KMEANS_SWEEP_PG_H */
