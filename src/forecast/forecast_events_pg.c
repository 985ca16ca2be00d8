/*
 * forecast_events_pg.c
 *		Holidays and other events of a forecast: the option, the fit, the forecast.
 */
#include "forecast/forecast_pg.h"

#include "server/budget.h"
#include "server/model_text.h"

/* ---- the option ---- */

typedef struct RowOption
{
	char	   *event;
	SegDayOption period;
	double		value;
} RowOption;

static const SegOption row_table[] = {
	{"event", SEG_OPTION_TEXT, offsetof(RowOption, event)},
	{"period", SEG_OPTION_CUSTOM, offsetof(RowOption, period), .read = seg_forecast_read_day},
	{"value", SEG_OPTION_REAL, offsetof(RowOption, value), -SEG_EVENTS_MOST_VALUE, SEG_EVENTS_MOST_VALUE},
	{NULL}
};

typedef struct NamedRow
{
	const char *name;
	int64		day;
	double		value;
} NamedRow;

static int
compare_rows(const void *a, const void *b)
{
	const NamedRow *one = a;
	const NamedRow *other = b;
	int			order = strcmp(one->name, other->name);

	CHECK_FOR_INTERRUPTS();
	return order != 0 ? order : (one->day > other->day) - (one->day < other->day);
}

static _Noreturn void
refuse_list(const char *key)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"%s\" must be an array of objects of event, period and value", key),
			 errhint("segment.forecast_events makes it from a relation.")));
}

static NamedRow
read_row(const char *key, const JsonbValue *element)
{
	RowOption	given = {.value = 1};
	const char *name;

	if (element->type != jbvBinary || !JsonContainerIsObject(element->val.binary.data))
		refuse_list(key);
	seg_options_read(JsonbValueToJsonb((JsonbValue *) element), row_table, &given);
	if (given.event == NULL || !given.period.is_given)
		seg_option_refuse(key, "an array of objects that have event and period");
	if (given.value != 0 && fabs(given.value) < SEG_EVENTS_LEAST_VALUE)
		seg_option_refuse("value", psprintf("0, or of a size from %g to %g", SEG_EVENTS_LEAST_VALUE, SEG_EVENTS_MOST_VALUE));
	name = seg_text_for_model(given.event);
	if (strspn(name, " ") == strlen(name) || strlen(name) >= SEG_EVENTS_NAME)
		seg_option_refuse("event", psprintf("a name of 1 to %d bytes", SEG_EVENTS_NAME - 1));
	return (NamedRow) {name, given.period.day, given.value};
}

/* The block of IN rows[count], sorted; those with value 0 are no events. */
static void
make_block(const char *key, const NamedRow *rows, uint32 count, SegEventsOption *option)
{
	SegEventRow *row;
	SegEventName *name;
	uint32		names = 0;
	uint32		kept = 0;
	const char *last = NULL;

	for (uint32 i = 0; i < count; i++)
	{
		if (i > 0 && compare_rows(&rows[i - 1], &rows[i]) == 0)
			seg_option_refuse(key, "an array with one object for each event and period");
		if (rows[i].value == 0)
			continue;
		names += last == NULL || strcmp(last, rows[i].name) != 0;
		last = rows[i].name;
		kept++;
	}
	if (kept == 0 || names > SEG_EVENTS_MOST)
		seg_option_refuse(key, psprintf("an array of 1 to %d events", SEG_EVENTS_MOST));
	option->size = seg_events_size(names, kept);
	option->block = palloc(option->size);
	seg_events_lay_out(option->block, names, kept, &row, &name);
	names = 0;
	for (uint32 i = 0; i < count; i++)
	{
		if (rows[i].value == 0)
			continue;
		if (names == 0 || strcmp(name[names - 1], rows[i].name) != 0)
			strcpy(name[names++], rows[i].name);
		*row++ = (SegEventRow) {names - 1, rows[i].day, rows[i].value};
	}
}

