/*
 * moments_merge.c
 *		Merges two states of moments, and computes the results.
 */
#include "stats/moments.h"

#include "stats/exact_sum.h"

/* ---- merging ---- */

/*
 * The moments of the other state, converted to the shift and the width of this state.
 * With u the difference of the shifts, y becomes y + u z.  Without masks z is always 1,
 * so its covariances are 0; without a shift y and z are 0.
 */
typedef struct Other
{
	const SegMoments *state;
	SegMomentsParts parts;
	const double *shift;		/* of this state */
} Other;

static double
shift_difference(const Other *other, size_t j)
{
	return isnan(other->parts.shift[j]) ? 0 : other->parts.shift[j] - other->shift[j];
}

static double
other_mean(const Other *other, size_t j)
{
	size_t		d = other->state->d;
	size_t		w = other->state->width;
	double		z;

	if (j >= d)
		return w > d ? other->parts.mean[j] : 1;
	z = w > d ? other->parts.mean[d + j] : 1;
	return other->parts.mean[j] + shift_difference(other, j) * z;
}

static double
packed_entry(const double *packed, size_t w, size_t i, size_t j)
{
	return packed[i >= j ? seg_packed_at(w, i, j) : seg_packed_at(w, j, i)];
}

static double
other_entry(const Other *other, size_t i, size_t j)
{
	size_t		d = other->state->d;
	size_t		w = other->state->width;
	const double *packed = other->parts.packed;
	double		u = i < d && w > d ? shift_difference(other, i) : 0;
	double		v = j < d && w > d ? shift_difference(other, j) : 0;
	double		entry;

	if (i >= w || j >= w)
		return 0;
	entry = packed_entry(packed, w, i, j);
	if (u != 0)
		entry += u * packed_entry(packed, w, d + i, j);
	if (v != 0)
		entry += v * packed_entry(packed, w, i, d + j);
	if (u != 0 && v != 0)
		entry += u * v * packed_entry(packed, w, d + i, d + j);
	return entry;
}

static void
merge_moments(SegMoments *into, const SegMoments *from)
{
	SegMomentsParts ours = seg_moments_parts(into);
	Other		other = {from, seg_moments_parts(from), ours.shift};
	size_t		w = into->width;
	double		before = (double) into->folded;
	double		more = (double) from->folded;
	double		share = more / (before + more);
	double	   *delta = ours.rows + (size_t) into->capacity * w;	/* the extra row */

	for (size_t j = 0; j < into->d; j++)
		if (isnan(ours.shift[j]))
			ours.shift[j] = other.parts.shift[j];
	for (size_t j = 0; j < w; j++)
	{
		delta[j] = into->folded == 0 ? 0 : other_mean(&other, j) - ours.mean[j];
		ours.mean[j] = into->folded == 0 ? other_mean(&other, j) : ours.mean[j] + delta[j] * share;
	}
	for (size_t j = 0; j < w; j++)
		for (size_t i = j; i < w; i++)
			ours.packed[seg_packed_at(w, i, j)] +=
				other_entry(&other, i, j) + delta[i] * delta[j] * (before * share);
	for (size_t j = 0; j < into->d; j++)
	{
		seg_tally_merge(&ours.tallies[j], &other.parts.tallies[j]);
		seg_twofold_add(&ours.input_sum[2 * j], other.parts.input_sum[2 * j]);
		ours.input_sum[2 * j + 1] += other.parts.input_sum[2 * j + 1];
	}
	into->folded += from->folded;
}

SegMomentsShape
seg_moments_shape_for_merge(const SegMoments *into, const SegMoments *from)
{
	SegMomentsShape shape = seg_moments_shape(into);
	uint32_t	most = seg_moments_block_rows(into->d);
	uint32_t	rows = into->buffered + from->buffered;

	if (from->width > shape.width)
		shape.width = from->width;
	shape.full = into->full || from->full || rows > most;
	while (shape.capacity < rows && shape.capacity < most)
		shape.capacity = seg_moments_next_capacity(shape.capacity, most);
	if (shape.full)
		shape.capacity = most;
	return shape;
}

