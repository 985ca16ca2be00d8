/*
 * kmeans_stats.h
 *		What a model tells about its clusters, gathered in two passes over the rows.
 */
#ifndef SEG_CORE_KMEANS_STATS_H
#define SEG_CORE_KMEANS_STATS_H

#include "core/kmeans.h"

typedef struct SegKmeansStats
{
	/* OUT, arrays are the caller's */
	uint64_t   *sizes;			/* k: rows */
	double	   *inertias;		/* k: weighted, fitted space */
	double	   *means;			/* k x d, input units */
	double	   *sds;			/* k x d, input units, over the freedom of core/weighted.h */
	double	   *quartiles;		/* k x d x 3, input units, from the histogram */
	SegHistogram *histograms;	/* d, input units */
	double		silhouette;		/* weighted mean of the simplified silhouette; 0 when k is 1 */
} SegKmeansStats;

/* Bytes of workspace. */
extern size_t seg_kmeans_stats_workspace(size_t d, size_t k);

/*
 * Gather the statistics of a finished run.
 *
 * IN data, run; IN sample: rows from whose quantiles the bins of the histograms
 * are cut, with seg_kmeans_stats_columns() bytes each of room; OUT stats.
 * The simplified silhouette takes the distance to the own and to the nearest
 * other center: s = (b - a) / max(a, b)  (E. Hruschka and others, 2004).
 */
extern void seg_kmeans_stats(const SegKmeansData *data, const SegKmeansRun *run,
							 const SegKmeansData *sample, SegKmeansStats *stats, SegArena workspace);

#endif							/* SEG_CORE_KMEANS_STATS_H */
