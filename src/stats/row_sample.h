/*
 * row_sample.h
 *		A sample of rows that does not depend on their order, in flat memory.
 *
 * Problem: a fit reads each row once, in any order, perhaps in several workers.  The
 * sample must be the same for every order.
 *
 * Every row is hashed with the seed.  The sample has the `limit` distinct rows with the
 * smallest hashes, and the count of each.  A row of the final sample was in the sample
 * since it first occurred, so its count is exact.  The set of rows alone determines
 * which rows are kept.  With at most `limit` distinct rows the sample is the whole
 * input; with more, it is a uniform sample of the distinct rows.  NaN is a missing
 * feature, and is equal to itself here.
 *
 * The memory has room for twice the limit; when it is full, the larger half of the
 * hashes is dropped.  A row costs one hash, and one lookup in a table unless its hash is
 * above the threshold: constant time.  To merge, add the rows of one sample to the
 * other, then set the threshold (seg_sample_lower).
 *
 * Source: the bottom-k sketch of E. Cohen and H. Kaplan, "Summarizing data using
 * bottom-k sketches", PODC 2007, over distinct rows.
 */
#ifndef SEG_STATS_ROW_SAMPLE_H
#define SEG_STATS_ROW_SAMPLE_H

#include "base/port.h"
#include "base/state.h"

/* The largest limit of a sample. */
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
	uint32_t	limit;			/* distinct rows of the final sample */
	uint32_t	capacity;		/* a power of two */
	uint32_t	used;
} SegRowSample;

/* Bytes of a sample with room for capacity rows; 0 if they do not fit a size_t. */
extern size_t seg_sample_size(size_t d, size_t capacity);

/* The first and the largest capacity of a sample. */
extern size_t seg_sample_first_capacity(size_t limit);
extern size_t seg_sample_last_capacity(size_t limit);

/* Make an empty sample in OUT *sample, seg_sample_size(d, capacity) bytes, aligned to 8. */
extern void seg_sample_init(SegRowSample *sample, size_t d, size_t limit, size_t capacity, uint64_t seed);

/*
 * True if size bytes, aligned to 8, are a valid sample of rows of d features.  It checks
 * values (finite or missing), hashes, counts, the table and the threshold.  For bytes of
 * unknown origin.  Cost: about that of adding its rows.
 */
extern bool seg_sample_is_sound(const SegRowSample *sample, size_t size, size_t d);

/* The sum of all counts. */
extern uint64_t seg_sample_total(const SegRowSample *sample);

/*
 * True if the next row may need a larger sample.  Then allocate one of twice the
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
 * Add a row of d features that occurred count times; the sample is not full.
 * IN row: finite or NaN (missing); -0.0 counts as 0.0.
 */
extern void seg_sample_add(SegRowSample *sample, const double *row, uint64_t count);

/* The end of a merge: drop the rows that the other sample would have dropped. */
static inline void
seg_sample_lower(SegRowSample *sample, uint64_t threshold)
{
	if (threshold < sample->threshold)
		sample->threshold = threshold;
}

/* Row i (from 0) of the current rows, and its count. */
extern const double *seg_sample_row(const SegRowSample *sample, size_t i);
extern uint64_t seg_sample_count(const SegRowSample *sample, size_t i);

/*
 * The final sample.  OUT order[used]: the places of its rows by ascending hash (ties by
 * content).  Returns their number, at most limit.
 */
extern size_t seg_sample_order(const SegRowSample *sample, uint32_t *order);

/* True if rows were dropped: the sample is not the whole input. */
static inline bool
seg_sample_is_partial(const SegRowSample *sample)
{
	return sample->threshold != UINT64_MAX || sample->used > sample->limit;
}

#endif							/* SEG_STATS_ROW_SAMPLE_H */
