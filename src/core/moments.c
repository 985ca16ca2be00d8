/*
 * moments.c
 *		Count, means, second moments and distribution of rows; see moments.h.
 */
#include "core/moments.h"

#define MAGIC UINT32_C(0x4D4F4D31)	/* "MOM1" */

/* A buffer begins with this many rows and grows by fours to the block size. */
#define FIRST_ROWS 4
#define GROWTH 4

/* ---- layout ---- */

/* Where the parts stand, in 8-byte words from the start. */
typedef struct Layout
{
	size_t		missing;
	size_t		logs;
	size_t		rows;
	size_t		shift;
	size_t		input_sum;
	size_t		mean;
	size_t		tallies;
	size_t		packed;
	size_t		end;
} Layout;

static Layout
layout_of(size_t d, SegMomentsShape shape)
{
	Layout		at;
	size_t		full = shape.full;
	size_t		w = shape.width;

	at.missing = sizeof(SegMoments) / 8;
	at.logs = at.missing + d;
	at.rows = at.logs + (d + 7) / 8;
	/* a full state folds in place: rows with masks, and one row more */
	at.shift = at.rows + (full ? (shape.capacity + 1) * w : shape.capacity * d);
	at.input_sum = at.shift + full * d;
	at.mean = at.input_sum + full * 2 * d;
	at.tallies = at.mean + full * w;
	at.packed = at.tallies + full * d * (sizeof(SegTally) / 8);
	at.end = at.packed + full * seg_packed_size(w);
	return at;
}

/* The same as pointers; what a small state lacks is NULL. */
typedef struct Parts
{
	uint64_t   *missing;
	uint8_t    *logs;
	double	   *rows;
	double	   *shift;
	double	   *input_sum;		/* high and low part for each feature; with logs only */
	double	   *mean;
	SegTally   *tallies;
	double	   *packed;
} Parts;

static Parts
parts_of(const SegMoments *state)
{
	uint64_t   *words = (uint64_t *) state;
	Layout		at = layout_of(state->d, seg_moments_shape(state));
	Parts		parts;

	memset(&parts, 0, sizeof(parts));
	parts.missing = words + at.missing;
	parts.logs = (uint8_t *) (words + at.logs);
	parts.rows = (double *) (words + at.rows);
	if (state->full)
	{
		parts.shift = (double *) (words + at.shift);
		parts.input_sum = (double *) (words + at.input_sum);
		parts.mean = (double *) (words + at.mean);
		parts.tallies = (SegTally *) (words + at.tallies);
		parts.packed = (double *) (words + at.packed);
	}
	return parts;
}

/* Rows of a block: enough for DSYRK to be fast, few enough to stay in the cache. */
static uint32_t
block_rows(size_t d)
{
	size_t		rows = 32768 / d;

	return (uint32_t) (rows < 32 ? 32 : rows > 256 ? 256 : rows);
}

size_t
seg_moments_size(size_t d, SegMomentsShape shape)
{
	return layout_of(d, shape).end * 8;
}

SegMomentsShape
seg_moments_shape(const SegMoments *state)
{
	SegMomentsShape shape = {state->width, state->capacity, state->full};

	return shape;
}

SegMomentsShape
seg_moments_first_shape(size_t d)
{
	SegMomentsShape shape = {(uint32_t) d, FIRST_ROWS, 0};

	return shape;
}

SegStatus
seg_moments_begin(SegMoments *state, size_t d, SegMissing policy, const uint8_t *logs)
{
	SegMomentsShape shape = seg_moments_first_shape(d);

	if (d == 0)
		return SEG_NO_ROWS;
	if (d > SEG_PACKED_MAX)
		return SEG_TOO_MANY_FEATURES;
	memset(state, 0, seg_moments_size(d, shape));
	state->magic = MAGIC;
	state->d = (uint32_t) d;
	state->width = shape.width;
	state->capacity = shape.capacity;
	state->policy = policy;
	for (size_t j = 0; logs != NULL && j < d; j++)
	{
		parts_of(state).logs[j] = logs[j] != 0;
		state->any_log |= logs[j] != 0;
	}
	return SEG_OK;
}

