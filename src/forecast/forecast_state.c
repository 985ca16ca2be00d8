/*
 * forecast_state.c
 *		The flat state of forecast_fit; see forecast_state.h.
 */
#include "forecast/forecast_state.h"

static size_t
sum_size(bool is_big)
{
	return is_big ? sizeof(SegBigSum) : sizeof(SegUnitSum);
}

static size_t
count_size(const SegForecastOptions *options)
{
	return options->aggregate == SEG_FORECAST_AVERAGE ? sizeof(uint32_t) : 0;
}

size_t
seg_forecast_state_size(const SegForecastOptions *options, uint32_t room, bool is_big)
{
	return sizeof(SegForecastState) + options->events_size + (size_t) room * (sum_size(is_big) + count_size(options) + 1);
}

/* ---- the arrays ---- */

SegEvents
seg_forecast_events(const SegForecastState *state)
{
	return seg_events_read(state->data, state->options.events_size);
}

static void *
sum_at(const SegForecastState *state, size_t place)
{
	return (char *) state->data + state->options.events_size + place * sum_size(state->is_big);
}

static uint32_t *
count_at(const SegForecastState *state, size_t place)
{
	return (uint32_t *) sum_at(state, state->room) + place;
}

static uint8_t *
flags_at(const SegForecastState *state, size_t place)
{
	return (uint8_t *) sum_at(state, state->room) + state->room * count_size(&state->options) + place;
}

static bool
has_counts(const SegForecastState *state)
{
	return count_size(&state->options) > 0;
}

/* ---- growing ---- */

bool
seg_forecast_seen(const SegForecastState *state, int64_t *low, int64_t *high)
{
	size_t		begin = 0;
	size_t		end = state->room;

	while (begin < end && *flags_at(state, begin) == 0)
		begin++;
	while (end > begin && *flags_at(state, end - 1) == 0)
		end--;
	*low = state->first + (int64_t) begin;
	*high = state->first + (int64_t) end - 1;
	return begin < end;
}

bool
seg_forecast_room(const SegForecastState *state, int64_t low, int64_t high, bool is_big, SegForecastRoom *room)
{
	int64_t		seen_low;
	int64_t		seen_high;
	uint32_t	periods;

	*room = (SegForecastRoom) {state->first, state->room, is_big || state->is_big, is_big && !state->is_big};
	if (low >= state->first && high < state->first + state->room)
		return true;
	if (seg_forecast_seen(state, &seen_low, &seen_high))
	{
		low = seen_low < low ? seen_low : low;
		high = seen_high > high ? seen_high : high;
	}
	if (high - low >= SEG_FORECAST_MOST_PERIODS)
		return false;
	periods = (uint32_t) (high - low + 1);
	room->room = (uint32_t) seg_min_size(periods + periods / 4 + 8, SEG_FORECAST_MOST_PERIODS);
	/* the free places lie on the side where the series grows */
	room->first = low < state->first && state->room > 0 ? high + 1 - room->room : low;
	room->differs = true;
	return true;
}

void
seg_forecast_grow(const SegForecastState *state, const SegForecastRoom *room, SegForecastState *grown)
{
	SegStateHead head = grown->fit.state;

	memcpy(grown, state, sizeof(SegForecastState) + state->options.events_size);
	grown->fit.state = head;
	grown->first = room->first;
	grown->room = room->room;
	grown->is_big = room->is_big;
	for (size_t i = 0; i < state->room; i++)
	{
		size_t		place = (size_t) (state->first + (int64_t) i - room->first);

		seg_check_step(i);
		if (*flags_at(state, i) == 0)
			continue;
		if (grown->is_big && !state->is_big)
			seg_big_sum_add_units(sum_at(grown, place), sum_at(state, i));
		else
			memcpy(sum_at(grown, place), sum_at(state, i), sum_size(state->is_big));
		if (has_counts(state))
			*count_at(grown, place) = *count_at(state, i);
		*flags_at(grown, place) = *flags_at(state, i);
	}
}

/* ---- adding ---- */

/* The period has `count` more values with flags.  False when it may not. */
static bool
count_values(SegForecastState *state, size_t place, uint32_t count, uint8_t flags)
{
	uint8_t    *own = flags_at(state, place);

	if (state->options.aggregate == SEG_FORECAST_ONE && (*own & flags & SEG_FORECAST_HAS_VALUE))
		return false;
	if (has_counts(state) && __builtin_add_overflow(*count_at(state, place), count, count_at(state, place)))
		return false;
	*own |= flags;
	return true;
}

SegStatus
seg_forecast_add(SegForecastState *state, int64_t period, double value, bool *fits)
{
	size_t		place = (size_t) (period - state->first);

	*fits = true;
	if (isnan(value))
	{
		*flags_at(state, place) |= SEG_FORECAST_HAS_NULL;
		return SEG_OK;
	}
	if (state->is_big)
		seg_big_sum_add(sum_at(state, place), value);
	else if (!seg_unit_sum_add(sum_at(state, place), value))
	{
		*fits = false;
		return SEG_OK;
	}
	return count_values(state, place, 1, SEG_FORECAST_HAS_VALUE) ? SEG_OK : SEG_TOO_MANY_VALUES;
}

