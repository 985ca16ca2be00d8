/*
 * anomaly_state.c
 *		The flat state of anomaly_fit; see anomaly_state.h.
 */
#include "anomaly/anomaly_state.h"

/* The number of distinct rows in the sample; fewer if rows are long. */
#define SAMPLE_ROWS ((size_t) 16384)
#define SAMPLE_BYTES ((size_t) 4 << 20)
#define SAMPLE_DRAWS 4			/* at least this many times the sample of a tree */
#define ROBUST_ROWS ((size_t) 65536)	/* for a robust covariance, which is computed from the sample */
#define ROBUST_BYTES ((size_t) 16 << 20)

/* ---- room ---- */

/* True if the covariance is computed from all rows.  With robust, or medians for nulls, it is from the sample. */
static bool
needs_moments(const SegAnomalyOptions *options)
{
	return options->method == SEG_ANOMALY_MAHALANOBIS && !options->robust &&
		options->null_policy != SEG_NULL_MEDIAN;
}

size_t
seg_anomaly_sample_limit(const SegAnomalyOptions *options, size_t d)
{
	size_t		row = d * sizeof(double);
	size_t		most = seg_min_size(SAMPLE_ROWS, SAMPLE_BYTES / row);
	size_t		draws = SAMPLE_DRAWS * (size_t) options->sample_size;

	if (options->method == SEG_ANOMALY_IFOREST)
		return most > draws ? most : draws;
	if (needs_moments(options))
		return most;
	return seg_min_size(ROBUST_ROWS, ROBUST_BYTES / row);
}

SegAnomalyRoom
seg_anomaly_first_room(const SegAnomalyOptions *options, size_t d)
{
	SegAnomalyRoom room = {
		.capacity = seg_sample_first_capacity(seg_anomaly_sample_limit(options, d)),
		.has_moments = needs_moments(options),
		.shape = seg_moments_first_shape(d),
	};

	return room;
}

SegAnomalyRoom
seg_anomaly_room(const SegAnomalyState *state)
{
	SegAnomalyRoom room = {
		.capacity = seg_anomaly_state_sample(state)->capacity,
		.has_moments = state->moments_at > 0,
	};

	if (room.has_moments)
		room.shape = seg_moments_shape(seg_anomaly_state_moments(state));
	return room;
}

SegAnomalyRoom
seg_anomaly_room_for_row(const SegAnomalyState *state, bool has_missing)
{
	SegAnomalyRoom room = seg_anomaly_room(state);

	if (seg_sample_is_full(seg_anomaly_state_sample(state)))
		room.capacity *= 2;
	if (room.has_moments)
		room.shape = seg_moments_shape_for_row(seg_anomaly_state_moments(state), has_missing);
	return room;
}

SegAnomalyRoom
seg_anomaly_room_for_merge(const SegAnomalyState *into, const SegAnomalyState *from)
{
	SegAnomalyRoom room = seg_anomaly_room(into);
	const SegRowSample *ours = seg_anomaly_state_sample(into);
	const SegRowSample *theirs = seg_anomaly_state_sample(from);
	size_t		last = seg_sample_last_capacity(ours->limit);

	while (room.capacity < last && room.capacity < (size_t) ours->used + theirs->used)
		room.capacity *= 2;
	if (room.has_moments)
		room.shape = seg_moments_shape_for_merge(seg_anomaly_state_moments(into),
												 seg_anomaly_state_moments(from));
	return room;
}

size_t
seg_anomaly_state_size(const SegAnomalyState *head, SegAnomalyRoom room)
{
	size_t		sample = seg_sample_size(head->fit.d, room.capacity);
	size_t		moments = room.has_moments ? seg_moments_size(head->fit.d, room.shape) : 0;

	if (sample == 0 || sample > SIZE_MAX / 4 || moments > SIZE_MAX / 4)
		return 0;
	return head->sample_at + sample + moments;
}

/* ---- the state ---- */

