/*
 * tally.c
 *		Counts of the values of one feature; see tally.h.
 *
 * The bits of a positive double increase with its value, so bits >> level is a bucket
 * number on a scale that is logarithmic in octaves and linear within an octave.
 * A tally has a window of SEG_TALLY_SLOTS such buckets for each sign.  The window
 * moves and becomes coarser when a magnitude is outside of it.
 */
#include "stats/tally.h"

#define SIGN_BIT (UINT64_C(1) << 63)
#define MANTISSA_BITS 52

static uint64_t
bits_of(double value)
{
	uint64_t	bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static double
double_of(uint64_t bits)
{
	double		value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* The bits of the smallest magnitude that does not count as zero, given the largest one. */
static uint64_t
cutoff(uint64_t largest)
{
	uint64_t	exponent = largest >> MANTISSA_BITS;

	return exponent < SEG_TALLY_OCTAVES ? 0 : (exponent - (SEG_TALLY_OCTAVES - 1)) << MANTISSA_BITS;
}

/* ---- the window ---- */

static bool
slot_is_used(const SegTally *tally, size_t s)
{
	return tally->counts[0][s] != 0 || tally->counts[1][s] != 0;
}

/* The lowest and highest bucket in use; false when there is none. */
static bool
used_range(const SegTally *tally, uint64_t *lowest, uint64_t *highest)
{
	size_t		first = 0;
	size_t		last = SEG_TALLY_SLOTS;

	while (first < SEG_TALLY_SLOTS && !slot_is_used(tally, first))
		first++;
	if (first == SEG_TALLY_SLOTS)
		return false;
	while (!slot_is_used(tally, last - 1))
		last--;
	*lowest = tally->base + first;
	*highest = tally->base + last - 1;
	return true;
}

/* Move all counts to a window with this base and level; magnitudes below it count as zero. */
static void
move_window(SegTally *tally, uint64_t base, uint32_t level)
{
	SegTally	moved = *tally;

	memset(moved.counts, 0, sizeof(moved.counts));
	moved.base = base;
	moved.level = level;
	for (size_t s = 0; s < SEG_TALLY_SLOTS; s++)
	{
		uint64_t	bucket = (tally->base + s) >> (level - tally->level);

		if (!slot_is_used(tally, s))
			continue;
		if (bucket - base >= SEG_TALLY_SLOTS)
		{
			moved.zeros += tally->counts[0][s] + tally->counts[1][s];
			continue;
		}
		moved.counts[0][bucket - base] += tally->counts[0][s];
		moved.counts[1][bucket - base] += tally->counts[1][s];
	}
	*tally = moved;
}

/*
 * Move the window so that it contains the magnitude, at the smallest possible level, or
 * mark the magnitude as too small.  A window that grows downwards has its free slots
 * below, and vice versa, so sorted rows do not move it each time.
 */
static void
cover(SegTally *tally, uint64_t magnitude, uint32_t least_level)
{
	uint64_t	lowest = 0;
	uint64_t	highest = 0;
	bool		any = used_range(tally, &lowest, &highest);

	/* a sound tally always fits at the coarsest level */
	for (uint32_t level = least_level; level <= SEG_TALLY_COARSEST; level++)
	{
		uint64_t	bucket = magnitude >> level;
		uint64_t	low = any ? lowest >> (level - tally->level) : bucket;
		uint64_t	high = any ? highest >> (level - tally->level) : bucket;
		bool		downwards = bucket < low;
		uint64_t	cut;

		if (bucket < low)
			low = bucket;
		if (bucket > high)
			high = bucket;
		cut = cutoff(high << level) >> level;
		if (low < cut)
			low = cut;
		if (high - low >= SEG_TALLY_SLOTS)
			continue;
		if (downwards)
			low = high < SEG_TALLY_SLOTS + cut ? cut : high - (SEG_TALLY_SLOTS - 1);
		move_window(tally, low, level);
		return;
	}
}

static void
count_magnitude(SegTally *tally, bool negative, uint64_t magnitude, uint32_t times)
{
	uint64_t	slot = (magnitude >> (tally->level & 63)) - tally->base;

	if (magnitude != 0 && slot >= SEG_TALLY_SLOTS)
	{
		cover(tally, magnitude, tally->level);
		slot = (magnitude >> (tally->level & 63)) - tally->base;
	}
	if (magnitude == 0 || slot >= SEG_TALLY_SLOTS)
		tally->zeros += times;
	else
		tally->counts[negative][slot] += times;
}

void
seg_tally_add(SegTally *tally, double value, uint32_t times)
{
	uint64_t	bits = bits_of(value);

	Assert(isfinite(value));
	if (times == 0)
		return;
	value += 0.0;				/* -0.0 becomes 0.0 */
	if (tally->total == 0 || value < tally->low)
		tally->low = value;
	if (tally->total == 0 || value > tally->high)
		tally->high = value;
	tally->total += times;
	count_magnitude(tally, (bits & SIGN_BIT) != 0, bits & ~SIGN_BIT, times);
}

/* The slot for the fast path; for slots from SEG_TALLY_SLOTS on use the slow path. */
static inline uint64_t
slot_of(const SegTally *tally, uint64_t bits)
{
	uint64_t	magnitude = bits & ~SIGN_BIT;

	return magnitude == 0 ? SEG_TALLY_SLOTS : (magnitude >> (tally->level & 63)) - tally->base;
}

/* Count one value; NaN is left out. */
static inline void
add_one(SegTally *tally, double value)
{
	uint64_t	bits = bits_of(value);
	uint64_t	slot = slot_of(tally, bits);

	if (slot < SEG_TALLY_SLOTS && value >= tally->low && value <= tally->high)
	{
		tally->counts[bits >> 63][slot]++;
		tally->total++;
	}
	else if (!isnan(value))
		seg_tally_add(tally, value, 1);
}

void
seg_tally_add_column(SegTally *tally, const double *values, size_t n, size_t stride)
{
	for (size_t i = 0; i < n; i++)
		add_one(tally, values[i * stride]);
}

void
seg_tally_merge(SegTally *into, const SegTally *other)
{
	uint64_t	lowest;
	uint64_t	highest;

	if (other->total == 0)
		return;
	if (into->total == 0 || other->low < into->low)
		into->low = other->low;
	if (into->total == 0 || other->high > into->high)
		into->high = other->high;
	into->total += other->total;
	into->zeros += other->zeros;
	if (!used_range(other, &lowest, &highest))
		return;
	/* the larger level first: the other tally has no finer counts */
	if (other->level > into->level)
		cover(into, highest << other->level, other->level);
	for (size_t s = 0; s < SEG_TALLY_SLOTS; s++)
		for (int negative = 0; negative < 2; negative++)
			if (other->counts[negative][s] != 0)
			{
				uint64_t	magnitude = (other->base + s) << other->level;

				/* bucket 0 starts at the smallest positive number, not at 0 */
				count_magnitude(into, negative == 1, magnitude == 0 ? 1 : magnitude,
								other->counts[negative][s]);
			}
}

bool
seg_tally_is_sound(const SegTally *tally)
{
	uint64_t	total = tally->zeros;
	uint64_t	lowest;
	uint64_t	highest;

	for (size_t s = 0; s < SEG_TALLY_SLOTS; s++)
		total += (uint64_t) tally->counts[0][s] + tally->counts[1][s];
	if (tally->level > SEG_TALLY_COARSEST || tally->base > SIGN_BIT >> tally->level)
		return false;
	/* every slot in use must have finite magnitudes */
	if (used_range(tally, &lowest, &highest) && highest > bits_of(DBL_MAX) >> tally->level)
		return false;
	return total == tally->total && total <= UINT32_MAX &&
		(total == 0 || (isfinite(tally->low) && isfinite(tally->high) && tally->low <= tally->high));
}

/* ---- slots in the order of their values ---- */

static double
zero_upper(const SegTally *tally, uint64_t cut)
{
	return tally->level < SEG_TALLY_COARSEST || cut == 0 ? 0 : double_of(cut - 1);
}

static SegTallyPlace
place_at(const SegTally *tally, size_t t, uint64_t cut, uint64_t zeros)
{
	SegTallyPlace place;
	size_t		s = t < SEG_TALLY_SLOTS ? SEG_TALLY_SLOTS - 1 - t : t - SEG_TALLY_SLOTS - 1;
	uint64_t	first = (tally->base + s) << tally->level;
	uint64_t	after = (tally->base + s + 1) << tally->level;

	if (t == SEG_TALLY_SLOTS)
	{
		place.upper = zero_upper(tally, cut);
		place.below = -double_of(bits_of(place.upper) + 1);
		place.count = zeros;
		return place;
	}
	if (first == 0)
		first = 1;
	place.count = first < cut ? 0 : tally->counts[t < SEG_TALLY_SLOTS][s];
	place.upper = t < SEG_TALLY_SLOTS ? -double_of(first) : double_of(after - 1);
	place.below = t < SEG_TALLY_SLOTS ? -double_of(after) : double_of(first - 1);
	return place;
}

void
seg_tally_places(const SegTally *tally, SegTallyPlace places[SEG_TALLY_PLACES])
{
	uint64_t	lowest;
	uint64_t	highest;
	uint64_t	cut = used_range(tally, &lowest, &highest) ? cutoff(highest << tally->level) : 0;
	uint64_t	zeros = tally->zeros;

	for (size_t s = 0; s < SEG_TALLY_SLOTS; s++)
		if ((tally->base + s) << tally->level < cut)
			zeros += (uint64_t) tally->counts[0][s] + tally->counts[1][s];
	for (size_t t = 0; t < SEG_TALLY_PLACES; t++)
		places[t] = place_at(tally, t, cut, zeros);
}