/* The place in a state of a period that another state has. */
static size_t
place_in(const SegForecastState *state, const SegForecastState *other, size_t place)
{
	return (size_t) (other->first + (int64_t) place - state->first);
}

SegStatus
seg_forecast_merge(SegForecastState *into, const SegForecastState *from, bool *fits)
{
	*fits = true;
	/* first whether all sums fit, so that nothing is added twice */
	for (size_t i = 0; i < from->room && !into->is_big; i++)
	{
		SegUnitSum	sum;

		seg_check_step(i);
		if (*flags_at(from, i) == 0)
			continue;
		sum = *(SegUnitSum *) sum_at(into, place_in(into, from, i));
		if (!seg_unit_sum_add_units(&sum, seg_unit_sum_units(sum_at(from, i))))
		{
			*fits = false;
			return SEG_OK;
		}
	}
	for (size_t i = 0; i < from->room; i++)
	{
		size_t		place = place_in(into, from, i);

		seg_check_step(i);
		if (*flags_at(from, i) == 0)
			continue;
		if (!into->is_big)
			(void) seg_unit_sum_add_units(sum_at(into, place), seg_unit_sum_units(sum_at(from, i)));
		else if (from->is_big)
			seg_big_sum_merge(sum_at(into, place), sum_at(from, i));
		else
			seg_big_sum_add_units(sum_at(into, place), sum_at(from, i));
		if (!count_values(into, place, has_counts(from) ? *count_at(from, i) : 0, *flags_at(from, i)))
			return SEG_TOO_MANY_VALUES;
	}
	into->rows_used += from->rows_used;
	return SEG_OK;
}

/* ---- the series ---- */

bool
seg_forecast_span(const SegForecastState *state, int64_t *first, size_t *n)
{
	const SegForecastOptions *options = &state->options;
	int64_t		last;
	bool		has_value = false;

	*n = 0;
	if (!seg_forecast_seen(state, first, &last))
		return true;
	if (options->has_start)
		*first = seg_period_of_day(options->grain, options->start);
	if (options->has_as_of)
		last = seg_period_of_day(options->grain, options->as_of + 1) - 1;
	for (size_t i = 0; i < state->room; i++)
	{
		int64_t		period = state->first + (int64_t) i;

		if (period >= *first && period <= last)
			has_value |= *flags_at(state, i) & SEG_FORECAST_HAS_VALUE;
	}
	if (!has_value)
		return true;
	if (last - *first >= SEG_FORECAST_MOST_PERIODS)
		return false;
	*n = (size_t) (last - *first + 1);
	return true;
}

bool
seg_forecast_values(const SegForecastState *state, int64_t first, size_t n, double *values)
{
	const SegForecastOptions *options = &state->options;
	bool		is_zero = options->gaps == SEG_FORECAST_GAPS_ZERO ||
		(options->gaps == SEG_FORECAST_GAPS_AUTO && options->aggregate == SEG_FORECAST_SUM);

	for (size_t t = 0; t < n; t++)
	{
		int64_t		place = first + (int64_t) t - state->first;
		bool		is_there = place >= 0 && place < state->room;
		uint8_t		flags = is_there ? *flags_at(state, place) : 0;

		seg_check_step(t);
		values[t] = flags == 0 && is_zero ? 0 : NAN;
		if (!(flags & SEG_FORECAST_HAS_VALUE))
			continue;
		values[t] = state->is_big ? seg_big_sum_value(sum_at(state, place)) : seg_unit_sum_value(sum_at(state, place));
		if (!isfinite(values[t]))
			return false;
		if (has_counts(state))
			values[t] /= *count_at(state, place);
		values[t] += 0.0;
	}
	return true;
}

bool
seg_forecast_state_is_sound(const SegForecastState *state, size_t size)
{
	if (size < sizeof(SegForecastState) ||
		state->fit.state.magic != (state->options.horizon > 0 ? SEG_FORECAST_BACKTEST_MAGIC : SEG_FORECAST_STATE_MAGIC) ||
		state->fit.d != 1 || state->rows_used > SEG_STATE_MOST_ROWS || state->fit.rows_skipped > SEG_STATE_MOST_ROWS ||
		!seg_forecast_options_are_sound(&state->options) || state->is_big > 1 ||
		state->room > SEG_FORECAST_MOST_PERIODS ||
		state->first < -SEG_FORECAST_MOST_NUMBER || state->first > SEG_FORECAST_MOST_NUMBER ||
		size != seg_forecast_state_size(&state->options, state->room, state->is_big) ||
		(state->options.events_size > 0 && !seg_events_are_sound(state->data, state->options.events_size)))
		return false;
	for (size_t i = 0; i < state->room; i++)
	{
		uint8_t		flags = *flags_at(state, i);

		if (flags > (SEG_FORECAST_HAS_VALUE | SEG_FORECAST_HAS_NULL))
			return false;
		if (has_counts(state) && (*count_at(state, i) > 0) != ((flags & SEG_FORECAST_HAS_VALUE) != 0))
			return false;
	}
	return true;
}
