/*
 * moments.h
 *		Count, means, second moments and distribution of rows, in one pass.
 *
 * The state is flat: it is the bytea of an aggregate.  It is updated in place and can be
 * merged.  Rows are first buffered.  A full buffer is added as one block.  Let y be the
 * rows of the block minus a fixed row near them (shift) and minus the current mean,
 * which is relative to the shift.  For b rows in the block and n rows before it,
 *
 *		delta = mean(y)				mean   += delta b / (n + b)
 *		C += (y - delta)'(y - delta) + delta delta' n b / (n + b)
 *
 * This only adds, so there is no cancellation (T. Chan, G. Golub and R. LeVeque, 1983).
 * The last term is one more row of the block, so a block is one DSYRK.  C is packed:
 * 10 MB for 1,600 features.
 *
 * Missing values are NaN.  With policy REFUSE the caller raises an error; with SKIP the
 * row is left out; with ZERO the value counts as 0; with MEAN it counts as the mean of
 * the feature's input values over the rows that have it, or as log1p of that mean.  That
 * mean is known only at the end, but the result is exact: a row gets a second half with
 * a mask z (1: present), and x - shift becomes (x - shift) z.  The moments of both halves
 * give the moments of (x - shift) z - t z, where t is what a missing value counts as minus
 * the shift.  This is the deviation from that value, or 0.  It doubles the width from the
 * first missing value on.
 *
 * A small group stays a buffer: its state costs no more than its rows, up to the
 * rows of a block (moments_layout.h).
 */
#ifndef SEG_STATS_MOMENTS_H
#define SEG_STATS_MOMENTS_H

#include "stats/moments_layout.h"

/* ---- rows: if the shape for a row differs from the shape of the state, reshape; then add ---- */

/* The shape in which the state can take one more row. */
extern SegMomentsShape seg_moments_shape_for_row(const SegMoments *state, bool has_missing);

/* False if masks would need more than SEG_PACKED_MAX columns. */
static inline bool
seg_moments_has_width(SegMomentsShape shape)
{
	return shape.width <= SEG_PACKED_MAX;
}

/* The place for the next row (d doubles).  Write it there, then call seg_moments_add. */
extern double *seg_moments_next_row(SegMoments *state);

/*
 * Add the row written there.  IN missing: the number of NaN in it.  All other values
 * are finite, and above -1 for features with log1p.  With policy SKIP a row with NaN is
 * only counted.  seg_moments_next_row has added a full buffer before.
 */
extern void seg_moments_add(SegMoments *state, size_t missing);

/* ---- merging: reshape `into` to the shape for the merge, then merge ---- */

extern SegMomentsShape seg_moments_shape_for_merge(const SegMoments *into, const SegMoments *from);
extern void seg_moments_merge(SegMoments *into, const SegMoments *from);

/* ---- results: reshape a copy to the shape for results, then finish it ---- */

extern SegMomentsShape seg_moments_shape_for_result(const SegMoments *state);

/* Add the buffered rows. */
extern void seg_moments_finish(SegMoments *state);

/* Rows used. */
extern uint64_t seg_moments_rows(const SegMoments *state);

/* missing[d]: the rows without a value of each feature, with the skipped rows. */
extern const uint64_t *seg_moments_missing(const SegMoments *state);

/*
 * After seg_moments_finish: OUT mean[d], of the values used (after log1p, with
 * missing values replaced), and covariance[d x d], both triangles, with
 * n - 1 as the divisor (0 if there is one row).  The state is not changed.
 * Returns SEG_OK, SEG_NO_ROWS, or SEG_RANGE_TOO_WIDE if squares of feature *position
 * (from 1) overflowed.
 */
extern SegStatus seg_moments_covariance(const SegMoments *state, double *mean, double *covariance,
										size_t *position);

/* After seg_moments_finish: the mean of the values in input units; NaN if all are missing. */
extern double seg_moments_input_mean(const SegMoments *state, size_t j);

/* After seg_moments_finish: the distribution of the values in input units. */
extern const SegTally *seg_moments_tally(const SegMoments *state, size_t j);

#endif							/* SEG_STATS_MOMENTS_H */
