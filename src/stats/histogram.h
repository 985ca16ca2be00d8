/*
 * histogram.h
 *		How a feature is distributed: counted in one pass, kept in a few bins.
 *
 * Two types.  A SegTally counts the values of one feature while rows pass by,
 * without knowing their range: flat, merged with others, the same whatever the
 * order.  A SegHistogram is what a model keeps of it: about ten bins of equal
 * frequency, by which the population stability index compares later rows.
 *
 * A tally counts by the leading bits of the double: a slot is all values that
 * share sign, exponent and the first bits of the mantissa, so slots are narrow
 * near zero and wide far out, as data are.  The number of bits dropped (level) is
 * the smallest for which the magnitudes seen fit SEG_TALLY_SLOTS neighbouring
 * slots; magnitudes 2^39 times smaller than the largest count as zero.  Both
 * rules depend on the smallest and largest magnitude only, hence not on the
 * order.  A slot is never wider than a quarter of its lower end; for values
 * between 1 and 1000 it is at most a sixteenth.
 */
#ifndef SEG_STATS_HISTOGRAM_H
#define SEG_STATS_HISTOGRAM_H

#include "base/port.h"

#define SEG_TALLY_SLOTS 160
#define SEG_TALLY_OCTAVES 40
#define SEG_TALLY_COARSEST 50	/* four slots an octave, 40 octaves: 160 slots */

typedef struct SegTally
{
	double		low;			/* smallest value; meaningless while total is 0 */
	double		high;			/* largest value */
	uint64_t	total;			/* values counted, below 2^32 */
	uint64_t	base;			/* slot s holds the magnitudes whose bits >> level are base + s */
	uint32_t	level;
	uint32_t	zeros;			/* values that are 0 or too small for a slot */
	uint32_t	counts[2][SEG_TALLY_SLOTS]; /* positive, negative */
} SegTally;

/* A tally of nothing is all zero bytes. */

/* Count `times` occurrences of a finite value. */
extern void seg_tally_add(SegTally *tally, double value, uint32_t times);

/*
 * Count values[0], values[stride], ... values[(n - 1) * stride]; NaN is left out.
 * Cost: about 2 ns each.
 */
extern void seg_tally_add_column(SegTally *tally, const double *values, size_t n, size_t stride);

/* into += other. */
extern void seg_tally_merge(SegTally *into, const SegTally *other);

/* False when the bytes cannot be a tally. */
extern bool seg_tally_is_sound(const SegTally *tally);

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
