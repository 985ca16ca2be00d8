/*
 * tally.h
 *		Counts the values of one feature in one pass; their range need not be known.
 *
 * A tally is flat, can be merged, and does not depend on the order of the values.  It
 * counts by the leading bits of the double: a slot has all values with the same sign,
 * exponent and first bits of the mantissa.  So slots are narrow near zero and wide for
 * large magnitudes.  The number of bits dropped (level) is the smallest one for which
 * all magnitudes fit SEG_TALLY_SLOTS adjacent slots.  Magnitudes 2^39 times smaller than
 * the largest one count as zero.  Both rules depend only on the smallest and the largest
 * magnitude, not on the order.  A slot is at most as wide as a quarter of its lower end;
 * for values between 1 and 1000, a sixteenth.
 */
#ifndef SEG_STATS_TALLY_H
#define SEG_STATS_TALLY_H

#include "base/port.h"

#define SEG_TALLY_SLOTS 160
#define SEG_TALLY_OCTAVES 40
#define SEG_TALLY_COARSEST 50	/* four slots an octave, 40 octaves: 160 slots */

typedef struct SegTally
{
	double		low;			/* smallest value; undefined if total is 0 */
	double		high;			/* largest value */
	uint64_t	total;			/* values counted, below 2^32 */
	uint64_t	base;			/* slot s counts the magnitudes with bits >> level = base + s */
	uint32_t	level;
	uint32_t	zeros;			/* values that are 0 or too small for a slot */
	uint32_t	counts[2][SEG_TALLY_SLOTS]; /* positive, negative */
} SegTally;

/* An empty tally is all zero bytes. */

/* Count `times` occurrences of a finite value. */
extern void seg_tally_add(SegTally *tally, double value, uint32_t times);

/*
 * Count values[0], values[stride], ... values[(n - 1) * stride]; NaN is left out.
 * Cost: about 2 ns each.
 */
extern void seg_tally_add_column(SegTally *tally, const double *values, size_t n, size_t stride);

/* into += other. */
extern void seg_tally_merge(SegTally *into, const SegTally *other);

/* False if the bytes are not a valid tally. */
extern bool seg_tally_is_sound(const SegTally *tally);

/* A slot on the axis of values: it has the values below < x <= upper. */
typedef struct SegTallyPlace
{
	double		below;			/* may be infinite */
	double		upper;
	uint64_t	count;
} SegTallyPlace;

#define SEG_TALLY_PLACES (2 * SEG_TALLY_SLOTS + 1)

/*
 * OUT places: the slots in the order of their values: negative ones from the largest
 * magnitude on, then zero, then positive ones.
 */
extern void seg_tally_places(const SegTally *tally, SegTallyPlace places[SEG_TALLY_PLACES]);

#endif							/* SEG_STATS_TALLY_H */