void
seg_forecast_read_events(const char *key, const JsonbValue *value, void *field)
{
	JsonbContainer *array;
	NamedRow   *rows;
	uint32		count;

	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data) ||
		JsonContainerIsScalar(value->val.binary.data))
		refuse_list(key);
	array = value->val.binary.data;
	count = JsonContainerSize(array);
	if (count == 0 || count > SEG_EVENTS_MOST_ROWS)
		seg_option_refuse(key, psprintf("an array of 1 to %d objects", SEG_EVENTS_MOST_ROWS));
	rows = palloc(count * sizeof(NamedRow));
	for (uint32 i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		rows[i] = read_row(key, getIthJsonbValueFromContainer(array, i));
	}
	qsort(rows, count, sizeof(NamedRow), compare_rows);
	make_block(key, rows, count, field);
	pfree(rows);
}

/* ---- the fit ---- */

static _Noreturn void
refuse(SegEventFault fault, const SegEventEffects *effects, uint32 name)
{
	const char *event = seg_text_from_model(fault == SEG_EVENTS_OFTEN ? "" : effects->events.name[name]);

	switch (fault)
	{
		case SEG_EVENTS_FEW:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("event \"%s\" has %u occurrences in the series, but needs %d", event, effects->occurrences[name], SEG_EVENTS_LEAST),
					 errhint("Leave it out, or give it the name of an event that is like it.")));
			break;
		case SEG_EVENTS_ALIKE:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("event \"%s\" cannot be told from other events", event),
					 errhint("Leave out one of the events that occur together.")));
			break;
		case SEG_EVENTS_PHASE:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("event \"%s\" cannot be told from the season", event),
					 errhint("Leave it out: the season contains what returns in every season.")));
			break;
		case SEG_EVENTS_OFTEN:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("more than half of the values have an event")));
			break;
		case SEG_EVENTS_FINE:
			break;
	}
	pg_unreachable();
}

/* Effects from the remainder of the fit. */
static SegEventFault
estimate(const SegForecastOptions *options, int64_t first, const double *values, const double *x, size_t n,
		 const SegForecastFit *fit, SegEventEffects *effects, uint32 *name)
{
	uint32		k = effects->events.names;
	SegForecastPart *parts = seg_forecast_plain_parts(options, fit, first, values, x, k, n, 0, 0.95);
	double	   *remainder = seg_take(n, sizeof(double));
	double	   *scratch = seg_take(3 * k, sizeof(double));
	SegEventFault fault;

	for (size_t t = 0; t < n; t++)
		remainder[t] = ldexp(values[t], -fit->exponent) - ldexp(parts[t].mean, -fit->exponent);
	fault = seg_events_estimate(effects, x, remainder, n, scratch, name);
	pfree(parts);
	pfree(remainder);
	pfree(scratch);
	return fault;
}

void
seg_forecast_fit_events(const SegForecastOptions *options, const SegEvents *events, int64_t first, const double *values,
						size_t n, bool is_strict, SegForecastFit *fit, SegEventEffects *effects)
{
	double	   *x = seg_forecast_regressors(options, events, first, n);
	uint32		m = seg_forecast_season(options);
	SegEventFault fault;
	double	   *plain;
	uint32		name = 0;

	if (x == NULL)
	{
		seg_forecast_fit_values(options, first, values, n, fit);
		return;
	}
	/* a longer season is taken out of a series whose gaps were filled */
	if (m > SEG_ETS_MOST_SEASON && options->method != SEG_FORECAST_SEASONAL_NAIVE)
		m = 1;
	effects->events = *events;
	effects->occurrences = seg_take(events->names, sizeof(uint32));
	effects->effect = seg_take(events->names, sizeof(double));
	effects->covariance = seg_take((size_t) events->names * events->names, sizeof(double));
	fault = seg_events_check(effects, x, values, n, m, &name);
	if (is_strict && fault != SEG_EVENTS_FINE)
		refuse(fault, effects, name);
	if (fault == SEG_EVENTS_OFTEN || fault == SEG_EVENTS_PHASE)
	{
		/* nothing is left to fit without them */
		effects->events = (SegEvents) {0};
		seg_forecast_fit_values(options, first, values, n, fit);
		return;
	}
	plain = seg_take(n, sizeof(double));
	memcpy(plain, values, n * sizeof(double));
	seg_events_mask(x, events->names, n, plain);
	seg_forecast_fit_values(options, first, plain, n, fit);
	fault = estimate(options, first, values, x, n, fit, effects, &name);
	if (is_strict && fault != SEG_EVENTS_FINE)
		refuse(fault, effects, name);
	pfree(plain);
	pfree(x);
}
