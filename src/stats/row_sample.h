/*
 * row_sample.h
 *		An order-free sample of rows in one flat piece of memory.
 *
 * Problem: a fit sees each row once, in any order, perhaps split over workers,
 * and must end with the same sample whatever that order was.
 *
 * Every row is hashed with the seed, and the `limit` distinct rows with the
 * smallest hashes are kept, each with the number of times it occurred.  A row
 * that is among them at the end was among them all the time, so its count is
 * exact; which rows are kept depends on nothing but the set of rows.  While there
 * are no more than `limit` distinct rows the sample is the whole input; beyond,
 * it is a uniform sample of the distinct rows.  NaN marks a missing feature, and
 * compares equal to itself here.
 *
 * The memory holds up to twice the limit before the larger half of the hashes is
 * dropped, so a row costs one hash, and one probe of a table unless it is above
 * the threshold: constant time.  To merge, add the rows of one sample to the
 * other, then hand over its threshold (seg_sample_lower).
 *
 * Source: the bottom-k sketch of E. Cohen and H. Kaplan, "Summarizing data using
 * bottom-k sketches", PODC 2007, over distinct rows.
 */
#ifndef SEG_STATS_ROW_SAMPLE_H
#define SEG_STATS_ROW_SAMPLE_H

#include "base/port.h"
#include "base/state.h"

/* The most rows that a sample may be asked to keep. */
#define SEG_SAMPLE_MAX_LIMIT ((size_t) 1 << 20)

/*
 * Followed in memory by: hashes[capacity], counts[capacity], rows[capacity][d]
 * and table[4 * capacity], each aligned to 8.
 */
typedef struct SegRowSample
{
	uint64_t	seed;
	uint64_t	threshold;		/* rows with a larger hash are dropped */
	uint32_t	d;
	uint32_t	limit;			/* distinct rows that count in the end */
	uint32_t	capacity;		/* a power of two */
	uint32_t	used;
} SegRowSample;

/* Bytes of a sample with room for capacity rows; 0 when that does not fit. */
extern size_t seg_sample_size(size_t d, size_t capacity);

/* The capacity that a sample begins with, and the one that it never grows beyond. */
extern size_t seg_sample_first_capacity(size_t limit);
extern size_t seg_sample_last_capacity(size_t limit);

/* Make an empty sample in OUT *sample, seg_sample_size(d, capacity) bytes, aligned to 8. */
extern void seg_sample_init(SegRowSample *sample, size_t d, size_t limit, size_t capacity, uint64_t seed);

/*
 * Is what stands in size bytes, aligned to 8, a sample of rows of d features as
 * the functions here make it: rows finite or missing, hashes, counts, the table,
 * what was dropped?  Bytes that came from elsewhere are asked this.  Cost: about
 * that of adding its rows.
 */
extern bool seg_sample_is_sound(const SegRowSample *sample, size_t size, size_t d);

/* The sum of all counts. */
extern uint64_t seg_sample_total(const SegRowSample *sample);

/*
 * True when the next row may need a larger sample: allocate one of twice the
 * capacity and move this one there with seg_sample_move.
 */
static inline bool
seg_sample_is_full(const SegRowSample *sample)
{
	return sample->used == sample->capacity &&
		sample->capacity < seg_sample_last_capacity(sample->limit);
}

/* Put all rows of IN *from into OUT *into, which was made by seg_sample_init. */
extern void seg_sample_move(SegRowSample *into, const SegRowSample *from);

/*
 * Add a row of d features that occurred count times; not full.
 * IN row: finite or NaN (missing), no negative zeros needed.
 */
extern void seg_sample_add(SegRowSample *sample, const double *row, uint64_t count);

/* What another sample dropped, this one drops as well: the end of a merge. */
static inline void
seg_sample_lower(SegRowSample *sample, uint64_t threshold)
{
	if (threshold < sample->threshold)
		sample->threshold = threshold;
}

/* Row i (from 0) of those that are held at the moment, and its count. */
extern const double *seg_sample_row(const SegRowSample *sample, size_t i);
extern uint64_t seg_sample_count(const SegRowSample *sample, size_t i);

/*
 * The sample itself: OUT order[used] gets the places of its rows by rising
 * hash (ties by content).  Returns their number, at most limit.
 */
extern size_t seg_sample_order(const SegRowSample *sample, uint32_t *order);

/* Was a row ever dropped, that is: is this less than the whole input? */
static inline bool
seg_sample_is_partial(const SegRowSample *sample)
{
	return sample->threshold != UINT64_MAX || sample->used > sample->limit;
}

#endif							/* SEG_STATS_ROW_SAMPLE_H */