void
seg_moments_merge(SegMoments *into, const SegMoments *from)
{
	SegMomentsParts theirs = seg_moments_parts(from);
	SegMomentsParts ours = seg_moments_parts(into);

	Assert(into->d == from->d);
	/* first, because adding rows later reads whether values were missing */
	for (size_t j = 0; j < into->d; j++)
		ours.missing[j] += theirs.missing[j];
	into->skipped += from->skipped;
	if (from->folded > 0)
		merge_moments(into, from);
	for (size_t i = 0; i < from->buffered; i++)
	{
		memcpy(seg_moments_next_row(into), theirs.rows + i * from->d, from->d * sizeof(double));
		into->buffered++;
	}
}

/* ---- results ---- */

SegMomentsShape
seg_moments_shape_for_result(const SegMoments *state)
{
	SegMomentsShape shape = seg_moments_shape(state);

	shape.full = 1;
	return shape;
}

uint64_t
seg_moments_rows(const SegMoments *state)
{
	return state->folded + state->buffered;
}

const uint64_t *
seg_moments_missing(const SegMoments *state)
{
	return seg_moments_parts(state).missing;
}

/* Entry (i, j) of C for the deviations y - t z. */
static double
imputed_entry(const double *packed, const double *t, size_t d, size_t i, size_t j)
{
	size_t		w = 2 * d;

	return packed_entry(packed, w, i, j) - t[i] * packed_entry(packed, w, d + i, j) -
		t[j] * packed_entry(packed, w, i, d + j) + t[i] * t[j] * packed_entry(packed, w, d + i, d + j);
}

/*
 * t: what a missing value counts as, minus the shift.  It is the mean of the feature's input
 * values; for a feature with log1p their log1p.
 */
static double
replacement(const SegMoments *state, size_t j)
{
	SegMomentsParts parts = seg_moments_parts(state);
	double		present = parts.mean[state->d + j];

	if (!(present > 0))
		return 0;
	return parts.logs[j] ? log1p(seg_moments_input_mean(state, j)) - parts.shift[j] : parts.mean[j] / present;
}

SegStatus
seg_moments_covariance(const SegMoments *state, double *mean, double *covariance, size_t *position)
{
	SegMomentsParts parts = seg_moments_parts(state);
	size_t		d = state->d;
	bool		masked = state->width > d;
	double		divisor = state->folded > 1 ? (double) state->folded - 1 : 1;

	Assert(state->full && state->buffered == 0);
	if (state->folded == 0)
		return SEG_NO_ROWS;
	/* mean[j] is t first; it becomes the mean after t was used */
	for (size_t j = 0; j < d; j++)
		mean[j] = masked ? replacement(state, j) : parts.mean[j];
	for (size_t j = 0; j < d; j++)
	{
		CHECK_FOR_INTERRUPTS();
		for (size_t i = j; i < d; i++)
		{
			double		entry = masked ? imputed_entry(parts.packed, mean, d, i, j) :
				parts.packed[seg_packed_at(d, i, j)];

			covariance[i + j * d] = covariance[j + i * d] = entry / divisor;
		}
	}
	for (size_t j = 0; j < d; j++)
	{
		/* without log1p t is the mean of the values used */
		if (masked && parts.logs[j])
			mean[j] += parts.mean[j] - mean[j] * parts.mean[d + j];
		if (!isnan(parts.shift[j]))
			mean[j] += parts.shift[j];
		if (!isfinite(mean[j]) || !isfinite(covariance[j + j * d]))
		{
			*position = j + 1;
			return SEG_RANGE_TOO_WIDE;
		}
	}
	return SEG_OK;
}

/* Without log1p the mean of the values used is more exact than a sum. */
double
seg_moments_input_mean(const SegMoments *state, size_t j)
{
	SegMomentsParts parts = seg_moments_parts(state);
	double		present = (double) parts.tallies[j].total;
	double		z = state->width > state->d ? parts.mean[state->d + j] : 1;

	if (present == 0)
		return NAN;
	if (parts.logs[j])
		return (parts.input_sum[2 * j] + parts.input_sum[2 * j + 1]) / present;
	if (state->policy == SEG_MISSING_ZERO)
		return (parts.shift[j] + parts.mean[j]) * ((double) state->folded / present);
	return parts.shift[j] + parts.mean[j] / z;
}

const SegTally *
seg_moments_tally(const SegMoments *state, size_t j)
{
	return &seg_moments_parts(state).tallies[j];
}
