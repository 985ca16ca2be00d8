/*
 * histogram.h
 *		What a model keeps of the distribution of a feature: a few bins.
 *
 * A histogram has about ten bins of equal frequency, made from a tally
 * (stats/tally.h).  The population stability index compares later rows by them.
 */
#ifndef SEG_STATS_HISTOGRAM_H
#define SEG_STATS_HISTOGRAM_H

#include "stats/tally.h"

/*
 * Bins: bin b holds bounds[b - 1] < x <= bounds[b]; the first and the last are
 * open.  A value (a slot) that holds a tenth of the rows or more has a bin of its
 * own, so that "all zero before, all negative now" is seen.
 */
#define SEG_HISTOGRAM_BINS 10
#define SEG_HISTOGRAM_MOST 21	/* with the bins of their own and what is between */

typedef struct SegHistogram
{
	uint32_t	bins;			/* 0: nothing was counted; else 1 .. SEG_HISTOGRAM_MOST */
	double		low;			/* smallest value */
	double		high;			/* largest value */
	double		bounds[SEG_HISTOGRAM_MOST - 1]; /* bins - 1 of them, ascending */
	uint64_t	counts[SEG_HISTOGRAM_MOST];
} SegHistogram;

/* What a model keeps of a tally. */
extern void seg_histogram_of_tally(const SegTally *tally, SegHistogram *histogram);

/*
 * The same in at most about ten bins, by leaving out bounds.  Fewer bins make the
 * stability index less restless on few rows.
 */
extern void seg_histogram_coarsen(const SegHistogram *histogram, SegHistogram *coarse);

/*
 * The bin of a finite value, 0 .. bins - 1, in IN bounds[bins - 1], ascending:
 * the first b with value <= bounds[b], else the last.
 */
extern size_t seg_bin_of(const double *bounds, size_t bins, double value);

static inline size_t
seg_histogram_bin(const SegHistogram *histogram, double value)
{
	return seg_bin_of(histogram->bounds, histogram->bins, value);
}

/* The values counted. */
extern uint64_t seg_histogram_total(const SegHistogram *histogram);

/*
 * The population stability index of two counts[bins] over the same bins,
 * sum (p - q) ln (p / q), with the shares (count + 1/2) / (total + bins / 2), so
 * that an empty bin is no infinity.  Above 0.2 a feature is usually said to have
 * drifted.  NaN when either side counted nothing.
 */
extern double seg_stability_index(const uint64_t *then, const uint64_t *now, size_t bins);

/* False when the numbers cannot be a histogram: for decoders. */
extern bool seg_histogram_is_sound(const SegHistogram *histogram);

#endif							/* SEG_STATS_HISTOGRAM_H */
