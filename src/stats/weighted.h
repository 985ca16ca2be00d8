/*
 * weighted.h
 *		What a weight is, and figures of values that occurred so many times each.
 *
 * The weights of rows are counts while all of them are whole numbers: weight 3 is the
 * row three times.  With any other weight among them they are relative: only their
 * ratios mean something, and no statistic but a sum over rows changes when all are
 * multiplied by a number.  (numpy.cov calls the two fweights and aweights.)
 */
#ifndef SEG_STATS_WEIGHTED_H
#define SEG_STATS_WEIGHTED_H

#include "base/port.h"

/* Are not all of IN weights[n] whole numbers?  NULL, which is ones: false. */
extern bool seg_weights_are_relative(const double *weights, size_t n);

/*
 * What the weighted sum of squares around a mean is divided by for a variance without
 * bias, from the rows whose weights sum to total:
 *
 *		n - 1							without weights
 *		total - 1						for counts
 *		total - sum of w^2 / total		for relative ones
 *
 * The last is n - 1 times the weight where all are equal; 0 for one row.
 * Source: M. Galassi and others, "GNU Scientific Library", section Weighted Samples;
 * R's cov.wt.
 */
extern double seg_weights_freedom(const double *weights, size_t n, double total);

/* The part of a row of that weight in the freedom of relative weights. */
static inline double
seg_weight_freedom(double weight, double total)
{
	double		share = weight / total;

	return weight * (1 - share);
}

/* ---- values with counts: in the order in which they stand, which the caller has made
 * independent of the rows' order (stats/row_sample.h) ---- */

typedef struct SegWeighted
{
	double		value;			/* finite */
	uint64_t	count;			/* at least 1 */
} SegWeighted;

typedef struct SegWeightedMoments
{
	double		mean;
	double		sd;				/* with n - 1; 0 for one value */
	double		minimum;
	double		maximum;
} SegWeightedMoments;

/* Of IN values[n], n > 0.  Two passes. */
extern SegWeightedMoments seg_weighted_moments(const SegWeighted *values, size_t n);

/* Sort INOUT values[n] ascending. */
extern void seg_weighted_sort(SegWeighted *values, size_t n);

/*
 * The q-quantile (0 <= q <= 1, type 7: linear between the neighbours of
 * (N - 1) q, N the sum of the counts) of IN values[n], ascending, n > 0.
 * Source: R. Hyndman and Y. Fan, "Sample quantiles in statistical packages",
 * The American Statistician 50 (1996).
 */
extern double seg_weighted_quantile(const SegWeighted *values, size_t n, double q);

/*
 * The cut that the share nearest to `share` lies above, equal values together, the
 * larger share of two equally near: OUT cut, halfway between two values, or the
 * greatest where nothing lies above it; OUT above, the counts of what does.
 * IN values[n], ascending, n > 0; share from 0 to 0.5.
 */
extern void seg_weighted_cut(const SegWeighted *values, size_t n, double share, double *cut, uint64_t *above);

#endif							/* SEG_STATS_WEIGHTED_H */