bool
seg_moments_is_sound(const SegMoments *state, size_t size)
{
	if (size < sizeof(SegMoments) || state->magic != MAGIC ||
		state->d == 0 || state->d > SEG_PACKED_MAX || state->full > 1 || state->policy > SEG_MISSING_ZERO ||
		(state->width != state->d && state->width != 2 * state->d) ||
		state->width > SEG_PACKED_MAX || state->capacity == 0 ||
		state->capacity > block_rows(state->d) || state->buffered > state->capacity ||
		state->folded + state->buffered > SEG_MOMENTS_MOST_ROWS ||
		(!state->full && state->folded > 0))
		return false;
	return size == seg_moments_size(state->d, seg_moments_shape(state));
}

bool
seg_moments_is_deeply_sound(const SegMoments *state)
{
	for (size_t j = 0; state->full && j < state->d; j++)
		if (!seg_tally_is_sound(&parts_of(state).tallies[j]))
			return false;
	return true;
}

const uint8_t *
seg_moments_logs(const SegMoments *state)
{
	return parts_of(state).logs;
}

/* ---- folding a block ---- */

/* sums[j] += x[j] for the values that are there. */
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

/* (high, low) += x, exactly but for the last bits of low. */
static void
add_twofold(double *sum, double x)
{
	double		high = sum[0] + x;
	double		part = high - sum[0];

	sum[1] += (sum[0] - (high - part)) + (x - part);
	sum[0] = high;
}

static void
note_inputs(SegMoments *state, Parts parts, size_t n)
{
	size_t		d = state->d;
	double	   *sums = parts.rows + n * state->width;	/* the row more */

	for (size_t j = 0; j < d; j++)
		seg_tally_add_column(&parts.tallies[j], parts.rows + j, n, d);
	if (!state->any_log)
		return;
	add_present(parts.rows, n, d, sums);
	for (size_t j = 0; j < d; j++)
		add_twofold(&parts.input_sum[2 * j], sums[j]);
}

static void
transform(const SegMoments *state, Parts parts, size_t n)
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
 * The shift of a feature: a value among its own, so that a constant becomes 0
 * exactly; the middle one of three, since one of them may lie far out.  NaN
 * while all are missing: any shift will do for what is 0 anyway.
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

/* Rows of d become rows of 2 d: ((x - shift) z, z).  From the last row, in place. */
static void
spread_masks(const SegMoments *state, Parts parts, size_t n)
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

static void
fold(SegMoments *state)
{
	Parts		parts = parts_of(state);
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
	uint32_t	most = block_rows(state->d);

	if (has_missing && state->policy == SEG_MISSING_MEAN)
		shape.width = 2 * state->d;
	if (state->buffered < state->capacity || state->full)
		return shape;
	shape.full = state->capacity == most;
	shape.capacity = state->capacity < most / GROWTH ? state->capacity * GROWTH : most;
	return shape;
}

/* parts_of(state).rows and on, for the one part that each row needs */
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
		fold(state);
	Assert(state->buffered < state->capacity);
	return present_row(state);
}

void
seg_moments_add(SegMoments *state, size_t missing)
{
	Assert(missing == 0 || state->policy != SEG_MISSING_REFUSE);
	Assert(missing == 0 || state->policy != SEG_MISSING_MEAN || state->width > state->d);
	for (size_t j = 0; missing > 0 && j < state->d; j++)
		parts_of(state).missing[j] += isnan(present_row(state)[j]) != 0;
	if (missing > 0 && state->policy == SEG_MISSING_SKIP)
		state->skipped++;
	else
		state->buffered++;
}

/* ---- reshaping ---- */

/* Without masks nothing was missing so far: z was always 1. */
static void
spread_moments(const SegMoments *from, SegMoments *to)
{
	Parts		old = parts_of(from);
	Parts		new = parts_of(to);
	size_t		d = from->d;

	for (size_t j = 0; j < d; j++)
	{
		new.mean[j] = old.mean[j];
		new.mean[d + j] = 1;
		for (size_t i = j; i < d; i++)
			new.packed[seg_packed_at(2 * d, i, j)] = old.packed[seg_packed_at(d, i, j)];
	}
}

void
seg_moments_reshape(const SegMoments *from, SegMomentsShape shape, SegMoments *to)
{
	Parts		old = parts_of(from);
	size_t		d = from->d;
	Parts		new;

	Assert(shape.width >= from->width && shape.capacity >= from->buffered && shape.full >= from->full);
	memset(to, 0, seg_moments_size(d, shape));
	*to = *from;
	to->width = shape.width;
	to->capacity = shape.capacity;
	to->full = shape.full;
	new = parts_of(to);
	memcpy(new.missing, old.missing, d * sizeof(uint64_t));
	memcpy(new.logs, old.logs, d);
	memcpy(new.rows, old.rows, from->buffered * d * sizeof(double));
	if (!from->full)
	{
		for (size_t j = 0; shape.full && j < d; j++)
			new.shift[j] = NAN;
		return;
	}
	memcpy(new.shift, old.shift, d * sizeof(double));
	memcpy(new.input_sum, old.input_sum, 2 * d * sizeof(double));
	memcpy(new.tallies, old.tallies, d * sizeof(SegTally));
	if (from->width < shape.width)
	{
		spread_moments(from, to);
		return;
	}
	memcpy(new.mean, old.mean, from->width * sizeof(double));
	memcpy(new.packed, old.packed, seg_packed_size(from->width) * sizeof(double));
}

