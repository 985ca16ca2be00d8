/*
 * value_counts.h
 *		Statistics of distinct values, each with the number of times it occurred.
 *
 * The caller must pass the values in an order that does not depend on the order of the
 * rows (stats/row_sample.h).
 */
#ifndef SEG_STATS_VALUE_COUNTS_H
#define SEG_STATS_VALUE_COUNTS_H

#include "base/port.h"

typedef struct SegValueCount
{
	double		value;			/* finite */
	uint64_t	count;			/* at least 1 */
} SegValueCount;

typedef struct SegValueCountMoments
{
	double		mean;
	double		sd;				/* divisor n - 1; 0 for one value */
	double		minimum;
	double		maximum;
} SegValueCountMoments;

/* Compute the moments of IN values[n], n > 0.  Two passes. */
extern SegValueCountMoments seg_value_counts_moments(const SegValueCount *values, size_t n);

/* Sort INOUT values[n] ascending. */
extern void seg_value_counts_sort(SegValueCount *values, size_t n);

/*
 * The q-quantile (0 <= q <= 1, type 7: linear between the neighbours of
 * (N - 1) q, N the sum of the counts) of IN values[n], ascending, n > 0.
 * Source: R. Hyndman and Y. Fan, "Sample quantiles in statistical packages",
 * The American Statistician 50 (1996).
 */
extern double seg_value_counts_quantile(const SegValueCount *values, size_t n, double q);

/*
 * The cut for which the share of values above it is nearest to `share`; of two equally
 * near shares, the larger one.  Equal values are not separated.  OUT cut: halfway between
 * two values, or the largest value if no value is above it.  OUT above: the count of the
 * values above it.  IN values[n], ascending, n > 0; share from 0 to 0.5.
 */
extern void seg_value_counts_cut(const SegValueCount *values, size_t n, double share, double *cut, uint64_t *above);

#endif							/* SEG_STATS_VALUE_COUNTS_H */
