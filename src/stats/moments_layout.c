/*
 * moments_layout.c
 *		The state of moments; see moments_layout.h.
 */
#include "stats/moments_layout.h"

#define MAGIC UINT32_C(0x4D4F4D31)	/* "MOM1" */

/* rows of the first buffer */
#define FIRST_ROWS 4

/* ---- layout ---- */

/* Offsets of the parts from the start, in 8-byte words. */
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
	/* a full state computes in place: rows with masks, and one extra row */
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

size_t
seg_moments_size(size_t d, SegMomentsShape shape)
{
	return layout_of(d, shape).end * 8;
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

static bool
capacity_is_sound(uint32_t capacity, uint32_t most)
{
	uint32_t	known = FIRST_ROWS;

	while (known < most && known < capacity)
		known = seg_moments_next_capacity(known, most);
	return known == capacity;
}

/* True if the parts described by the head have exactly that many bytes. */
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
	if (!capacity_is_sound(state->capacity, seg_moments_block_rows(state->d)) ||
		(state->full && state->capacity != seg_moments_block_rows(state->d)) || state->buffered > state->capacity ||
		state->folded > SEG_MOMENTS_MOST_ROWS - state->buffered || (!state->full && state->folded > 0) ||
		state->skipped > (state->policy == SEG_MISSING_SKIP ? SEG_STATE_MOST_ROWS : 0))
		return false;
	return size == seg_moments_size(state->d, seg_moments_shape(state));
}

/*
 * Check the values of a feature in the buffer and its count of missing values.
 * OUT *folded: the missing values in the rows added before.
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

/* Check the sums of a feature over the rows added; `missing` of its values were missing. */
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

/* ---- reshaping ---- */

/* Without masks no value was missing so far: z was always 1. */
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
