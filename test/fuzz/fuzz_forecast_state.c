/*
 * fuzz_forecast_state.c
 *		A changed state of forecast_fit: add, grow, merge, make the series.
 *
 * A state that passes the check must be safe to use, and must pass the check after every operation.
 */
#include "fuzz_state.h"

#include "forecast/forecast_state.h"

static size_t
size_of(const SegForecastState *state)
{
	return seg_forecast_state_size(&state->options, state->room, state->is_big);
}

static SegForecastState *
with_room(SegForecastState *state, int64_t low, int64_t high, bool is_big)
{
	SegForecastRoom wanted;
	SegForecastState *grown;

	if (!seg_forecast_room(state, low, high, is_big, &wanted))
		return NULL;
	if (!wanted.differs)
		return state;
	grown = calloc(1, seg_forecast_state_size(&state->options, wanted.room, wanted.is_big));
	require(grown != NULL);
	grown->fit.state.magic = SEG_FORECAST_STATE_MAGIC;
	seg_forecast_grow(state, &wanted, grown);
	free(state);
	return grown;
}

static SegForecastState *
add_row(SegForecastState *state, Script *script)
{
	int64_t		low;
	int64_t		high;
	int64_t		period = (int64_t) next_byte(script) - 100;
	double		value = next_value(script);
	bool		fits;

	if (seg_forecast_seen(state, &low, &high) && (period - low >= 9000 || high - period >= 9000))
		period = low;
	state = with_room(state, period, period, false);
	require(state != NULL);
	if (seg_forecast_add(state, period, value, &fits) == SEG_OK && !fits)
	{
		state = with_room(state, period, period, true);
		require(state != NULL);
		(void) seg_forecast_add(state, period, value, &fits);
		require(fits);
	}
	return state;
}

static SegForecastState *
merge(SegForecastState *into, const SegForecastState *from)
{
	int64_t		low;
	int64_t		high;
	SegForecastRoom wanted;
	bool		fits;

	if (into->rows_used + from->rows_used > SEG_STATE_MOST_ROWS || !seg_forecast_seen(from, &low, &high) ||
		!seg_forecast_room(into, low, high, from->is_big, &wanted))
		return into;
	into = with_room(into, low, high, from->is_big);
	if (seg_forecast_merge(into, from, &fits) == SEG_OK && !fits)
	{
		into = with_room(into, low, high, true);
		(void) seg_forecast_merge(into, from, &fits);
		require(fits);
	}
	return into;
}

static void
series(const SegForecastState *state)
{
	static double values[SEG_FORECAST_MOST_PERIODS];
	int64_t		first;
	size_t		n;

	if (!seg_forecast_span(state, &first, &n) || n == 0)
		return;
	require(n <= SEG_FORECAST_MOST_PERIODS);
	if (seg_forecast_values(state, first, n, values))
		for (size_t t = 0; t < n; t++)
			require(isnan(values[t]) || isfinite(values[t]));
}

/* Events with two days each. */
static void
put_events(SegForecastState *state, uint32_t names)
{
	SegEventRow *rows;
	SegEventName *name;

	seg_events_lay_out(state->data, names, 2 * names, &rows, &name);
	for (uint32_t j = 0; j < names; j++)
	{
		name[j][0] = (char) ('a' + j);
		rows[2 * j] = (SegEventRow) {j, 10 * (int64_t) j, 1};
		rows[2 * j + 1] = (SegEventRow) {j, 10 * (int64_t) j + 7, .5};
	}
}

/* The events of a sound state can be read. */
static void
regressors(const SegForecastState *state)
{
	static double x[100 * SEG_EVENTS_MOST];
	SegEvents	events = seg_forecast_events(state);

	seg_events_regressors(&events, state->options.grain, -50, 100, x);
}

static SegForecastState *
begin(Script *script)
{
	uint8_t		choice = next_byte(script);
	uint32_t	names = choice < 60 ? 0 : 1 + choice % 3;
	size_t		size = names == 0 ? 0 : seg_events_size(names, 2 * names);
	SegForecastState *state = calloc(1, sizeof(SegForecastState) + size);

	require(state != NULL);
	if (names > 0)
		put_events(state, names);
	state->options.events_size = (uint32_t) size;
	state->fit.state.magic = SEG_FORECAST_STATE_MAGIC;
	state->fit.d = 1;
	state->options.grain = choice % SEG_GRAINS;
	state->options.aggregate = choice / SEG_GRAINS % SEG_FORECAST_AGGREGATES;
	for (int i = 0; i < 4; i++)
		state->options.fixed[i] = -1;
	return state;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Script		script = {data, size};
	SegForecastState *good = begin(&script);
	SegForecastState *state;
	size_t		rows = next_byte(&script);
	Script		values = script;

	for (size_t i = 0; i < rows; i++)
	{
		if (values.left == 0)
			values = script;
		good = add_row(good, &values);
	}
	size = size_of(good);
	require(seg_forecast_state_is_sound(good, size));
	series(good);
	state = copy_of(good, size);
	change(&script, state, size);
	if (seg_forecast_state_is_sound(state, size))
	{
		series(state);
		regressors(state);
		if (memcmp(&state->options, &good->options, sizeof(SegForecastOptions)) == 0 &&
			memcmp(state->data, good->data, good->options.events_size) == 0)
		{
			SegForecastState *merged = merge(copy_of(good, size), state);

			require(seg_forecast_state_is_sound(merged, size_of(merged)));
			series(merged);
			free(merged);
			state = merge(state, good);
		}
		for (int i = 0; i < 9; i++)
			state = add_row(state, &values);
		require(seg_forecast_state_is_sound(state, size_of(state)));
		series(state);
	}
	free(state);
	free(good);
	return 0;
}
