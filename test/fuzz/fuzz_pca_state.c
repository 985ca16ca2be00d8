/*
 * fuzz_pca_state.c
 *		A changed state of pca_fit: count, merge, copy, finish.
 *
 * What passes the check must be safe to work with, stays such a state whatever is
 * done to it, and what it tells in the end can be kept in a model.
 */
#include "fuzz_state.h"

#include "pca/pca_state.h"

static size_t
size_of(const SegPcaState *state)
{
	return seg_pca_state_size(state, seg_moments_shape(seg_pca_state_moments(state)));
}

static SegPcaState *
in_shape(SegPcaState *state, SegMomentsShape shape)
{
	SegPcaState *larger;

	if (seg_moments_same_shape(shape, seg_moments_shape(seg_pca_state_moments(state))))
		return state;
	larger = malloc(seg_pca_state_size(state, shape));
	require(larger != NULL);
	seg_pca_state_move(state, shape, larger);
	free(state);
	return larger;
}

/* As the transition function does; the row is left out where that would refuse it. */
static SegPcaState *
add_row(SegPcaState *state, Script *script)
{
	SegMoments *moments = seg_pca_state_moments(state);
	size_t		d = state->fit.d;
	size_t		missing = 0;
	double	   *row = calloc(d, sizeof(double));
	uint8_t		holes = next_byte(script);
	SegMomentsShape shape;

	require(row != NULL);
	for (size_t j = 0; j < d; j++)
	{
		row[j] = next_value(script);
		if (holes % 8 == 7 && (holes >> (j % 5)) & 1 && moments->policy != SEG_MISSING_REFUSE)
			row[j] = NAN;
		missing += isnan(row[j]) != 0;
		if (seg_moments_logs(moments)[j] && row[j] <= -1)
			row[j] = 0;
	}
	shape = seg_moments_shape_for_row(moments, missing > 0);
	if (seg_moments_rows(moments) < SEG_MOMENTS_MOST_ROWS && seg_moments_has_width(shape))
	{
		state = in_shape(state, shape);
		moments = seg_pca_state_moments(state);
		memcpy(seg_moments_next_row(moments), row, d * sizeof(double));
		seg_moments_add(moments, missing);
	}
	free(row);
	return state;
}

static SegPcaState *
merge(SegPcaState *into, const SegPcaState *from)
{
	SegMoments *ours = seg_pca_state_moments(into);
	const SegMoments *theirs = seg_pca_state_moments(from);
	SegMomentsShape shape = seg_moments_shape_for_merge(ours, theirs);

	if (seg_moments_rows(ours) + seg_moments_rows(theirs) > SEG_MOMENTS_MOST_ROWS ||
		ours->skipped + theirs->skipped > SEG_STATE_MOST_ROWS || !seg_moments_has_width(shape))
		return into;
	into = in_shape(into, shape);
	seg_moments_merge(seg_pca_state_moments(into), theirs);
	return into;
}

static void
finish(const SegPcaState *state)
{
	const SegMoments *moments = seg_pca_state_moments(state);
	SegMomentsShape shape = seg_moments_shape_for_result(moments);
	size_t		d = state->fit.d;
	SegMoments *result = malloc(seg_moments_size(d, shape));
	double	   *mean = malloc(d * sizeof(double));
	double	   *covariance = malloc(d * d * sizeof(double));
	SegHistogram histogram;
	size_t		position;

	require(result != NULL && mean != NULL && covariance != NULL);
	seg_moments_reshape(moments, shape, result);
	seg_moments_finish(result);
	if (seg_moments_covariance(result, mean, covariance, &position) == SEG_OK)
		for (size_t j = 0; j < d; j++)
		{
			(void) seg_moments_input_mean(result, j);
			seg_histogram_of_tally(seg_moments_tally(result, j), &histogram);
			require(seg_histogram_is_sound(&histogram));
			require(seg_histogram_total(&histogram) == seg_moments_tally(result, j)->total);
		}
	free(covariance);
	free(mean);
	free(result);
}

/* A state with no rows: the policy, the features and their logarithms come from the script. */
static SegPcaState *
begin(Script *script)
{
	static const SegNullPolicy policies[] = {SEG_NULL_ERROR, SEG_NULL_SKIP, SEG_NULL_MEAN, SEG_NULL_ZERO};
	uint8_t		choice = next_byte(script);
	SegPcaState head = {.fit.d = next_byte(script) % 4 + 1};
	SegWriter	writer = {NULL, 0};
	SegPcaState *state;
	size_t		size;

	head.options = (SegPcaOptions) {.components = 1, .null_policy = policies[choice % 4]};
	for (size_t j = 0; j < head.fit.d; j++)
		seg_write_label(&writer, SEG_TRANSFORM_NONE, "a");
	head.labels_size = writer.size;
	head.moments_at = (sizeof(head) + writer.size + 7) / 8 * 8;
	size = seg_pca_state_size(&head, seg_moments_first_shape(head.fit.d));
	state = calloc(1, size);
	require(state != NULL);
	*state = head;
	writer = (SegWriter) {(uint8_t *) (state + 1), 0};
	for (size_t j = 0; j < head.fit.d; j++)
		seg_write_label(&writer, (choice >> 4) >> j & 1 ? SEG_TRANSFORM_LOG1P : SEG_TRANSFORM_NONE, "a");
	require(seg_pca_state_begin(state) == SEG_OK);
	return state;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Script		script = {data, size};
	SegPcaState *good = begin(&script);
	SegPcaState *state;
	size_t		rows = next_byte(&script) * 4;
	Script		values = script;

	for (size_t i = 0; i < rows; i++)
	{
		/* few bytes make many rows: they are read again and again */
		if (values.left == 0)
			values = script;
		good = add_row(good, &values);
	}
	require(seg_pca_state_is_sound(good, size_of(good)));
	size = size_of(good);
	state = copy_of(good, size);
	change(&script, state, size);
	if (seg_pca_state_is_sound(state, size) && state->fit.d > 0)
	{
		finish(state);
		if (state->fit.d == good->fit.d && state->options.null_policy == good->options.null_policy)
		{
			SegPcaState *merged = merge(copy_of(good, size), state);

			require(seg_pca_state_is_sound(merged, size_of(merged)));
			finish(merged);
			free(merged);
		}
		else
		{
			SegPcaState *twin = copy_of(state, size);

			state = merge(state, twin);
			free(twin);
			require(seg_pca_state_is_sound(state, size_of(state)));
		}
		for (int i = 0; i < 9; i++)
			state = add_row(state, &values);
		require(seg_pca_state_is_sound(state, size_of(state)));
		finish(state);
	}
	free(state);
	free(good);
	return 0;
}
