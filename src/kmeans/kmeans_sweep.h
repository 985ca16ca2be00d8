/*
 * kmeans_sweep.h
 *		Measures the quality of k clusters for each k of a range; finds elbow and best k.
 */
#ifndef SEG_KMEANS_KMEANS_SWEEP_H
#define SEG_KMEANS_KMEANS_SWEEP_H

#include "kmeans/kmeans_data.h"

/* The silhouette is exact up to this number of distinct rows; for more, a sample of this size is used. */
#define SEG_SWEEP_SILHOUETTE_ROWS ((size_t) 10000)

/* Subsamples that are fitted to measure stability. */
#define SEG_SWEEP_RESAMPLES ((size_t) 5)

/* The largest k: tables of k x k labels stay small. */
#define SEG_SWEEP_MAX_K ((size_t) 1000)

/* The figures of one k.  Figures that k = 1 does not have are NAN. */
typedef struct SegSweepEntry
{
	size_t		k;
	double		inertia;
	double		explained_fraction;
	double		silhouette;		/* weighted mean over the sample's rows */
	double		davies_bouldin;
	double		calinski_harabasz;
	double		smallest_share; /* of the weight */
	double		stability;		/* mean adjusted Rand index over the resamples */
	bool		is_elbow;
	bool		is_best_silhouette;
} SegSweepEntry;

/*
 * The size of the sample for the silhouette of a single fit.  It costs only a fraction
 * of the fit, and its error is about 0.01 (two standard errors of a mean of 2000).
 */
#define SEG_FIT_SILHOUETTE_ROWS ((size_t) 2000)

/*
 * The mean silhouette (stats/cluster_indices.h) of the rows of `probe`, each in the
 * cluster of its nearest center.  IN probe: distinct rows with weights.  IN centers:
 * k x d.  NAN if fewer than two clusters have rows of the probe.
 */
extern double seg_sweep_silhouette(const SegKmeansData *probe, const double *centers, size_t k, SegArena workspace);
extern size_t seg_sweep_silhouette_workspace(size_t probe, size_t d, size_t k);

/* Bytes of workspace for k from k_min to k_max; `probe` is the number of rows of the sample. */
extern size_t seg_sweep_workspace(size_t n, size_t d, size_t probe, size_t k_min, size_t k_max);

/*
 * Fit and measure every k of [k_min, k_max].
 *
 * IN data.  IN sample: for seeding.  IN probe: distinct rows with weights, all rows or a
 * sample, in an order that does not depend on the order of data; for silhouette and
 * stability.  Both samples have at least k_max rows.  OUT entries: k_max - k_min + 1.
 */
extern void seg_sweep(const SegKmeansData *data, const SegKmeansData *sample, const SegKmeansData *probe,
					  const SegKmeansParams *params, size_t k_min, size_t k_max,
					  SegSweepEntry *entries, SegArena workspace);

/*
 * Mark the elbow of the inertia, if there is one.  It is the first k at which the
 * normalised curve is farther below its chord than at both neighbours, and after which
 * this distance decreases by more than the width of a step before the next such k.
 * Source: V. Satopaa and others, "Finding a 'Kneedle' in a haystack", 2011, offline,
 * sensitivity 1.
 */
extern void seg_sweep_mark_elbow(SegSweepEntry *entries, size_t m);

/*
 * Mark the largest silhouette among the k whose clusters all have at least min_share of
 * the weight; the smallest k of equals.  A k with a cluster of one outlier often has the
 * largest silhouette, but is not useful.
 */
extern void seg_sweep_mark_silhouette(SegSweepEntry *entries, size_t m, double min_share);

#endif							/* SEG_KMEANS_KMEANS_SWEEP_H */
