/*
 * fuzz_ab_state.c
 *		A changed state of ab_fit: count, merge, moments.
 *
 * A state that passes the check must be safe to use, must pass the check after every operation, and
 * its moments must be finite or be refused.
 */
#include "fuzz_state.h"

#include "ab/ab_state.h"

#define ROOM 6

static const char *const names[] = {"a", "b", "ab", "control", "holdout of the spring"};

static SegAbState *
new_state(size_t d)
{
	SegAbState *state = calloc(1, seg_ab_state_size(d, ROOM));

	require(state != NULL);
	state->fit.state.magic = SEG_AB_STATE_MAGIC;
	state->fit.d = d;
	state->room = ROOM;
	return state;
}

/* A value that ab_fit lets in. */
static double
next_outcome(Script *script)
{
	double		value = next_value(script);

	return fabs(value) <= SEG_AB_MOST_VALUE ? value : 1e-310;
}

static void
add_row(SegAbState *state, Script *script)
{
	const char *name = names[next_byte(script) % 5];
	double		values[2] = {next_outcome(script), next_outcome(script)};
	bool		found;
	size_t		place = seg_ab_find(state, name, strlen(name), &found);

	if (!found && state->count == state->room)
		return;
	if (!found)
		(void) seg_ab_insert(state, place, name, strlen(name));
	seg_ab_add(seg_ab_arm(state, place), state->fit.d, values);
}

static void
use(const SegAbState *state)
{
	SegAbPlan	plan = {false, 0.95, 5000, NAN};

	for (size_t a = 0; a < state->count; a++)
	{
		SegAbMoments first;
		SegAbMoments moments;

		if (!seg_ab_moments(state, 0, &first) || !seg_ab_moments(state, a, &moments))
			continue;
		require(isfinite(moments.mean) && moments.ss >= 0 && moments.covariate_ss >= 0);
		plan.theta = seg_ab_theta(&moments, 1);
		(void) seg_ab_compare(&moments, &first, &plan);
	}
}

/* Are there so few rows that more can be added? */
static bool
has_room_for_rows(const SegAbState *state)
{
	for (size_t a = 0; a < state->count; a++)
		if (seg_ab_arm(state, a)->n > SEG_STATE_MOST_ROWS / 2)
			return false;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Script		script = {data, size};
	size_t		d = next_byte(&script) % 2 + 1;
	int			rows = next_byte(&script) % 16;
	SegAbState *good = new_state(d);
	size_t		bytes = seg_ab_state_size(d, ROOM);
	SegAbState *changed;

	for (int i = 0; i < rows; i++)
		add_row(good, &script);
	require(seg_ab_state_is_sound(good, bytes));
	use(good);
	changed = copy_of(good, bytes);
	change(&script, changed, bytes);
	if (seg_ab_state_is_sound(changed, bytes) && changed->fit.d == d && has_room_for_rows(changed))
	{
		use(changed);
		if (seg_ab_new_arms(good, changed) <= good->room - good->count)
		{
			seg_ab_merge(good, changed);
			require(seg_ab_state_is_sound(good, bytes));
			use(good);
		}
		script = (Script) {data, size};
		add_row(changed, &script);
		require(seg_ab_state_is_sound(changed, bytes));
	}
	free(changed);
	free(good);
	return 0;
}
