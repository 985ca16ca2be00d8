/*
 * mcd.h
 *		The minimum covariance determinant: a center and covariance that up to half
 *		of the rows cannot spoil.
 *
 * Problem: outliers inflate the very covariance that should expose them.  Of all
 * subsets of h rows, h a little more than half, the one whose covariance has the
 * least determinant is taken; there are too many to look at.
 *
 * FastMCD begins with many random subsets of d + 1 rows.  A C-step takes the
 * mean and covariance of a subset and moves on to the h rows that are closest in
 * that metric, which never raises the determinant.  Two steps tell which starts
 * are promising; ten of them go on until nothing changes.  With more than 600
 * rows the starts are tried within five disjoint random groups of 300, their best
 * ones within the union of those, and the best ones of that on all rows.
 *
 * The covariance of h rows is too small for normal data and is multiplied by
 *
 *		c(a) = a / P(chi2[d + 2] <= q),	q the a-quantile of chi2[d], a = h / n.
 *
 * Then every row within the 0.975 quantile of chi2[d] counts: the result is their
 * mean and covariance, times c(share of them).  No small-sample factors are
 * applied (R: covMcd(x, use.correction = FALSE)).
 *
 * Rows may occur several times: n counts occurrences, and of the row on the edge
 * of a subset as many of them are in it as are wanted.  A feature in which h rows
 * or more have one value would make every determinant 0; it is left out of the
 * search.  What most rows have is its center, and the median distance from it of the
 * rows that are elsewhere its scale: values beyond the 0.975 quantile of that count as
 * standing there in the last step.  So up to half of those rows cannot spoil the feature.
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

/* Starts cost d^3 each, and a subset of h rows should have many times d of them. */
#define SEG_MCD_MAX_FEATURES ((size_t) 100)

typedef struct SegMcd
{
	uint64_t	total;			/* rows, repetitions counted */
	uint64_t	h;
	uint64_t	kept;			/* rows that the result was taken from */
	size_t		features;		/* that took part in the search */
	double		log_det;		/* of the best h rows, each feature divided by its sd of all rows */
	double		raw_factor;
	double		factor;
} SegMcd;

/* Rows that d features need at least. */
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
