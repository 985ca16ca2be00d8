/*
 * moments.h
 *		Count, means, second moments and distribution of rows, in one pass.
 *
 * The state is flat (it is the bytea of an aggregate), is updated in place and
 * merged.  Rows are first only buffered; when the buffer is full they are folded
 * in as a block: with y the rows minus a fixed row near them (shift) and minus
 * their present mean from there, b rows, n before them,
 *
 *		delta = mean(y)				mean   += delta b / (n + b)
 *		C += (y - delta)'(y - delta) + delta delta' n b / (n + b)
 *
 * which only ever adds, so nothing cancels (T. Chan, G. Golub and R. LeVeque,
 * 1983).  The last term goes in as one more row of the block, so a block is one
 * DSYRK.  C is kept packed: 10 MB for 1,600 features.
 *
 * Missing values are NaN.  They are refused before (policy REFUSE, SKIP), count
 * as 0 (ZERO), or count as the feature's mean over the rows that have it (MEAN),
 * exactly, although that mean is known at the end only.  For that rows get a
 * second half with a mask z (1: present), x - shift becomes (x - shift) z, and
 * the moments of both give those of (x - shift) z - t z with t the mean minus the
 * shift, which is the deviation from the mean, or 0.  That takes twice the width,
 * from the first missing value on.
 *
 * A small group stays a buffer: what is below SEG_MOMENTS_SMALL rows costs no
 * more than those rows.
 */
#ifndef SEG_STATS_MOMENTS_H
#define SEG_STATS_MOMENTS_H

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

/* ---- the state ---- */

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

extern SegMomentsShape seg_moments_shape(const SegMoments *state);

/* logs[d]: 1 where log1p is taken. */
extern const uint8_t *seg_moments_logs(const SegMoments *state);

static inline bool
seg_moments_same_shape(SegMomentsShape a, SegMomentsShape b)
{
	return a.width == b.width && a.capacity == b.capacity && a.full == b.full;
}

/* OUT to: the same state in a larger shape. */
extern void seg_moments_reshape(const SegMoments *from, SegMomentsShape shape, SegMoments *to);

/* ---- rows: if the shape for a row is another than the state's, reshape; then add ---- */

/* The shape in which the state can take one more row. */
extern SegMomentsShape seg_moments_shape_for_row(const SegMoments *state, bool has_missing);

/* False when masks would need more than SEG_PACKED_MAX columns. */
static inline bool
seg_moments_has_width(SegMomentsShape shape)
{
	return shape.width <= SEG_PACKED_MAX;
}

/* Where the next row (d doubles) is to be written before seg_moments_add. */
extern double *seg_moments_next_row(SegMoments *state);

/*
 * Take the row written there, with `missing` NaN in it; all else is finite, and
 * above -1 where log1p is taken.  With policy SKIP a row with NaN is only
 * counted.  A full buffer is folded in first by seg_moments_next_row.
 */
extern void seg_moments_add(SegMoments *state, size_t missing);

/* ---- merging: reshape `into` to the shape for it, then merge ---- */

extern SegMomentsShape seg_moments_shape_for_merge(const SegMoments *into, const SegMoments *from);
extern void seg_moments_merge(SegMoments *into, const SegMoments *from);

/* ---- results: reshape a copy to the shape for results, then finish it ---- */

extern SegMomentsShape seg_moments_shape_for_result(const SegMoments *state);

/* Fold what is buffered. */
extern void seg_moments_finish(SegMoments *state);

/* Rows used. */
extern uint64_t seg_moments_rows(const SegMoments *state);

/* missing[d]: rows, skipped ones included, that lacked each feature. */
extern const uint64_t *seg_moments_missing(const SegMoments *state);

/*
 * After seg_moments_finish: OUT mean[d], of the values used (after log1p, with
 * missing values replaced), and covariance[d x d], both triangles, with
 * n - 1 below (0 when there is one row).  SegMoments is left alone.
 * Returns SEG_OK, SEG_NO_ROWS, or SEG_RANGE_TOO_WIDE with *position (from 1)
 * where squares overflowed.
 */
extern SegStatus seg_moments_covariance(const SegMoments *state, double *mean, double *covariance,
										size_t *position);

/* After seg_moments_finish: the mean of the present values in input units, NaN for none. */
extern double seg_moments_input_mean(const SegMoments *state, size_t j);

/* After seg_moments_finish: the distribution of the present values in input units. */
extern const SegTally *seg_moments_tally(const SegMoments *state, size_t j);

#endif							/* SEG_STATS_MOMENTS_H */
