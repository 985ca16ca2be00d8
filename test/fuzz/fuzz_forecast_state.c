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

static SegForecastState *
begin(Script *script)
{
	uint8_t		choice = next_byte(script);
	SegForecastState *state = calloc(1, sizeof(SegForecastState));

	require(state != NULL);
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
		if (memcmp(&state->options, &good->options, sizeof(SegForecastOptions)) == 0)
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
