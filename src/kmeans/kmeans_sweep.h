/*
 * kmeans_sweep.h
 *		How good k clusters are, for each k of a range, and where the curve bends.
 */
#ifndef SEG_KMEANS_KMEANS_SWEEP_H
#define SEG_KMEANS_KMEANS_SWEEP_H

#include "kmeans/kmeans_data.h"

/* Rows over which the silhouette is exact; beyond, it is taken over such a sample. */
#define SEG_SWEEP_SILHOUETTE_ROWS ((size_t) 10000)

/* Subsamples that are fitted anew to see whether the clusters come back. */
#define SEG_SWEEP_RESAMPLES ((size_t) 5)

/* The largest k: tables of k x k labels stay small. */
#define SEG_SWEEP_MAX_K ((size_t) 1000)

/* What is known of one k.  Figures that k = 1 has not are NAN. */
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
 * Rows over which a single fit takes its silhouette where there are more: it is to
 * cost no more than a fraction of the fit, and is good to about 0.01 (two standard
 * errors of a mean of 2000).
 */
#define SEG_FIT_SILHOUETTE_ROWS ((size_t) 2000)

/*
 * The mean silhouette (stats/cluster_indices.h) of the rows of `probe`, distinct ones with
 * weights, each in the cluster of its nearest center; NAN where fewer than two
 * clusters have rows among them.  IN centers: k x d.
 */
extern double seg_sweep_silhouette(const SegKmeansData *probe, const double *centers, size_t k, SegArena workspace);
extern size_t seg_sweep_silhouette_workspace(size_t probe, size_t d, size_t k);

/* Bytes of workspace for k from k_min to k_max; `probe` is the number of rows of the sample. */
extern size_t seg_sweep_workspace(size_t n, size_t d, size_t probe, size_t k_min, size_t k_max);

/*
 * Fit and measure every k of [k_min, k_max].
 *
 * IN data; IN sample: to seed on; IN probe: distinct rows with weights in an order
 * of their own, all rows or a sample of them, for silhouette and stability.
 * Both samples have at least k_max rows.  OUT entries: k_max - k_min + 1.
 */
extern void seg_sweep(const SegKmeansData *data, const SegKmeansData *sample, const SegKmeansData *probe,
					  const SegKmeansParams *params, size_t k_min, size_t k_max,
					  SegSweepEntry *entries, SegArena workspace);

/*
 * Mark the elbow of the inertia, if there is one: the first k at which the
 * normalised curve is farther below its chord than at both neighbours, provided
 * that it comes back by more than one step's width before the next such k.
 * Source: V. Satopaa and others, "Finding a 'Kneedle' in a haystack", 2011, offline,
 * sensitivity 1.
 */
extern void seg_sweep_mark_elbow(SegSweepEntry *entries, size_t m);

/*
 * Mark the largest silhouette among the k whose clusters all have at least min_share
 * of the weight, the smallest k among equals: a k that makes a cluster of one far row
 * often has the largest of all, and tells nothing.
 */
extern void seg_sweep_mark_silhouette(SegSweepEntry *entries, size_t m, double min_share);

#endif							/* SEG_KMEANS_KMEANS_SWEEP_H */