/* ---- merging ---- */

SegMomentsShape
seg_moments_shape_for_merge(const SegMoments *into, const SegMoments *from)
{
	SegMomentsShape shape = seg_moments_shape(into);
	uint32_t	most = block_rows(into->d);
	uint32_t	rows = into->buffered + from->buffered;

	if (from->width > shape.width)
		shape.width = from->width;
	shape.full = into->full || from->full || rows > most;
	while (shape.capacity < rows && shape.capacity < most)
		shape.capacity = shape.capacity < most / GROWTH ? shape.capacity * GROWTH : most;
	if (shape.full)
		shape.capacity = most;
	return shape;
}

/*
 * The other side's moments as they would be with our shift and width: with u the
 * difference of the shifts, y becomes y + u z.  Without masks z is 1 and varies
 * with nothing; without a shift y and z are 0.
 */
typedef struct Other
{
	const SegMoments *state;
	Parts		parts;
	const double *shift;		/* ours */
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
	Parts		ours = parts_of(into);
	Other		other = {from, parts_of(from), ours.shift};
	size_t		w = into->width;
	double		before = (double) into->folded;
	double		more = (double) from->folded;
	double		share = more / (before + more);
	double	   *delta = ours.rows + (size_t) into->capacity * w;	/* the row more */

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
		add_twofold(&ours.input_sum[2 * j], other.parts.input_sum[2 * j]);
		ours.input_sum[2 * j + 1] += other.parts.input_sum[2 * j + 1];
	}
	into->folded += from->folded;
}

void
seg_moments_merge(SegMoments *into, const SegMoments *from)
{
	Parts		theirs = parts_of(from);
	Parts		ours = parts_of(into);

	Assert(into->d == from->d);
	/* first, because rows folded later ask whether anything was missing */
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

void
seg_moments_finish(SegMoments *state)
{
	fold(state);
}

uint64_t
seg_moments_rows(const SegMoments *state)
{
	return state->folded + state->buffered;
}

const uint64_t *
seg_moments_missing(const SegMoments *state)
{
	return parts_of(state).missing;
}

/* Entry (i, j) of C as of the deviations y - t z. */
static double
imputed_entry(const double *packed, const double *t, size_t d, size_t i, size_t j)
{
	size_t		w = 2 * d;

	return packed_entry(packed, w, i, j) - t[i] * packed_entry(packed, w, d + i, j) -
		t[j] * packed_entry(packed, w, i, d + j) + t[i] * t[j] * packed_entry(packed, w, d + i, d + j);
}

SegStatus
seg_moments_covariance(const SegMoments *state, double *mean, double *covariance, size_t *position)
{
	Parts		parts = parts_of(state);
	size_t		d = state->d;
	bool		masked = state->width > d;
	double		divisor = state->folded > 1 ? (double) state->folded - 1 : 1;

	Assert(state->full && state->buffered == 0);
	if (state->folded == 0)
		return SEG_NO_ROWS;
	/* t first; the shift is added when t has done its work */
	for (size_t j = 0; j < d; j++)
		mean[j] = !masked ? parts.mean[j] :
			parts.mean[d + j] > 0 ? parts.mean[j] / parts.mean[d + j] : 0;
	for (size_t j = 0; j < d; j++)
		for (size_t i = j; i < d; i++)
		{
			double		entry = masked ? imputed_entry(parts.packed, mean, d, i, j) :
				parts.packed[seg_packed_at(d, i, j)];

			covariance[i + j * d] = covariance[j + i * d] = entry / divisor;
		}
	for (size_t j = 0; j < d; j++)
	{
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

/* Without a logarithm the mean of what was used says it more exactly than a sum. */
double
seg_moments_input_mean(const SegMoments *state, size_t j)
{
	Parts		parts = parts_of(state);
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
	return &parts_of(state).tallies[j];
}
