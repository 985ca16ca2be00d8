/*
 * mcd.h
 *		The minimum covariance determinant: a robust center and covariance, if fewer than
 *		half of the rows are outliers.
 *
 * Problem: outliers increase the covariance with which they should be found.  The
 * estimator takes the subset of h rows, a few more than half, whose covariance has the
 * smallest determinant.  There are too many subsets to try all.
 *
 * FastMCD starts with many random subsets of d + 1 rows.  A C-step computes the mean and
 * covariance of a subset and then selects the h rows closest in that metric.  This never
 * increases the determinant.  After two steps, the ten best starts continue until
 * convergence.  With more than 600 rows the starts are tried within five disjoint random
 * groups of 300 rows, the best ones of these within the union of the groups, and the best
 * ones of these on all rows.
 *
 * The covariance of h rows is too small for normal data and is multiplied by
 *
 *		c(a) = a / P(chi2[d + 2] <= q),	q the a-quantile of chi2[d], a = h / n.
 *
 * The result is the mean and the covariance of all rows within the 0.975 quantile of
 * chi2[d], times c(share of these rows).  There are no small-sample factors
 * (R: covMcd(x, use.correction = FALSE)).
 *
 * Rows can occur several times: n counts occurrences, and a subset can contain a part of
 * the occurrences of its farthest row.  A feature with the same value in h rows or more
 * would make every determinant 0, so it is left out of the search.  Its center is that
 * value.  Its scale is the median distance from it of the rows with other values.  In the
 * last step, values beyond the 0.975 quantile are replaced by that quantile.  So up to
 * half of the rows with other values can be outliers.
 *
 * Source: P. Rousseeuw and K. Van Driessen, "A fast algorithm for the minimum
 * covariance determinant estimator", Technometrics 41 (1999); the factor: C. Croux
 * and G. Haesbroeck, J. Multivariate Analysis 71 (1999).
 */
#ifndef SEG_ANOMALY_MCD_H
#define SEG_ANOMALY_MCD_H

#include "base/port.h"
#include "base/status.h"
#include "stats/linalg.h"

/* Each start costs d^3, and h should be many times d. */
#define SEG_MCD_MAX_FEATURES ((size_t) 100)

typedef struct SegMcd
{
	uint64_t	total;			/* rows with repetitions */
	uint64_t	h;
	uint64_t	kept;			/* rows from which the result was computed */
	size_t		features;		/* number of features in the search */
	double		log_det;		/* of the best h rows, each feature divided by its sd of all rows */
	double		raw_factor;
	double		factor;
} SegMcd;

/* The smallest number of rows for d features. */
static inline uint64_t
seg_mcd_least_rows(size_t d)
{
	return 2 * ((uint64_t) d + 1);
}

/* Bytes of workspace, aligned to 16. */
extern size_t seg_mcd_workspace(size_t n, size_t d);

/*
 * IN rows[n][d]: finite.  IN counts[n]: occurrences, seg_mcd_least_rows(d) or
 * more in total.  IN seed.  OUT center[d], covariance[d x d] (lower triangle,
 * column-major), info.  SCRATCH workspace.
 * Returns SEG_OK or SEG_TOO_MANY_FEATURES.
 */
extern SegStatus seg_mcd_fit(const double *rows, const uint64_t *counts, size_t n, size_t d,
							 uint64_t seed, double *center, double *covariance,
							 SegMcd *info, void *workspace);

#endif							/* SEG_ANOMALY_MCD_H */
