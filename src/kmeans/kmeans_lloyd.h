/*
 * kmeans_lloyd.h
 *		Lloyd's iterations over rows in memory; the sums do not depend on the row order.
 */
#ifndef SEG_KMEANS_KMEANS_LLOYD_H
#define SEG_KMEANS_KMEANS_LLOYD_H

#include "kmeans/kmeans_data.h"

/* Bytes of workspace for n rows, d features and k centers. */
extern size_t seg_lloyd_workspace(size_t n, size_t d, size_t k);

/*
 * Iterate from the centers in *run until no assignment changes, the relative
 * gain of inertia falls to params->tolerance, or params->max_iterations.
 *
 * IN data; IN params: max_iterations, tolerance.  INOUT run: k and centers are
 * IN, labels has room for n rounded up to SEG_BLOCK_ROWS, the rest is OUT.
 * On return every label is the nearest center (the first of equals), and no cluster is
 * empty.  An empty cluster gets the row that is farthest from its center; of equally far
 * rows, the first in the order of values.  There must be k distinct rows.
 * Source: S. Lloyd, "Least squares quantization in PCM", 1982; the bounds are
 * those of G. Hamerly, "Making k-means even faster", 2010, for a block of rows.
 */
extern void seg_lloyd_run(const SegKmeansData *data, const SegKmeansParams *params,
						  SegKmeansRun *run, SegArena workspace);

#endif							/* SEG_KMEANS_KMEANS_LLOYD_H */
