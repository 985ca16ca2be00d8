/*
 * kmeans_stats.h
 *		The statistics of the clusters of a model, from two passes over the rows.
 */
#ifndef SEG_KMEANS_KMEANS_STATS_H
#define SEG_KMEANS_KMEANS_STATS_H

#include "kmeans/kmeans_data.h"

typedef struct SegKmeansStats
{
	/* OUT: arrays of the caller */
	uint64_t   *sizes;			/* k: rows */
	double	   *inertias;		/* k: weighted, fitted space */
	double	   *means;			/* k x d, input units */
	double	   *sds;			/* k x d, input units; divisor: seg_weights_freedom() */
	double	   *quartiles;		/* k x d x 3, input units, exact (stats/quantiles.h) */
	double	   *medians;		/* d: of all rows, like the quartiles */
} SegKmeansStats;

/* Bytes of workspace. */
extern size_t seg_kmeans_stats_workspace(size_t n, size_t d, size_t k, bool weighted);

/*
 * Compute the statistics of a finished run.
 *
 * IN data, run; OUT stats.  Means and quartiles are the shortest decimals within their
 * rounding errors (seg_shortest_within), and exact if a cluster is constant.
 */
extern void seg_kmeans_stats(const SegKmeansData *data, const SegKmeansRun *run, SegKmeansStats *stats,
							 SegArena workspace);

#endif							/* SEG_KMEANS_KMEANS_STATS_H */