/* The offset of the moments, after the sample; 0 if there are none. */
static uint64_t
moments_offset(const SegAnomalyState *state, SegAnomalyRoom room)
{
	return room.has_moments ? state->sample_at + seg_sample_size(state->fit.d, room.capacity) : 0;
}

static SegStatus
begin_moments(SegAnomalyState *state)
{
	uint8_t		logs[SEG_PACKED_MAX];
	SegReader	reader = seg_reader(seg_anomaly_state_labels(state), state->labels_size);

	if (state->fit.d > SEG_PACKED_MAX)
		return SEG_TOO_MANY_FEATURES;
	for (size_t j = 0; j < state->fit.d; j++)
		logs[j] = seg_read_label(&reader, NULL, NULL) == SEG_TRANSFORM_LOG1P;
	/* nulls are never replaced by medians here, see needs_moments */
	return seg_moments_begin(seg_anomaly_state_moments(state), state->fit.d,
							 (SegMissing) state->options.null_policy, logs);
}

SegStatus
seg_anomaly_state_begin(SegAnomalyState *state, SegAnomalyRoom room)
{
	state->fit.state.magic = SEG_ANOMALY_STATE_MAGIC;
	state->moments_at = moments_offset(state, room);
	seg_sample_init(seg_anomaly_state_sample(state), state->fit.d,
					seg_anomaly_sample_limit(&state->options, state->fit.d), room.capacity,
					(uint64_t) state->options.seed);
	return room.has_moments ? begin_moments(state) : SEG_OK;
}

void
seg_anomaly_state_move(const SegAnomalyState *from, SegAnomalyRoom room, SegAnomalyState *into)
{
	const SegRowSample *sample = seg_anomaly_state_sample(from);

	memcpy(into, from, from->sample_at);
	into->moments_at = moments_offset(into, room);
	seg_sample_init(seg_anomaly_state_sample(into), from->fit.d, sample->limit, room.capacity, sample->seed);
	seg_sample_move(seg_anomaly_state_sample(into), sample);
	if (room.has_moments)
		seg_moments_reshape(seg_anomaly_state_moments(from), room.shape, seg_anomaly_state_moments(into));
}

void
seg_anomaly_state_add(SegAnomalyState *state, const double *row, size_t missing)
{
	seg_sample_add(seg_anomaly_state_sample(state), row, 1);
	if (state->moments_at > 0)
	{
		SegMoments *moments = seg_anomaly_state_moments(state);

		memcpy(seg_moments_next_row(moments), row, state->fit.d * sizeof(double));
		seg_moments_add(moments, missing);
	}
	state->rows_used++;
}

void
seg_anomaly_state_merge(SegAnomalyState *into, const SegAnomalyState *from)
{
	SegRowSample *ours = seg_anomaly_state_sample(into);
	const SegRowSample *theirs = seg_anomaly_state_sample(from);

	for (size_t i = 0; i < theirs->used; i++)
	{
		CHECK_FOR_INTERRUPTS();
		seg_sample_add(ours, seg_sample_row(theirs, i), seg_sample_count(theirs, i));
	}
	seg_sample_lower(ours, theirs->threshold);
	if (into->moments_at > 0)
		seg_moments_merge(seg_anomaly_state_moments(into), seg_anomaly_state_moments(from));
	into->rows_used += from->rows_used;
}

/* ---- bytes of unknown origin ---- */

static bool
options_are_sound(const SegAnomalyOptions *options)
{
	return (options->method == SEG_ANOMALY_IFOREST || options->method == SEG_ANOMALY_MAHALANOBIS) &&
		(options->robust == 0 || options->robust == 1) &&
		options->null_policy >= 0 && options->null_policy <= SEG_NULL_ZERO &&
		options->trees >= 1 && options->trees <= SEG_IFOREST_MAX_TREES &&
		options->sample_size >= 2 && options->sample_size <= SEG_IFOREST_MAX_SAMPLE &&
		options->contamination > 0 && options->contamination <= 0.5;
}

