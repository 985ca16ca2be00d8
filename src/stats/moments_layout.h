/*
 * moments_layout.h
 *		The state of moments (moments.h): its head, its parts and its shapes.
 */
#ifndef SEG_STATS_MOMENTS_LAYOUT_H
#define SEG_STATS_MOMENTS_LAYOUT_H

#include "base/port.h"
#include "base/state.h"
#include "base/status.h"
#include "stats/histogram.h"
#include "stats/linalg.h"

typedef enum SegMissing
{
	SEG_MISSING_REFUSE = 0,		/* the numbers are those of the choices of null_policy */
	SEG_MISSING_SKIP = 1,
	SEG_MISSING_MEAN = 2,
	SEG_MISSING_ZERO = 4,
} SegMissing;

/* The largest number of rows: tallies have 32 bits. */
#define SEG_MOMENTS_MOST_ROWS UINT64_C(0xFFFFFFFF)

/*
 * The head of a state.  These parts follow, each aligned to 8: missing[d] (uint64),
 * logs[d] (a byte each), the buffer (capacity rows of width doubles).  If the state is
 * full, also shift[d], input_sum[2 d], mean[width], tallies[d], packed C.
 */
typedef struct SegMoments
{
	uint32_t	magic;
	uint32_t	d;
	uint32_t	width;			/* d; 2 d with masks */
	uint32_t	capacity;		/* rows that fit the buffer */
	uint32_t	full;			/* 0: only a buffer */
	uint32_t	policy;			/* SegMissing */
	uint32_t	buffered;		/* rows in the buffer */
	uint32_t	any_log;		/* 1: log1p is used for at least one feature */
	uint64_t	folded;			/* rows added to the sums */
	uint64_t	skipped;		/* rows left out */
} SegMoments;

/* The shape that a state needs for the next step; see the sections of moments.h. */
typedef struct SegMomentsShape
{
	uint32_t	width;
	uint32_t	capacity;
	uint32_t	full;
} SegMomentsShape;

/* The bytes of a state of that shape; the state must be aligned to 8. */
extern size_t seg_moments_size(size_t d, SegMomentsShape shape);

/* The first shape of a state. */
extern SegMomentsShape seg_moments_first_shape(size_t d);

/*
 * Initialize.  OUT state: seg_moments_size(d, seg_moments_first_shape(d)) bytes.
 * IN logs[d]: 1 for the features with log1p; or NULL.
 * Returns SEG_OK, SEG_NO_ROWS (d = 0) or SEG_TOO_MANY_FEATURES.
 */
extern SegStatus seg_moments_begin(SegMoments *state, size_t d, SegMissing policy, const uint8_t *logs);

/*
 * True for a state of exactly that many bytes with consistent parts.  For bytes of
 * unknown origin, aligned to 8.  Sums of squares, and sums and means of large values,
 * may be infinite or NaN after an overflow; all other numbers are finite.
 * Cost: linear in the bytes.
 */
extern bool seg_moments_is_sound(const SegMoments *state, size_t size);

static inline SegMomentsShape
seg_moments_shape(const SegMoments *state)
{
	SegMomentsShape shape = {state->width, state->capacity, state->full};

	return shape;
}

/* logs[d]: 1 for the features with log1p. */
extern const uint8_t *seg_moments_logs(const SegMoments *state);

static inline bool
seg_moments_same_shape(SegMomentsShape a, SegMomentsShape b)
{
	return a.width == b.width && a.capacity == b.capacity && a.full == b.full;
}

/* OUT to: the same state in a larger shape. */
extern void seg_moments_reshape(const SegMoments *from, SegMomentsShape shape, SegMoments *to);

/* ---- the parts: only for the files of moments ---- */

/* Parts that a small state does not have are NULL. */
typedef struct SegMomentsParts
{
	uint64_t   *missing;
	uint8_t    *logs;
	double	   *rows;
	double	   *shift;
	double	   *input_sum;		/* high and low part for each feature; only with logs */
	double	   *mean;
	SegTally   *tallies;
	double	   *packed;
} SegMomentsParts;

extern SegMomentsParts seg_moments_parts(const SegMoments *state);

/* Rows of a block: many enough for a fast DSYRK, few enough to stay in the cache. */
static inline uint32_t
seg_moments_block_rows(size_t d)
{
	size_t		rows = 32768 / d;

	return (uint32_t) (rows < 32 ? 32 : rows > 256 ? 256 : rows);
}

/* The next capacity of a buffer: four times as large, at most `most` rows. */
static inline uint32_t
seg_moments_next_capacity(uint32_t capacity, uint32_t most)
{
	return capacity < most / 4 ? capacity * 4 : most;
}

#endif							/* SEG_STATS_MOMENTS_LAYOUT_H */
