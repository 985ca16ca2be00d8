/*
 * mahalanobis.h
 *		Squared Mahalanobis distances: from a center, with a covariance matrix.
 *
 *		D2(x) = (x - center)' S^-1 (x - center) = | W (x - center) |^2
 *
 * with W = L^-1 D^-1, D the standard deviations and L the Cholesky factor of the
 * correlation matrix R.  If R is ill-conditioned, it is replaced by (1 - s) R + s I, with
 * the smallest s for which its condition number is SEG_MAHALANOBIS_CONDITION.  The model
 * keeps s (shrinkage).  Features without spread are left out.  For normal rows D2 is
 * chi-square; the degrees of freedom are the number of features with spread.
 *
 * With g = S^-1 (x - center), D2 is exactly the sum over the features of
 * (x_j - center_j) g_j.  A part is negative if the value fits the correlation with the
 * other values.
 *
 * Source: P. C. Mahalanobis, "On the generalised distance in statistics" (1936).
 */
#ifndef SEG_ANOMALY_MAHALANOBIS_H
#define SEG_ANOMALY_MAHALANOBIS_H

#include "base/port.h"
#include "base/status.h"
#include "stats/linalg.h"

/* With this condition number ten digits of a distance do not depend on BLAS and row order. */
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
 * Compute the metric.  INOUT m: d and center are IN; whiten, blocks, df and shrinkage are
 * OUT.  IN covariance[d x d]: lower triangle, column-major.
 * SCRATCH workspace.
 * Returns SEG_OK, SEG_TOO_MANY_FEATURES, SEG_NOT_FINITE, SEG_NO_CONVERGENCE or
 * SEG_NOT_POSITIVE_DEFINITE.
 * Cost: O(d^3); a call of LAPACK cannot be interrupted.
 */
extern SegStatus seg_mahalanobis_fit(SegMahalanobis *m, const double *covariance, void *workspace);

/* D2 of IN row[d], finite.  Infinity if it overflows, never NaN. */
extern double seg_mahalanobis_distance2(const SegMahalanobis *m, const double *row);

/* OUT parts[d]: their sum is the D2 returned; undefined if that is infinite. */
extern double seg_mahalanobis_attribute(const SegMahalanobis *m, const double *row, double *parts);

#endif							/* SEG_ANOMALY_MAHALANOBIS_H */
