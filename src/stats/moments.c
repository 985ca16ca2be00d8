/*
 * moments.c
 *		Count, means, second moments and distribution of rows; see moments.h.
 */
#include "stats/moments.h"

#include "stats/exact_sum.h"

/* ---- adding a block ---- */

/* sums[j] += x[j] for the values that are not missing. */
SEG_CLONES static void
add_present(const double *rows, size_t n, size_t d, double *sums)
{
	memset(sums, 0, d * sizeof(double));
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < d; j++)
		{
			double		x = rows[i * d + j];

			sums[j] += x == x ? x : 0;
		}
}

static void
note_inputs(SegMoments *state, SegMomentsParts parts, size_t n)
{
	size_t		d = state->d;
	double	   *sums = parts.rows + n * state->width;	/* the extra row */

	for (size_t j = 0; j < d; j++)
		seg_tally_add_column(&parts.tallies[j], parts.rows + j, n, d);
	if (!state->any_log)
		return;
	add_present(parts.rows, n, d, sums);
	for (size_t j = 0; j < d; j++)
		seg_twofold_add(&parts.input_sum[2 * j], sums[j]);
}

static void
transform(const SegMoments *state, SegMomentsParts parts, size_t n)
{
	size_t		d = state->d;

	for (size_t j = 0; j < d; j++)
	{
		double	   *column = parts.rows + j;

		if (parts.logs[j])
			for (size_t i = 0; i < n; i++)
				column[i * d] = log1p(column[i * d]);
		if (state->policy == SEG_MISSING_ZERO && parts.missing[j] > 0)
			for (size_t i = 0; i < n; i++)
				column[i * d] = isnan(column[i * d]) ? 0 : column[i * d];
	}
}

static double
median_of_three(double a, double b, double c)
{
	double		low = a < b ? a : b;
	double		high = a < b ? b : a;

	return c < low ? low : c > high ? high : c;
}

/*
 * The shift of a feature is one of its values, so a constant becomes exactly 0.  It is
 * the median of three values because one of them may be an outlier.  NaN while all
 * values are missing: they count as 0, whatever the shift is.
 */
static double
choose_shift(const double *column, size_t n, size_t stride)
{
	double		three[3];
	size_t		found = 0;

	for (size_t i = 0; i < n && found < 3; i++)
	{
		size_t		at = (i + (found * n) / 3) % n;

		if (!isnan(column[at * stride]))
			three[found++] = column[at * stride];
	}
	if (found == 0)
		return NAN;
	while (found < 3)
		three[found++] = three[0];
	return median_of_three(three[0], three[1], three[2]);
}

/* Rows of d become rows of 2 d: ((x - shift) z, z).  In place, from the last row on. */
static void
spread_masks(const SegMoments *state, SegMomentsParts parts, size_t n)
{
	size_t		d = state->d;

	for (size_t i = n; i-- > 0;)
	{
		const double *from = parts.rows + i * d;
		double	   *to = parts.rows + i * 2 * d;

		for (size_t j = 0; j < d; j++)
			to[d + j] = isnan(from[j]) ? 0 : 1;
		for (size_t j = 0; j < d; j++)
			to[j] = isnan(from[j]) ? 0 : from[j] - parts.shift[j];
	}
}

/* rows -= center, for each row. */
SEG_CLONES static void
subtract(double *rows, size_t n, size_t w, const double *center)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < w; j++)
			rows[i * w + j] -= center[j];
}

SEG_CLONES static void
mean_of_rows(const double *rows, size_t n, size_t w, double *mean)
{
	memset(mean, 0, w * sizeof(double));
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < w; j++)
			mean[j] += rows[i * w + j];
	for (size_t j = 0; j < w; j++)
		mean[j] /= (double) n;
}

void
seg_moments_finish(SegMoments *state)
{
	SegMomentsParts parts = seg_moments_parts(state);
	size_t		n = state->buffered;
	size_t		w = state->width;
	double		before = (double) state->folded;
	double		after = before + (double) n;
	double	   *delta = parts.rows + n * w;

	Assert(state->full);
	if (n == 0)
		return;
	note_inputs(state, parts, n);
	transform(state, parts, n);
	for (size_t j = 0; j < state->d; j++)
		if (isnan(parts.shift[j]))
			parts.shift[j] = choose_shift(parts.rows + j, n, state->d);
	if (w > state->d)
		spread_masks(state, parts, n);
	else
		subtract(parts.rows, n, w, parts.shift);
	if (state->folded == 0)
		memcpy(parts.mean, parts.rows, w * sizeof(double));
	subtract(parts.rows, n, w, parts.mean);
	mean_of_rows(parts.rows, n, w, delta);
	subtract(parts.rows, n, w, delta);
	for (size_t j = 0; j < w; j++)
	{
		parts.mean[j] += delta[j] * ((double) n / after);
		delta[j] *= sqrt(before * (double) n / after);
	}
	seg_gram_add_packed(parts.rows, n + (state->folded > 0), w, parts.packed);
	state->folded += n;
	state->buffered = 0;
}

/* ---- rows ---- */

SegMomentsShape
seg_moments_shape_for_row(const SegMoments *state, bool has_missing)
{
	SegMomentsShape shape = seg_moments_shape(state);
	uint32_t	most = seg_moments_block_rows(state->d);

	if (has_missing && state->policy == SEG_MISSING_MEAN)
		shape.width = 2 * state->d;
	if (state->buffered < state->capacity || state->full)
		return shape;
	shape.full = state->capacity == most;
	shape.capacity = seg_moments_next_capacity(state->capacity, most);
	return shape;
}

/* The place of the next row in the buffer; cheaper than seg_moments_parts(). */
static double *
present_row(SegMoments *state)
{
	size_t		d = state->d;

	return (double *) state + sizeof(SegMoments) / 8 + d + (d + 7) / 8 + state->buffered * d;
}

double *
seg_moments_next_row(SegMoments *state)
{
	if (state->full && state->buffered == state->capacity)
		seg_moments_finish(state);
	Assert(state->buffered < state->capacity);
	return present_row(state);
}

void
seg_moments_add(SegMoments *state, size_t missing)
{
	Assert(missing == 0 || state->policy != SEG_MISSING_REFUSE);
	Assert(missing == 0 || state->policy != SEG_MISSING_MEAN || state->width > state->d);
	for (size_t j = 0; missing > 0 && j < state->d; j++)
		seg_moments_parts(state).missing[j] += isnan(present_row(state)[j]) != 0;
	if (missing > 0 && state->policy == SEG_MISSING_SKIP)
		state->skipped++;
	else
		state->buffered++;
}