/* True if the parts follow each other and the head is consistent with the labels. */
static bool
head_is_sound(const SegAnomalyState *state, size_t size)
{
	bool		any_log;

	if (size <= sizeof(SegAnomalyState) || state->fit.state.magic != SEG_ANOMALY_STATE_MAGIC ||
		state->fit.d < 1 || state->fit.d > SEG_MAX_FEATURES || !options_are_sound(&state->options) ||
		state->labels_size > size ||
		state->sample_at != (sizeof(SegAnomalyState) + (uint64_t) state->labels_size + 7) / 8 * 8 ||
		state->sample_at >= size || state->moments_at >= size || state->moments_at % 8 != 0 ||
		needs_moments(&state->options) != (state->moments_at > 0) ||
		state->rows_used > SEG_STATE_MOST_ROWS || state->fit.rows_skipped > SEG_STATE_MOST_ROWS)
		return false;
	return seg_labels_are_sound(seg_anomaly_state_labels(state), state->labels_size, state->fit.d,
								&any_log) && state->has_transform == any_log;
}

/* False if a row has a missing value, or a value without log1p, that the options do not allow. */
static bool
rows_are_sound(const SegAnomalyState *state)
{
	const SegRowSample *sample = seg_anomaly_state_sample(state);
	bool		fills = state->options.null_policy != SEG_NULL_ERROR && state->options.null_policy != SEG_NULL_SKIP;
	SegReader	reader = seg_reader(seg_anomaly_state_labels(state), state->labels_size);

	for (size_t j = 0; j < state->fit.d; j++)
	{
		bool		is_log = seg_read_label(&reader, NULL, NULL) == SEG_TRANSFORM_LOG1P;

		CHECK_FOR_INTERRUPTS();
		if (fills && !is_log)
			continue;
		for (size_t i = 0; i < sample->used; i++)
		{
			double		x = seg_sample_row(sample, i)[j];

			if (isnan(x) ? !fills : is_log && x <= -1)
				return false;
		}
	}
	return true;
}

static bool
sample_is_sound(const SegAnomalyState *state, size_t size)
{
	const SegRowSample *sample = seg_anomaly_state_sample(state);
	uint64_t	total;

	if (!seg_sample_is_sound(sample, size, state->fit.d) ||
		sample->limit != seg_anomaly_sample_limit(&state->options, state->fit.d) ||
		sample->seed != (uint64_t) state->options.seed)
		return false;
	/* while no row was dropped, the sample counts every row */
	total = seg_sample_total(sample);
	return total <= state->rows_used &&
		(sample->threshold != UINT64_MAX || total == state->rows_used) && rows_are_sound(state);
}

/* True if the moments count the same rows and use log1p for the same features. */
static bool
moments_are_sound(const SegAnomalyState *state, size_t size)
{
	const SegMoments *moments = seg_anomaly_state_moments(state);
	SegReader	reader = seg_reader(seg_anomaly_state_labels(state), state->labels_size);

	if (!seg_moments_is_sound(moments, size) || moments->d != state->fit.d ||
		moments->policy != (uint32_t) state->options.null_policy || moments->skipped != 0 ||
		seg_moments_rows(moments) != state->rows_used)
		return false;
	for (size_t j = 0; j < state->fit.d; j++)
		if ((seg_read_label(&reader, NULL, NULL) == SEG_TRANSFORM_LOG1P) != seg_moments_logs(moments)[j])
			return false;
	return true;
}

bool
seg_anomaly_state_is_sound(const SegAnomalyState *state, size_t size)
{
	uint64_t	sample_end;

	if (seg_fit_is_empty(&state->fit, size, SEG_ANOMALY_STATE_MAGIC))
		return true;
	if (!head_is_sound(state, size))
		return false;
	sample_end = state->moments_at > 0 ? state->moments_at : size;
	return sample_end > state->sample_at && sample_is_sound(state, sample_end - state->sample_at) &&
		(state->moments_at == 0 || moments_are_sound(state, size - state->moments_at));
}
