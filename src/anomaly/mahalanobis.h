/*
 * mahalanobis.h
 *		Squared distances from a center, in the metric of a covariance matrix.
 *
 *		D2(x) = (x - center)' S^-1 (x - center) = | W (x - center) |^2
 *
 * with W = L^-1 D^-1, D the standard deviations and L the Cholesky factor of
 * the correlation matrix R.  Where R is ill-conditioned it is shrunk towards the
 * identity, (1 - s) R + s I, with the least s that makes its condition number
 * SEG_MAHALANOBIS_CONDITION; s is kept, so that a model can say so.  A feature
 * without spread takes no part.  For normal rows D2 is chi-square with as many
 * degrees of freedom as there are features that do.
 *
 * D2 is taken apart exactly, with g = S^-1 (x - center), as the sum over the
 * features of (x_j - center_j) g_j.  A part can be negative: that value makes the
 * others less of a surprise.
 *
 * Source: P. C. Mahalanobis, "On the generalised distance in statistics" (1936).
 */
#ifndef SEG_ANOMALY_MAHALANOBIS_H
#define SEG_ANOMALY_MAHALANOBIS_H

#include "base/port.h"
#include "base/status.h"
#include "stats/linalg.h"

/* Distances then keep ten digits whatever BLAS and order gave the covariance. */
#define SEG_MAHALANOBIS_CONDITION 1e6

typedef struct SegMahalanobis
{
	size_t		d;
	uint32_t	df;				/* features with spread */
	double		shrinkage;		/* 0 .. 1 */
	double	   *center;			/* d */
	double	   *whiten;			/* W, lower triangle by columns: d, d - 1, ... 1 entries */
	double	   *blocks;			/* W again, in blocks of SEG_MAHALANOBIS_BLOCK rows */
} SegMahalanobis;

#define SEG_MAHALANOBIS_BLOCK ((size_t) 8)

/* Entries of whiten. */
static inline size_t
seg_mahalanobis_size(size_t d)
{
	return d * (d + 1) / 2;
}

/* Entries of blocks. */
extern size_t seg_mahalanobis_blocks_size(size_t d);

/* Fill blocks[seg_mahalanobis_blocks_size(d)] from whiten; distances need it. */
extern void seg_mahalanobis_pack(SegMahalanobis *m);

/* Bytes of workspace for d features, aligned to 16. */
extern size_t seg_mahalanobis_workspace(size_t d);

/*
 * Make the metric.  INOUT m: d, center set; whiten and blocks are filled, df and
 * shrinkage set.  IN covariance[d x d]: lower triangle, column-major.
 * SCRATCH workspace.
 * Returns SEG_OK, or what LAPACK's callers return: SEG_TOO_MANY_FEATURES,
 * SEG_NOT_FINITE, SEG_NO_CONVERGENCE, SEG_NOT_POSITIVE_DEFINITE.
 * Cost: O(d^3); a call of LAPACK cannot be interrupted.
 */
extern SegStatus seg_mahalanobis_fit(SegMahalanobis *m, const double *covariance, void *workspace);

/* D2 of IN row[d], finite; infinity when it overflows, never NaN. */
extern double seg_mahalanobis_distance2(const SegMahalanobis *m, const double *row);

/* OUT parts[d] that add up to the D2 returned; meaningless when that is infinite. */
extern double seg_mahalanobis_attribute(const SegMahalanobis *m, const double *row, double *parts);

#endif							/* SEG_ANOMALY_MAHALANOBIS_H */
