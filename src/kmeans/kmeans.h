/*
 * kmeans.h
 *		Fits k clusters to rows in memory.
 *
 * The caller converts the rows to the fitted space (stats/standardize.h) and draws a
 * sample (kmeans_sample.h).  kmeans_seed.h finds starting centers on the sample.
 * kmeans_lloyd.h runs Lloyd's iterations over all rows.  kmeans_stats.h computes the
 * statistics of the clusters.  The result does not depend on the order of the rows.
 */
#ifndef SEG_KMEANS_KMEANS_H
#define SEG_KMEANS_KMEANS_H

#include "kmeans/kmeans_data.h"

/* Bytes of workspace of seg_kmeans_cluster. */
extern size_t seg_kmeans_workspace(size_t n, size_t d, size_t k);

/*
 * Find k clusters.
 *
 * IN data; IN sample: of the data (kmeans_sample.h), with at least k rows.
 * INOUT run: its centers are IN if params->init_method is SEG_INIT_CENTROIDS.
 */
extern void seg_kmeans_cluster(const SegKmeansData *data, const SegKmeansData *sample,
							   const SegKmeansParams *params, SegKmeansRun *run, SegArena workspace);

/*
 * Number the clusters of a first fit.  OUT ids[k]: 1 for the cluster with the largest
 * weight, ties in the order of the values of the centers.
 */
extern void seg_kmeans_number(const SegKmeansRun *run, size_t d, uint32_t *ids);

#endif							/* SEG_KMEANS_KMEANS_H */
