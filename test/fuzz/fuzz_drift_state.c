/*
 * fuzz_drift_state.c
 *		A changed state of drift_fit: count, merge, copy.
 *
 * What passes the check must be safe to work with, and stays such a state whatever
 * is done to it.
 */
#include "fuzz_state.h"

#include "drift/drift_state.h"

static size_t
size_of(const SegDriftState *state)
{
	return seg_drift_state_size(state->fit.d, state->k, state->model_size);
}

/* As the transition function counts; the cluster is any. */
static void
add_row(SegDriftState *state, Script *script)
{
	SegDriftCount *counts = seg_drift_counts(state);
	uint8_t		holes = next_byte(script);

	if (holes == 255)
	{
		state->fit.rows_skipped++;
		return;
	}
	for (size_t j = 0; j < state->fit.d; j++)
	{
		double		x = next_value(script);

		if (holes % 8 == 7 && (holes >> (j % 5)) & 1)
			counts[j].missing++;
		else
			seg_drift_count(&counts[j], x);
	}
	state->rows_used++;
	if (state->k > 0)
		seg_drift_clusters(state)[holes % state->k]++;
}

/* As the combine function does. */
static void
merge(SegDriftState *into, const SegDriftState *from)
{
	uint64_t	skipped = from->fit.rows_skipped;

	seg_drift_state_merge(into, from);
	into->fit.rows_skipped += skipped;
}

static SegDriftState *
begin(Script *script)
{
	size_t		d = next_byte(script) % 4 + 1;
	size_t		k = next_byte(script) % 4;
	size_t		size = seg_drift_state_size(d, k, 5);
	SegDriftState *state = calloc(1, size);

	require(state != NULL);
	state->fit.state.magic = SEG_DRIFT_STATE_MAGIC;
	state->fit.d = (uint32_t) d;
	state->k = (uint32_t) k;
	state->kind = SEG_KIND_KMEANS;
	state->model_size = 5;
	for (size_t j = 0; j < d; j++)
	{
		SegHistogram *bins = &seg_drift_counts(state)[j].bins;

		bins->bins = next_byte(script) % (SEG_HISTOGRAM_MOST + 1);
		bins->high = 30;
		for (size_t b = 0; b + 1 < bins->bins; b++)
			bins->bounds[b] = (double) b - 2;
	}
	return state;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Script		script = {data, size};
	SegDriftState *good = begin(&script);
	SegDriftState *state;
	size_t		rows = next_byte(&script);
	Script		values = script;

	for (size_t i = 0; i < rows; i++)
	{
		if (values.left == 0)
			values = script;
		add_row(good, &values);
	}
	size = size_of(good);
	require(seg_drift_state_is_sound(good, size));
	state = copy_of(good, size);
	change(&script, state, size);
	if (seg_drift_state_is_sound(state, size))
	{
		for (int i = 0; i < 9; i++)
			add_row(state, &values);
		/* the combine function goes on only with the same model, hence d and k */
		if (state->fit.d == good->fit.d && state->k == good->k && state->rows_used < SEG_STATE_MOST_ROWS / 2 &&
			state->fit.rows_skipped < SEG_STATE_MOST_ROWS / 2)
		{
			merge(good, state);
			merge(state, state);
			for (size_t j = 0; j < state->fit.d; j++)
				(void) seg_histogram_total(&seg_drift_counts(good)[j].bins);
			require(seg_drift_state_is_sound(state, size));
		}
	}
	free(state);
	free(good);
	return 0;
}
