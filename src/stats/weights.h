/*
 * weights.h
 *		What the weights of rows mean.
 *
 * The weights of rows are counts while all of them are whole numbers: weight 3 is the
 * row three times.  With any other weight among them they are relative: only their
 * ratios have a meaning, and no statistic except a sum over rows changes when all are
 * multiplied by a number.  (numpy.cov calls the two fweights and aweights.)
 */
#ifndef SEG_STATS_WEIGHTS_H
#define SEG_STATS_WEIGHTS_H

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

#endif							/* SEG_STATS_WEIGHTS_H */
