/*
 * weights.h
 *		The meaning of weights of rows.
 *
 * If all weights are whole numbers, they are counts: weight 3 is the row three times.
 * Otherwise they are relative: only their ratios matter.  If all relative weights are
 * multiplied by a number, only sums over rows change.  (numpy.cov calls the two kinds
 * fweights and aweights.)
 */
#ifndef SEG_STATS_WEIGHTS_H
#define SEG_STATS_WEIGHTS_H

#include "base/port.h"

/* True if at least one of IN weights[n] is not a whole number; false for NULL (all 1). */
extern bool seg_weights_are_relative(const double *weights, size_t n);

/*
 * The divisor of the weighted sum of squares for an unbiased variance.  IN total: the
 * sum of the weights.
 *
 *		n - 1							without weights
 *		total - 1						for counts
 *		total - sum of w^2 / total		for relative ones
 *
 * For n equal weights the last one is n - 1 times the weight; 0 for one row.
 * Source: M. Galassi and others, "GNU Scientific Library", section Weighted Samples;
 * R's cov.wt.
 */
extern double seg_weights_freedom(const double *weights, size_t n, double total);

/* The share of a row of that weight in the freedom of relative weights. */
static inline double
seg_weight_freedom(double weight, double total)
{
	double		share = weight / total;

	return weight * (1 - share);
}

#endif							/* SEG_STATS_WEIGHTS_H */
