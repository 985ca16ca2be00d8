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
	SEG_MISSING_REFUSE = 0,		/* as the choices of null_policy are numbered */
	SEG_MISSING_SKIP = 1,
	SEG_MISSING_MEAN = 2,
	SEG_MISSING_ZERO = 4,
} SegMissing;

/* Rows counted at most: tallies have 32 bits. */
#define SEG_MOMENTS_MOST_ROWS UINT64_C(0xFFFFFFFF)

/*
 * The head of a state.  Behind it, each part aligned to 8: missing[d] (uint64),
 * logs[d] (a byte each), the buffer (capacity rows of width doubles), and when
 * full also shift[d], input_sum[2 d], mean[width], tallies[d], packed C.
 */
typedef struct SegMoments
{
	uint32_t	magic;
	uint32_t	d;
	uint32_t	width;			/* d; 2 d with masks */
	uint32_t	capacity;		/* rows that the buffer holds */
	uint32_t	full;			/* 0: a buffer only */
	uint32_t	policy;			/* SegMissing */
	uint32_t	buffered;		/* rows in the buffer */
	uint32_t	any_log;		/* some feature goes through log1p */
	uint64_t	folded;			/* rows folded in */
	uint64_t	skipped;		/* rows left out */
} SegMoments;

/* What a state must become to take more: see the protocol below. */
typedef struct SegMomentsShape
{
	uint32_t	width;
	uint32_t	capacity;
	uint32_t	full;
} SegMomentsShape;

/* The bytes of a state of that shape, aligned to 8 wherever it stands. */
extern size_t seg_moments_size(size_t d, SegMomentsShape shape);

/* The shape that a state begins with. */
extern SegMomentsShape seg_moments_first_shape(size_t d);

/*
 * Begin.  OUT state: seg_moments_size(d, seg_moments_first_shape(d)) bytes.
 * IN logs[d]: 1 where a feature goes through log1p before it is used; or NULL.
 * Returns SEG_OK, SEG_NO_ROWS (d = 0) or SEG_TOO_MANY_FEATURES.
 */
extern SegStatus seg_moments_begin(SegMoments *state, size_t d, SegMissing policy, const uint8_t *logs);

/*
 * Is it a state of exactly that many bytes, of which all parts agree?  For bytes
 * that come from elsewhere, aligned to 8.  Sums of squares, and sums and means of
 * large values, may be infinite or NaN, as they are after an overflow; all else
 * is finite.  Cost: the bytes.
 */
extern bool seg_moments_is_sound(const SegMoments *state, size_t size);

static inline SegMomentsShape
seg_moments_shape(const SegMoments *state)
{
	SegMomentsShape shape = {state->width, state->capacity, state->full};

	return shape;
}

/* logs[d]: 1 where log1p is taken. */
extern const uint8_t *seg_moments_logs(const SegMoments *state);

static inline bool
seg_moments_same_shape(SegMomentsShape a, SegMomentsShape b)
{
	return a.width == b.width && a.capacity == b.capacity && a.full == b.full;
}

/* OUT to: the same state in a larger shape. */
extern void seg_moments_reshape(const SegMoments *from, SegMomentsShape shape, SegMoments *to);

/* ---- the parts, for the files of moments alone ---- */

/* NULL for what a small state does not have. */
typedef struct SegMomentsParts
{
	uint64_t   *missing;
	uint8_t    *logs;
	double	   *rows;
	double	   *shift;
	double	   *input_sum;		/* high and low part for each feature; with logs only */
	double	   *mean;
	SegTally   *tallies;
	double	   *packed;
} SegMomentsParts;

extern SegMomentsParts seg_moments_parts(const SegMoments *state);

/* Rows of a block: enough for DSYRK to be fast, few enough to stay in the cache. */
static inline uint32_t
seg_moments_block_rows(size_t d)
{
	size_t		rows = 32768 / d;

	return (uint32_t) (rows < 32 ? 32 : rows > 256 ? 256 : rows);
}

/* A buffer grows to four times its capacity, up to `most` rows. */
static inline uint32_t
seg_moments_next_capacity(uint32_t capacity, uint32_t most)
{
	return capacity < most / 4 ? capacity * 4 : most;
}

#endif							/* SEG_STATS_MOMENTS_LAYOUT_H */
