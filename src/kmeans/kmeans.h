/*
 * kmeans.h
 *		Fitting k clusters to rows in memory.
 *
 * The caller brings the rows to the fitted space (stats/standardize.h) and draws a sample of
 * them (kmeans_sample.h).  Starting centers are found on the sample (kmeans_seed.h), and
 * Lloyd's iterations run over all rows (kmeans_lloyd.h).  The statistics of the clusters
 * come from kmeans_stats.h.  The result does not depend on the order of the rows.
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
 * INOUT run: its centers are IN when params->init_method is SEG_INIT_CENTROIDS.
 */
extern void seg_kmeans_cluster(const SegKmeansData *data, const SegKmeansData *sample,
							   const SegKmeansParams *params, SegKmeansRun *run, SegArena workspace);

/*
 * Number the clusters of a first fit: OUT ids[k], 1 for the heaviest, ties in
 * the order of the centers' values.
 */
extern void seg_kmeans_number(const SegKmeansRun *run, size_t d, uint32_t *ids);

#endif							/* SEG_KMEANS_KMEANS_H */
