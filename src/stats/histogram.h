/*
 * histogram.h
 *		The histogram of a feature that a model contains.
 *
 * A histogram has about ten bins of equal frequency.  It is made from a tally
 * (stats/tally.h).  The population stability index compares later rows with it.
 */
#ifndef SEG_STATS_HISTOGRAM_H
#define SEG_STATS_HISTOGRAM_H

#include "stats/tally.h"

/*
 * Bin b contains bounds[b - 1] < x <= bounds[b]; the first and the last bin are open.
 * A value (a slot) with a tenth of the rows or more has a separate bin.  So a change
 * from only zeros to only negative values is detected.
 */
#define SEG_HISTOGRAM_BINS 10
#define SEG_HISTOGRAM_MOST 21	/* with separate bins and the bins between them */

typedef struct SegHistogram
{
	uint32_t	bins;			/* 0: no values; else 1 .. SEG_HISTOGRAM_MOST */
	double		low;			/* smallest value */
	double		high;			/* largest value */
	double		bounds[SEG_HISTOGRAM_MOST - 1]; /* bins - 1 of them, ascending */
	uint64_t	counts[SEG_HISTOGRAM_MOST];
} SegHistogram;

/* Make the histogram of a tally. */
extern void seg_histogram_of_tally(const SegTally *tally, SegHistogram *histogram);

/*
 * Reduce a histogram to about ten bins by removing bounds.  With fewer bins the
 * stability index varies less when there are few rows.
 */
extern void seg_histogram_coarsen(const SegHistogram *histogram, SegHistogram *coarse);

/*
 * The bin of a finite value, 0 .. bins - 1.  IN bounds[bins - 1], ascending.  It is the
 * first b with value <= bounds[b]; if there is none, the last bin.
 */
extern size_t seg_bin_of(const double *bounds, size_t bins, double value);

static inline size_t
seg_histogram_bin(const SegHistogram *histogram, double value)
{
	return seg_bin_of(histogram->bounds, histogram->bins, value);
}

/* The number of values. */
extern uint64_t seg_histogram_total(const SegHistogram *histogram);

/*
 * The population stability index of two counts[bins] over the same bins,
 * sum (p - q) ln (p / q), with the shares (count + 1/2) / (total + bins / 2), so it is
 * finite when a bin is empty.  A common threshold for drift is 0.2.  NaN if one of the
 * two sides has no values.
 */
extern double seg_stability_index(const uint64_t *then, const uint64_t *now, size_t bins);

/* False if the numbers are not a valid histogram; for decoders. */
extern bool seg_histogram_is_sound(const SegHistogram *histogram);

#endif							/* SEG_STATS_HISTOGRAM_H */
