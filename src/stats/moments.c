/*
 * moments.c
 *		Count, means, second moments and distribution of rows; see moments.h.
 */
#include "stats/exact_sum.h"
#include "stats/moments_parts.h"

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

SegMomentsParts
seg_moments_parts(const SegMoments *state)
{
	uint64_t   *words = (uint64_t *) state;
	Layout		at = layout_of(state->d, seg_moments_shape(state));
	SegMomentsParts parts;

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
		seg_moments_parts(state).logs[j] = logs[j] != 0;
		state->any_log |= logs[j] != 0;
	}
	return SEG_OK;
}

/* The capacity of a buffer that is to hold more. */
static uint32_t
next_capacity(uint32_t capacity, uint32_t most)
{
	return capacity < most / GROWTH ? capacity * GROWTH : most;
}

static bool
capacity_is_sound(uint32_t capacity, uint32_t most)
{
	uint32_t	known = FIRST_ROWS;

	while (known < most && known < capacity)
		known = next_capacity(known, most);
	return known == capacity;
}

/* Do the numbers of the head give parts that fill exactly that many bytes? */
static bool
head_is_sound(const SegMoments *state, size_t size)
{
	if (size < sizeof(SegMoments) || state->magic != MAGIC ||
		state->d == 0 || state->d > SEG_PACKED_MAX || state->full > 1 || state->any_log > 1 ||
		(state->policy != SEG_MISSING_REFUSE && state->policy != SEG_MISSING_SKIP &&
		 state->policy != SEG_MISSING_MEAN && state->policy != SEG_MISSING_ZERO) ||
		(state->width != state->d &&
		 (state->width != 2 * state->d || state->policy != SEG_MISSING_MEAN)) ||
		state->width > SEG_PACKED_MAX)
		return false;
	if (!capacity_is_sound(state->capacity, block_rows(state->d)) ||
		(state->full && state->capacity != block_rows(state->d)) || state->buffered > state->capacity ||
		state->folded > SEG_MOMENTS_MOST_ROWS - state->buffered || (!state->full && state->folded > 0) ||
		state->skipped > (state->policy == SEG_MISSING_SKIP ? SEG_STATE_MOST_ROWS : 0))
		return false;
	return size == seg_moments_size(state->d, seg_moments_shape(state));
}

/*
 * A feature's values in the buffer, and how often it was missing.  *folded gets
 * the missing values that were folded in.
 */
static bool
column_is_sound(const SegMoments *state, SegMomentsParts parts, size_t j, uint64_t *folded)
{
	bool		replaced = state->policy == SEG_MISSING_MEAN || state->policy == SEG_MISSING_ZERO;
	uint64_t	waiting = 0;

	for (size_t i = 0; i < state->buffered; i++)
	{
		double		x = parts.rows[i * state->d + j];

		if (isnan(x))
			waiting++;
		else if (!isfinite(x) || (parts.logs[j] && x <= -1))
			return false;
	}
	if (parts.logs[j] > 1 || (waiting > 0 && !replaced) || parts.missing[j] < waiting)
		return false;
	/* masks come with the first missing value */
	if (state->policy == SEG_MISSING_MEAN && state->width == state->d && parts.missing[j] > 0)
		return false;
	*folded = replaced ? parts.missing[j] - waiting : 0;
	return parts.missing[j] - *folded - waiting <= state->skipped && *folded <= state->folded;
}

/* A feature's part of what was folded in; so many values of it were missing. */
static bool
moments_are_sound(const SegMoments *state, SegMomentsParts parts, size_t j, uint64_t missing)
{
	const SegTally *tally = &parts.tallies[j];
	size_t		d = state->d;
	size_t		w = state->width;
	bool		shifted = state->folded > (state->policy == SEG_MISSING_MEAN ? missing : 0);

	if (!seg_tally_is_sound(tally) || tally->total != state->folded - missing)
		return false;
	if (shifted ? !isfinite(parts.shift[j]) : !isnan(parts.shift[j]))
		return false;
	if (parts.logs[j] && tally->total > 0 && tally->low <= -1)
		return false;
	if (w > d)
		return parts.mean[d + j] >= -1e-9 && parts.mean[d + j] <= 1 + 1e-9 &&
			parts.packed[seg_packed_at(w, d + j, d + j)] >= 0 &&
			parts.packed[seg_packed_at(w, d + j, d + j)] <= (double) state->folded;
	return !(parts.packed[seg_packed_at(w, j, j)] < 0);
}

bool
seg_moments_is_sound(const SegMoments *state, size_t size)
{
	SegMomentsParts parts;
	bool		any_log = false;

	if (!head_is_sound(state, size))
		return false;
	parts = seg_moments_parts(state);
	for (size_t j = 0; j < state->d; j++)
	{
		uint64_t	missing;

		CHECK_FOR_INTERRUPTS();
		if (!column_is_sound(state, parts, j, &missing) ||
			(state->full && !moments_are_sound(state, parts, j, missing)))
			return false;
		any_log |= parts.logs[j];
	}
	return any_log == state->any_log;
}

const uint8_t *
seg_moments_logs(const SegMoments *state)
{
	return seg_moments_parts(state).logs;
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

static void
note_inputs(SegMoments *state, SegMomentsParts parts, size_t n)
{
	size_t		d = state->d;
	double	   *sums = parts.rows + n * state->width;	/* the row more */

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
	uint32_t	most = block_rows(state->d);

	if (has_missing && state->policy == SEG_MISSING_MEAN)
		shape.width = 2 * state->d;
	if (state->buffered < state->capacity || state->full)
		return shape;
	shape.full = state->capacity == most;
	shape.capacity = next_capacity(state->capacity, most);
	return shape;
}

/* seg_moments_parts(state).rows and on, for the one part that each row needs */
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

/* ---- reshaping ---- */

/* Without masks nothing was missing so far: z was always 1. */
static void
spread_moments(const SegMoments *from, SegMoments *to)
{
	SegMomentsParts old = seg_moments_parts(from);
	SegMomentsParts new = seg_moments_parts(to);
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
	SegMomentsParts old = seg_moments_parts(from);
	size_t		d = from->d;
	SegMomentsParts new;

	Assert(shape.width >= from->width && shape.capacity >= from->buffered && shape.full >= from->full);
	memset(to, 0, seg_moments_size(d, shape));
	*to = *from;
	to->width = shape.width;
	to->capacity = shape.capacity;
	to->full = shape.full;
	new = seg_moments_parts(to);
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
		shape.capacity = next_capacity(shape.capacity, most);
	if (shape.full)
		shape.capacity = most;
	return shape;
}
