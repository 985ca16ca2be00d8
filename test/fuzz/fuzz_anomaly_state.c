/*
 * fuzz_anomaly_state.c
 *		A changed state of anomaly_fit: count, merge, copy, take sample and moments out.
 *
 * What passes the check must be safe to work with, and stays such a state whatever
 * is done to it.
 */
#include "fuzz_state.h"

#include "anomaly/anomaly_state.h"

static size_t
size_of(const SegAnomalyState *state)
{
	return seg_anomaly_state_size(state, seg_anomaly_room(state));
}

static bool
is_sound(const SegAnomalyState *state)
{
	return seg_anomaly_state_is_sound(state, size_of(state));
}

static bool
has_width(SegAnomalyRoom room)
{
	return !room.has_moments || seg_moments_has_width(room.shape);
}

static SegAnomalyState *
in_room(SegAnomalyState *state, SegAnomalyRoom room)
{
	SegAnomalyState *larger;

	if (seg_anomaly_same_room(room, seg_anomaly_room(state)))
		return state;
	larger = malloc(seg_anomaly_state_size(state, room));
	require(larger != NULL);
	seg_anomaly_state_move(state, room, larger);
	free(state);
	return larger;
}

/* As the transition function does; what that would refuse is made harmless first. */
static SegAnomalyState *
add_row(SegAnomalyState *state, Script *script)
{
	int			policy = state->options.null_policy;
	SegReader	labels = seg_reader(seg_anomaly_state_labels(state), state->labels_size);
	size_t		missing = 0;
	double	   *row = calloc(state->fit.d, sizeof(double));
	uint8_t		holes = next_byte(script);
	SegAnomalyRoom room;

	require(row != NULL);
	for (size_t j = 0; j < state->fit.d; j++)
	{
		bool		is_log = seg_read_label(&labels, NULL, NULL) == SEG_TRANSFORM_LOG1P;

		row[j] = next_value(script);
		if (holes % 8 == 7 && (holes >> (j % 5)) & 1 && policy != SEG_NULL_ERROR && policy != SEG_NULL_SKIP)
			row[j] = NAN;
		missing += isnan(row[j]) != 0;
		if (is_log && row[j] <= -1)
			row[j] = 0;
	}
	room = seg_anomaly_room_for_row(state, missing > 0);
	if (state->rows_used < SEG_MOMENTS_MOST_ROWS && has_width(room))
	{
		state = in_room(state, room);
		seg_anomaly_state_add(state, row, missing);
	}
	free(row);
	return state;
}

/* May the two be merged, as the combine function asks? */
static bool
belong_together(const SegAnomalyState *a, const SegAnomalyState *b)
{
	return a->fit.d == b->fit.d && a->labels_size == b->labels_size &&
		memcmp(&a->options, &b->options, sizeof(SegAnomalyOptions)) == 0 &&
		memcmp(seg_anomaly_state_labels(a), seg_anomaly_state_labels(b), a->labels_size) == 0 &&
		a->rows_used + b->rows_used <= SEG_MOMENTS_MOST_ROWS &&
		a->fit.rows_skipped + b->fit.rows_skipped <= SEG_STATE_MOST_ROWS &&
		has_width(seg_anomaly_room_for_merge(a, b));
}

static SegAnomalyState *
merge(SegAnomalyState *into, const SegAnomalyState *from)
{
	into = in_room(into, seg_anomaly_room_for_merge(into, from));
	seg_anomaly_state_merge(into, from);
	require(is_sound(into));
	return into;
}

static void
finish_moments(const SegAnomalyState *state)
{
	const SegMoments *moments = seg_anomaly_state_moments(state);
	SegMomentsShape shape = seg_moments_shape_for_result(moments);
	SegMoments *result = malloc(seg_moments_size(state->fit.d, shape));
	double	   *mean = malloc(state->fit.d * sizeof(double));
	double	   *covariance = malloc((size_t) state->fit.d * state->fit.d * sizeof(double));
	size_t		position;
	SegHistogram histogram;

	require(result != NULL && mean != NULL && covariance != NULL);
	seg_moments_reshape(moments, shape, result);
	seg_moments_finish(result);
	(void) seg_moments_covariance(result, mean, covariance, &position);
	for (size_t j = 0; j < state->fit.d; j++)
	{
		seg_histogram_of_tally(seg_moments_tally(result, j), &histogram);
		require(seg_histogram_is_sound(&histogram));
	}
	free(covariance);
	free(mean);
	free(result);
}

static void
finish(const SegAnomalyState *state)
{
	const SegRowSample *sample = seg_anomaly_state_sample(state);
	uint32_t   *order = malloc((sample->used + 1) * sizeof(uint32_t));
	uint64_t	total = 0;
	size_t		n;

	require(order != NULL);
	n = seg_sample_order(sample, order);
	require(n <= sample->limit);
	for (size_t i = 0; i < n; i++)
	{
		require(order[i] < sample->used);
		total += seg_sample_count(sample, order[i]);
	}
	require(total <= state->rows_used);
	free(order);
	if (state->moments_at > 0)
		finish_moments(state);
}

static SegAnomalyState *
begin(Script *script)
{
	uint8_t		choice = next_byte(script);
	SegAnomalyState head = {.fit.d = next_byte(script) % 4 + 1};
	SegWriter	writer = {NULL, 0};
	SegAnomalyState *state;
	SegAnomalyRoom room;

	head.options = (SegAnomalyOptions) {
		.method = choice & 1, .robust = choice >> 1 & 1, .null_policy = (choice >> 2) % 5,
		.trees = 10, .sample_size = 2, .seed = 42, .contamination = 0.05
	};
	for (size_t j = 0; j < head.fit.d; j++)
		seg_write_label(&writer, SEG_TRANSFORM_NONE, "a");
	head.labels_size = writer.size;
	head.sample_at = (sizeof(head) + head.labels_size + 7) / 8 * 8;
	head.has_transform = choice >> 7;
	room = seg_anomaly_first_room(&head.options, head.fit.d);
	state = calloc(1, seg_anomaly_state_size(&head, room));
	require(state != NULL);
	*state = head;
	writer = (SegWriter) {(uint8_t *) (state + 1), 0};
	for (size_t j = 0; j < head.fit.d; j++)
		seg_write_label(&writer, j == 0 && head.has_transform ? SEG_TRANSFORM_LOG1P : SEG_TRANSFORM_NONE, "a");
	require(seg_anomaly_state_begin(state, room) == SEG_OK);
	return state;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Script		script = {data, size};
	SegAnomalyState *good = begin(&script);
	SegAnomalyState *state;
	size_t		rows = next_byte(&script) * 2;
	Script		values = script;

	for (size_t i = 0; i < rows; i++)
	{
		if (values.left == 0)
			values = script;
		good = add_row(good, &values);
	}
	require(is_sound(good));
	size = size_of(good);
	state = copy_of(good, size);
	change(&script, state, size);
	if (seg_anomaly_state_is_sound(state, size) && state->fit.d > 0)
	{
		finish(state);
		if (belong_together(good, state))
		{
			SegAnomalyState *merged = merge(copy_of(good, size), state);

			finish(merged);
			free(merged);
			state = merge(state, good);
		}
		for (int i = 0; i < 9; i++)
			state = add_row(state, &values);
		require(is_sound(state));
		finish(state);
	}
	free(state);
	free(good);
	return 0;
}
