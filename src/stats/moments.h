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

#include "stats/moments_layout.h"

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
