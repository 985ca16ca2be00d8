/*
 * weighted.h
 *		Figures of values that occurred so many times each.
 *
 * All are taken in the order in which the values stand, which the caller has
 * made independent of the rows' order (core/row_sample.h).
 */
#ifndef SEG_CORE_WEIGHTED_H
#define SEG_CORE_WEIGHTED_H

#include "core/port.h"

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

#endif							/* SEG_CORE_WEIGHTED_H */
