/*
 * quantiles.h
 *		Exact quantiles of values in memory, by selection instead of sorting.
 *
 * The q-quantile is the smallest value x such that values <= x have at least the share
 * q of the weight.  If they have exactly q, it is the mean of x and the next value
 * (R's type 2, numpy's averaged_inverted_cdf).  So the median of an even number of
 * values is the mean of the middle two.  A weight of 3 counts like three equal values.
 * Weights may be multiplied by a constant.
 *
 * The two values are returned separately because the caller computes their mean in
 * other units.
 */
#ifndef SEG_STATS_QUANTILES_H
#define SEG_STATS_QUANTILES_H

#include "stats/exact_sum.h"

typedef struct SegQuantile
{
	double		low;
	double		high;			/* the next value if values <= low have exactly q of the weight; else low */
} SegQuantile;

/* Lowest and highest value, and the quantiles for q = 1/4, 1/2, 3/4. */
typedef struct SegFive
{
	double		minimum;
	SegQuantile quartiles[3];
	double		maximum;
} SegFive;

/*
 * IN n: at least 1.  INOUT x: n values without NaN, which are reordered.  INOUT weights:
 * n, above 0, reordered with x; or NULL for ones.  IN grid: for sums of the weights.
 * The result does not depend on the order.  Cost: about 3 n steps, 6 n with weights.
 */
extern SegFive seg_quartiles(double *x, double *weights, size_t n, SegGrid grid);

/*
 * The ranks (from 0) of the two values of the quantile part / 4 among n values.  The
 * second is equal to the first, or the next rank.
 */
static inline void
seg_quantile_ranks(size_t n, size_t part, size_t *low, size_t *high)
{
	size_t		rest = n % 4 * part;

	*high = n / 4 * part + rest / 4;
	*low = rest % 4 == 0 ? *high - 1 : *high;
}

#endif							/* SEG_STATS_QUANTILES_H */
