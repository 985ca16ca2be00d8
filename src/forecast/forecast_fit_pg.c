/*
 * forecast_fit_pg.c
 *		The aggregate forecast_fit.
 */
#include "forecast/forecast_pg.h"


#include "server/budget.h"

/* ---- the state ---- */

bool
seg_forecast_is_sound(const void *state, size_t size)
{
	return seg_forecast_state_is_sound(state, size);
}

static _Noreturn void
refuse_length(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("series has more than %d periods", SEG_FORECAST_MOST_PERIODS),
			 errhint("Choose a longer grain, or a later start.")));
}

DateADT
seg_forecast_date(SegGrain grain, int64_t period)
{
	int64		day = seg_period_begin(grain, period);

	if (!IS_VALID_DATE(day))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("date out of range")));
	return (DateADT) day;
}

static SegForecastState *
with_room(SegStates *states, SegForecastState *state, int64 low, int64 high, bool is_big)
{
	SegForecastRoom room;
	SegForecastState *grown;
	SegStateHead head;
	size_t		size;

	if (!seg_forecast_room(state, low, high, is_big, &room))
		refuse_length();
	if (!room.differs)
		return state;
	/* the first day of a period may be no date although a day of it is one */
	(void) seg_forecast_date(state->options.grain, low);
	size = seg_forecast_state_size(&state->options, room.room, room.is_big);
	grown = seg_state_resize(states, state, size);
	head = grown->fit.state;
	memset(grown, 0, size);
	grown->fit.state = head;
	seg_forecast_grow(state, &room, grown);
	return grown;
}

static void
check(SegStatus status)
{
	if (status != SEG_OK)
		seg_raise((SegFault) {status});
}

int64
seg_forecast_day(Timestamp at)
{
	if (TIMESTAMP_NOT_FINITE(at))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("period must not be infinite")));
	return seg_floor_div(at, USECS_PER_DAY);
}

static SegForecastState *
add_value(SegStates *states, SegForecastState *state, int64 day, double value)
{
	const SegForecastOptions *options = &state->options;
	int64		period = seg_period_of_day(options->grain, day);
	bool		fits;

	if (options->has_as_of && day > options->as_of)
		return state;
	if (options->has_start && period < seg_period_of_day(options->grain, options->start))
		return state;
	if (isinf(value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value is NaN or infinite")));
	state->rows_used++;
	state = with_room(states, state, period, period, false);
	check(seg_forecast_add(state, period, value, &fits));
	if (!fits)
	{
		state = with_room(states, state, period, period, true);
		check(seg_forecast_add(state, period, value, &fits));
	}
	return state;
}

SegForecastState *
seg_forecast_transition(FunctionCallInfo fcinfo, const SegAggregate *aggregate, uint64 given, const Jsonb *options,
						int32 horizon)
{
	SegStates  *states = seg_states(fcinfo);
	SegForecastState *state;
	double		value = NAN;

	if (PG_ARGISNULL(0))
	{
		const void *events;
		SegForecastOptions read = seg_forecast_options_read(options, horizon > 0, &events);

		state = seg_state_new(states, &aggregate->state, seg_forecast_state_size(&read, 0, false));
		state->fit.d = 1;
		state->fit.given = given;
		state->options = read;
		state->options.horizon = horizon;
		if (events != NULL)
			memcpy(state->data, events, read.events_size);
	}
	else
		state = seg_state_own(fcinfo, states, &aggregate->state);
	if (state->fit.given != given || state->options.horizon != horizon)
		seg_refuse_changed(aggregate->given);
	if (PG_ARGISNULL(1))
	{
		state->fit.rows_skipped++;
		return state;
	}
	if (!PG_ARGISNULL(2))
	{
		value = PG_GETARG_FLOAT8(2);
		if (isnan(value))
			value = INFINITY;
	}
	return add_value(states, state, seg_forecast_day(PG_GETARG_TIMESTAMP(1)), value);
}

void *
seg_forecast_merge_states(SegStates *states, void *own, const void *from)
{
	SegForecastState *state = own;
	const SegForecastState *other = from;
	int64		low;
	int64		high;
	bool		fits;

	if (memcmp(&state->options, &other->options, sizeof(SegForecastOptions)) != 0 ||
		memcmp(state->data, other->data, state->options.events_size) != 0)
		seg_refuse_changed("options");
	if (!seg_forecast_seen(other, &low, &high))
	{
		state->rows_used += other->rows_used;
		return state;
	}
	state = with_room(states, state, low, high, other->is_big);
	check(seg_forecast_merge(state, other, &fits));
	if (!fits)
	{
		state = with_room(states, state, low, high, true);
		check(seg_forecast_merge(state, other, &fits));
	}
	return state;
}

/* ---- the series and its fit ---- */

double *
seg_forecast_series(const SegForecastState *state, int64_t *first, size_t *n)
{
	double	   *values;

	if (!seg_forecast_span(state, first, n))
		refuse_length();
	if (*n == 0)
		seg_raise((SegFault) {SEG_NO_ROWS, .got = state->fit.rows_skipped});
	values = seg_take(*n, sizeof(double));
	if (!seg_forecast_values(state, *first, *n, values))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("sum of a period is out of range")));
	return values;
}

static void
fit(const void *from, void *to)
{
	const SegForecastState *state = from;
	SegForecastModel *model = to;
	SegEvents	events = seg_forecast_events(state);
	size_t		n;

	model->options = state->options;
	model->options.events_size = 0;
	model->values = seg_forecast_series(state, &model->first, &n);
	model->n = n;
	model->rows_used = state->rows_used;
	model->rows_skipped = state->fit.rows_skipped;
	seg_forecast_fit_events(&model->options, &events, model->first, model->values, n, true, &model->fit, &model->effects);
}

static const SegAggregate aggregate = {
	.state = {SEG_FORECAST_STATE_MAGIC, seg_forecast_is_sound},
	.given = "options",
	.model = &seg_forecast_model_type,
	.merge = seg_forecast_merge_states,
	.fit = fit,
};

/* (state, period, value[, options]) */
PG_FUNCTION_INFO_V1(forecast_fit_transfn);
Datum
forecast_fit_transfn(PG_FUNCTION_ARGS)
{
	const Jsonb *options = PG_NARGS() > 3 && !PG_ARGISNULL(3) ? PG_GETARG_JSONB_P(3) : NULL;

	PG_RETURN_POINTER(seg_forecast_transition(fcinfo, &aggregate, seg_given_digest(fcinfo, 3), options, 0));
}

PG_FUNCTION_INFO_V1(forecast_fit_combinefn);
Datum
forecast_fit_combinefn(PG_FUNCTION_ARGS)
{
	return seg_fit_combine(fcinfo, &aggregate);
}

PG_FUNCTION_INFO_V1(forecast_fit_finalfn);
Datum
forecast_fit_finalfn(PG_FUNCTION_ARGS)
{
	return seg_fit_final(fcinfo, &aggregate);
}
