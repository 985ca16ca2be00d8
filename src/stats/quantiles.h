/*
 * quantiles.h
 *		Exact quantiles of values in memory, by selection instead of sorting.
 *
 * The q-quantile is the smallest value up to and with which at least q of the
 * weight lies; where exactly q of it does, the mean of that value and the next one
 * (R's type 2, numpy's averaged_inverted_cdf).  So the median of an even number of
 * values is the mean of the middle two, a weight of 3 counts like the value three
 * times, and weights may be scaled.
 *
 * The two values come back apart, because their mean is wanted in units that the
 * caller knows.
 */
#ifndef SEG_STATS_QUANTILES_H
#define SEG_STATS_QUANTILES_H

#include "stats/exact_sum.h"

typedef struct SegQuantile
{
	double		low;
	double		high;			/* low, but where exactly q of the weight lies up to low */
} SegQuantile;

/* Lowest and highest value, and the quantiles for q = 1/4, 1/2, 3/4. */
typedef struct SegFive
{
	double		minimum;
	SegQuantile quartiles[3];
	double		maximum;
} SegFive;

/*
 * IN n: at least 1.  INOUT x: n values, no NaN, which are reordered; INOUT weights: n,
 * above 0, reordered with them, or NULL for ones; IN grid: for sums of the weights.
 * The result does not depend on the order.  Cost: about 3 n steps, 6 n with weights.
 */
extern SegFive seg_quartiles(double *x, double *weights, size_t n, SegGrid grid);

/*
 * The ranks (from 0) of the two values of the quantile part / 4 among n; the second is
 * the first or the next.
 */
static inline void
seg_quantile_ranks(size_t n, size_t part, size_t *low, size_t *high)
{
	size_t		rest = n % 4 * part;

	*high = n / 4 * part + rest / 4;
	*low = rest % 4 == 0 ? *high - 1 : *high;
}

#endif							/* SEG_STATS_QUANTILES_H */
