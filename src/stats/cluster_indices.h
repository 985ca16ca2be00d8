/*
 * cluster_indices.h
 *		Quality of clusters: silhouette, Davies-Bouldin, Calinski-Harabasz.
 *
 * The silhouette of a row is (b - a) / max(a, b): a is its mean distance to the
 * other rows of its cluster, b the smallest mean distance to the rows of another
 * cluster.  It is 0 for a row that is alone in its cluster.  A sweep needs it for many
 * labelings of the same rows.  The distances cost most, so one pass over the pairs of
 * rows computes all labelings.
 *
 * Each distance is rounded to a grid (stats/exact_sum.h) of 2^-52 n times the diameter
 * of the rows.  So sums are exact, and the figures do not depend on the order of the
 * rows.
 *
 * Source: P. J. Rousseeuw, "Silhouettes", J. Comput. Appl. Math. 20 (1987);
 * D. L. Davies and D. W. Bouldin, IEEE Trans. PAMI 1 (1979); T. Calinski and
 * J. Harabasz, Communications in Statistics 3 (1974).
 */
#ifndef SEG_STATS_CLUSTER_INDICES_H
#define SEG_STATS_CLUSTER_INDICES_H

#include "base/arena.h"
#include "base/port.h"
#include "base/status.h"

typedef struct SegLabeling
{
	size_t		k;
	const uint32_t *labels;		/* n, from 0, below k */
} SegLabeling;

/* Bytes that seg_silhouette_mean takes from its arena; SIZE_MAX if they do not fit a size_t. */
extern size_t seg_silhouette_workspace(size_t n, size_t d, const SegLabeling *labelings, size_t m);

/*
 * The mean silhouette of each of m labelings.
 *
 * IN rows: n x d, row by row, finite.  IN weights: n, or NULL for ones.  IN units:
 * n, the weight that a row leaves out of its own cluster: the weight of one copy, if
 * the row represents several copies.  NULL: 1, so a row of weight w counts like w
 * rows.  INOUT arena: at least seg_silhouette_workspace() bytes.  OUT mean: m; NaN for
 * a labeling with fewer than two clusters that have rows, or without rows.
 * Returns SEG_OK, or SEG_TOO_FAR if the diameter of the rows overflows.
 * Cost: n^2 (d + m).  Clusters may be empty.
 */
extern SegStatus seg_silhouette_mean(const double *rows, const double *weights, const double *units, size_t n, size_t d,
									 const SegLabeling *labelings, size_t m,
									 SegArena *arena, double *mean);

/*
 * The simplified silhouette of a row (Hruschka 2004).  It uses the distances to the
 * nearest and the second nearest center instead of mean distances to rows.
 */
static inline double
seg_silhouette_simplified(double distance, double second_distance)
{
	return second_distance > 0 ? (second_distance - distance) / second_distance : 0;
}

/*
 * The Davies-Bouldin index: lower is better.
 *
 * IN centers: k x d.  IN spread: k, the mean distance of a cluster's rows to its
 * center.  IN sizes: k; clusters without rows are left out.  NaN for fewer than
 * two clusters with rows; 0 for a pair of clusters without spread (as in
 * scikit-learn), infinite when two clusters with spread share a center.
 */
extern double seg_davies_bouldin(const double *centers, const double *spread, const uint64_t *sizes,
								 size_t k, size_t d);

/*
 * The Calinski-Harabasz index: higher is better.  NaN for k < 2 or n <= k; infinite
 * if the sum of squares within clusters is 0.
 */
static inline double
seg_calinski_harabasz(double between_ss, double within_ss, double n, size_t k)
{
	if (k < 2 || !(n > (double) k))
		return NAN;
	return (between_ss / (double) (k - 1)) / (within_ss / (n - (double) k));
}

#endif							/* SEG_STATS_CLUSTER_INDICES_H */
