/*
 * forecast_options_pg.c
 *		The options of forecast_fit and forecast_backtest.
 */
#include "forecast/forecast_pg.h"

#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/numeric.h"

#include "forecast/forecast_reconcile.h"

typedef struct BoundOption
{
	int			kind;			/* SegForecastLimit */
	double		number;
} BoundOption;

typedef struct SegForecastFitOptions
{
	int			grain;
	int			aggregate;
	int			gaps;
	int			method;
	int			criterion;
	int64		season_length;
	char	   *model;
	double		fixed[4];
	bool		per_day;
	SegDayOption as_of;
	SegDayOption start;
	BoundOption lower;
	BoundOption upper;
	SegEventsOption events;

	/* of a backtest */
	int64		origins;
	int64		origin_step;
	double		level;
} FitOptions;

const char *const seg_forecast_grain_names[] = {"day", "week", "month", "quarter", "year", NULL};
const char *const seg_forecast_method_names[] = {"auto", "ets", "theta", "naive", "seasonal_naive", "drift", "mean", "croston", "sba", "tsb", NULL};
const char *const seg_forecast_reconcile_names[] = {"wls", "ols", "structural", "bottom_up", "top_down", NULL};
static const char *const aggregate_names[] = {"sum", "mean", "error", NULL};
static const char *const gaps_names[] = {"auto", "zero", "missing", NULL};
static const char *const criterion_names[] = {"aicc", "aic", "bic", NULL};

void
seg_forecast_read_day(const char *key, const JsonbValue *value, void *field)
{
	const char *expected = "a date such as \"2019-06-30\"";
	SegDayOption *option = field;
	char	   *given;
	int			year;
	int			month;
	int			day;
	char		rest;

	if (value->type != jbvString)
		seg_option_refuse(key, expected);
	given = pnstrdup(value->val.string.val, value->val.string.len);
	if (strspn(given, "0123456789-") != strlen(given) || sscanf(given, "%4d-%2d-%2d%c", &year, &month, &day, &rest) != 3 ||
		strlen(given) != 10 || year < 1 || month < 1 || month > 12 || day < 1 || day > 31)
		seg_option_refuse(key, expected);
	option->is_given = true;
	option->day = (int64) date2j(year, month, day) - POSTGRES_EPOCH_JDATE;
	if (seg_civil_of(option->day).day != day)
		seg_option_refuse(key, expected);
}

static double
limit_number(const char *key, const JsonbValue *value, const char *expected)
{
	double		number;

	if (value->type != jbvNumeric)
		seg_option_refuse(key, expected);
	number = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value->val.numeric)));
	if (!isfinite(number))
		seg_option_refuse(key, "a finite number");
	return number + 0.0;
}

static void
read_lower(const char *key, const JsonbValue *value, void *field)
{
	BoundOption *option = field;

	if (value->type == jbvString && value->val.string.len == 4 && memcmp(value->val.string.val, "auto", 4) == 0)
		*option = (BoundOption) {SEG_FORECAST_LIMIT_AUTO, 0};
	else if (value->type == jbvNull)
		*option = (BoundOption) {SEG_FORECAST_LIMIT_NONE, 0};
	else
		*option = (BoundOption) {SEG_FORECAST_LIMIT_NUMBER, limit_number(key, value, "a number, \"auto\" or null")};
}

static void
read_upper(const char *key, const JsonbValue *value, void *field)
{
	BoundOption *option = field;

	if (value->type == jbvNull)
		*option = (BoundOption) {SEG_FORECAST_LIMIT_NONE, 0};
	else
		*option = (BoundOption) {SEG_FORECAST_LIMIT_NUMBER, limit_number(key, value, "a number or null")};
}

const SegOption seg_forecast_option_table[] = {
	{"origins", SEG_OPTION_INT, offsetof(FitOptions, origins), 1, 1000,
		.meaning = "How many times the end of the series is cut off and forecast."},
	{"origin_step", SEG_OPTION_INT, offsetof(FitOptions, origin_step), 1, 1000,
		.meaning = "Periods between two origins; by default the horizon."},
	{"level", SEG_OPTION_REAL, offsetof(FitOptions, level), 0.01, 0.9999,
		.meaning = "Level of the intervals."},
	{"grain", SEG_OPTION_CHOICE, offsetof(FitOptions, grain), .choices = seg_forecast_grain_names,
		.meaning = "The length of a period; weeks begin on Monday."},
	{"as_of", SEG_OPTION_CUSTOM, offsetof(FitOptions, as_of), .read = seg_forecast_read_day, .type_name = "date",
		.meaning = "The last day that is known; later rows are left out, and a period that is not over then is the first one that is forecast."},
	{"start", SEG_OPTION_CUSTOM, offsetof(FitOptions, start), .read = seg_forecast_read_day, .type_name = "date",
		.meaning = "The series begins with the period of this day."},
	{"aggregate", SEG_OPTION_CHOICE, offsetof(FitOptions, aggregate), .choices = aggregate_names,
		.meaning = "What becomes of several values of a period."},
	{"gaps", SEG_OPTION_CHOICE, offsetof(FitOptions, gaps), .choices = gaps_names,
		.meaning = "What a period without rows is: 0 or unknown; auto: 0 with the aggregate sum, else unknown."},
	{"season_length", SEG_OPTION_INT, offsetof(FitOptions, season_length), 1, SEG_FORECAST_MOST_SEASON,
		.meaning = "Periods of a season; 1 for none; by default 7 days, 52 weeks, 12 months, 4 quarters, 1 year."},
	{"method", SEG_OPTION_CHOICE, offsetof(FitOptions, method), .choices = seg_forecast_method_names,
		.meaning = "The method; auto: half ETS models by their weights, half Theta; or sba for intermittent demand."},
	{"model", SEG_OPTION_TEXT, offsetof(FitOptions, model),
		.meaning = "One ETS model, such as MAM or AAdN, in place of all."},
	{"alpha", SEG_OPTION_REAL, offsetof(FitOptions, fixed[0]), 0.0001, 0.9999,
		.meaning = "Fixed smoothing parameter of the level, for ets, croston, sba and tsb."},
	{"beta", SEG_OPTION_REAL, offsetof(FitOptions, fixed[1]), 0.0001, 0.9999,
		.meaning = "Fixed smoothing parameter of the trend, at most alpha, for ets."},
	{"gamma", SEG_OPTION_REAL, offsetof(FitOptions, fixed[2]), 0.0001, 0.9999,
		.meaning = "Fixed smoothing parameter of the season, at most 1 - alpha, for ets."},
	{"phi", SEG_OPTION_REAL, offsetof(FitOptions, fixed[3]), 0.8, 0.98,
		.meaning = "Fixed damping of the trend, for ets."},
	{"criterion", SEG_OPTION_CHOICE, offsetof(FitOptions, criterion), .choices = criterion_names,
		.meaning = "What ETS models are chosen and weighted by."},
	{"lower_limit", SEG_OPTION_CUSTOM, offsetof(FitOptions, lower), .read = read_lower, .type_name = "number or auto",
		.meaning = "No forecast or bound is lower; auto, the default: 0 where no value is negative; null: none."},
	{"upper_limit", SEG_OPTION_CUSTOM, offsetof(FitOptions, upper), .read = read_upper, .type_name = "number",
		.meaning = "No forecast or bound is higher."},
	{"per_day", SEG_OPTION_BOOL, offsetof(FitOptions, per_day),
		.meaning = "Fit the values divided by the days of their period, since months differ in length."},
	{"events", SEG_OPTION_CUSTOM, offsetof(FitOptions, events), .read = seg_forecast_read_events, .type_name = "array of objects",
		.meaning = "Holidays and other events with their days, for grain day or week: an array of objects of event, period and value, as forecast_events makes it."},
	{NULL}
};

const FitOptions seg_forecast_fit_defaults = {
	.grain = SEG_GRAIN_MONTH, .season_length = -1, .fixed = {-1, -1, -1, -1},
	.lower = {SEG_FORECAST_LIMIT_AUTO, 0}, .origins = 5, .origin_step = -1, .level = 0.95,
};

/* ---- checks ---- */

/* 1 + the place of the form; 0 without one. */
static uint32
form_number(const char *name)
{
	StringInfoData names;

	if (name == NULL)
		return 0;
	initStringInfo(&names);
	for (uint32 i = 0; i < SEG_ETS_FORMS; i++)
	{
		char		known[5];

		seg_ets_name(seg_ets_forms[i], known);
		if (strcmp(known, name) == 0)
			return i + 1;
		appendStringInfo(&names, "%s%s", i == 0 ? "" : ", ", known);
	}
	seg_option_refuse("model", psprintf("one of %s", names.data));
}

static void
check_parameters(const FitOptions *given, const SegForecastOptions *options)
{
	static const char *const names[] = {"alpha", "beta", "gamma", "phi"};
	bool		is_ets = options->method == SEG_FORECAST_ETS;
	bool		is_croston = options->method >= SEG_FORECAST_CROSTON;

	seg_option_refuse_unused(given->model == NULL || is_ets, "model",
							 psprintf("method \"%s\"", seg_forecast_method_names[options->method]), "method ets");
	for (int i = 0; i < 4; i++)
		if (!is_ets && !(i == 0 && is_croston))
			seg_option_refuse_unused(given->fixed[i] < 0, names[i],
									 psprintf("method \"%s\"", seg_forecast_method_names[options->method]), "method ets");
	if (given->fixed[1] > 0 && given->fixed[0] > 0 && given->fixed[1] > given->fixed[0])
		seg_option_refuse("beta", "at most alpha");
	if (given->fixed[2] > 0 && given->fixed[0] > 0 && given->fixed[2] > 1 - given->fixed[0])
		seg_option_refuse("gamma", "at most 1 - alpha");
	if (given->fixed[2] > 0 && given->fixed[1] > 0 && given->fixed[2] > 1 - given->fixed[1])
		seg_option_refuse("gamma", "at most 1 - beta");
}

SegForecastOptions
seg_forecast_options_read(const Jsonb *jsonb, bool is_backtest, const void **events)
{
	FitOptions	given = seg_forecast_fit_defaults;
	SegForecastOptions options;

	seg_options_read(jsonb, seg_forecast_option_table + (is_backtest ? 0 : SEG_FORECAST_BACKTEST_OPTIONS), &given);
	memset(&options, 0, sizeof(options));
	options.grain = given.grain;
	options.aggregate = given.aggregate;
	options.gaps = given.gaps;
	options.method = given.method;
	options.criterion = given.criterion;
	options.season_length = given.season_length < 0 ? 0 : (uint32) given.season_length;
	options.form = form_number(given.model);
	if (options.form > 0 && options.method == SEG_FORECAST_AUTO)
		options.method = SEG_FORECAST_ETS;
	for (int i = 0; i < 4; i++)
		options.fixed[i] = given.fixed[i];
	options.lower_kind = given.lower.kind;
	options.lower = given.lower.number;
	options.upper_kind = given.upper.kind;
	options.upper = given.upper.number;
	options.per_day = given.per_day;
	options.has_as_of = given.as_of.is_given;
	options.as_of = given.as_of.day;
	options.has_start = given.start.is_given;
	options.start = given.start.day;
	if (is_backtest)
	{
		options.origins = (uint32) given.origins;
		options.origin_step = given.origin_step < 0 ? 0 : (uint32) given.origin_step;
		options.level = given.level;
	}
	check_parameters(&given, &options);
	if (options.has_start && options.has_as_of && options.start > options.as_of)
		seg_option_refuse("start", "on or before as_of");
	if (options.lower_kind == SEG_FORECAST_LIMIT_NUMBER && options.upper_kind == SEG_FORECAST_LIMIT_NUMBER &&
		options.lower > options.upper)
		seg_option_refuse("lower_limit", "at most upper_limit");
	if (given.events.block != NULL && options.grain > SEG_GRAIN_WEEK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"events\" has no effect with grain \"%s\"", seg_forecast_grain_names[options.grain]),
				 errhint("It requires grain day or week. In a longer period events are a part of the season.")));
	options.events_size = (uint32) given.events.size;
	if (events != NULL)
		*events = given.events.block;
	return options;
}

void
seg_forecast_check_options(const Jsonb *jsonb, size_t d, const SegFitArguments *arguments)
{
	(void) seg_forecast_options_read(jsonb, false, NULL);
}

void
seg_forecast_check_backtest_options(const Jsonb *jsonb, size_t d, const SegFitArguments *arguments)
{
	(void) seg_forecast_options_read(jsonb, true, NULL);
}

/* ---- model_info ---- */

static void
info_day(SegModelInfo *info, const char *key, bool is_given, int64 day)
{
	SegCivil	civil = seg_civil_of(day);

	if (is_given)
		seg_info_text(info, key, psprintf("%04d-%02d-%02d", (int) civil.year, civil.month, civil.day));
}

void
seg_forecast_info_options(const SegForecastOptions *options, SegModelInfo *info)
{
	static const char *const parameters[] = {"alpha", "beta", "gamma", "phi"};

	seg_info_text(info, "grain", seg_forecast_grain_names[options->grain]);
	info_day(info, "as_of", options->has_as_of, options->as_of);
	info_day(info, "start", options->has_start, options->start);
	seg_info_text(info, "aggregate", aggregate_names[options->aggregate]);
	seg_info_text(info, "gaps", gaps_names[options->gaps]);
	seg_info_int(info, "season_length", seg_forecast_season(options));
	seg_info_text(info, "method", seg_forecast_method_names[options->method]);
	if (options->form > 0)
	{
		char		name[5];

		seg_ets_name(seg_ets_forms[options->form - 1], name);
		seg_info_text(info, "model", name);
	}
	for (int i = 0; i < 4; i++)
		if (options->fixed[i] >= 0)
			seg_info_real(info, parameters[i], options->fixed[i]);
	seg_info_text(info, "criterion", criterion_names[options->criterion]);
	if (options->lower_kind == SEG_FORECAST_LIMIT_AUTO)
		seg_info_text(info, "lower_limit", "auto");
	else if (options->lower_kind == SEG_FORECAST_LIMIT_NUMBER)
		seg_info_real(info, "lower_limit", options->lower);
	else
		seg_info_json(info, "lower_limit", "null");
	if (options->upper_kind == SEG_FORECAST_LIMIT_NUMBER)
		seg_info_real(info, "upper_limit", options->upper);
	seg_info_bool(info, "per_day", options->per_day);
}

/* ---- arguments ---- */

size_t
seg_forecast_horizon(int32 horizon, const char *name, int32 least)
{
	if (horizon < least || horizon > SEG_FORECAST_MOST_HORIZON)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be from %d to %d, but is %d", name, least, SEG_FORECAST_MOST_HORIZON, horizon)));
	return (size_t) horizon;
}

double
seg_forecast_level(double level)
{
	if (!(level > 0 && level < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("level must be above 0 and below 1, but is %g", level),
				 level > 1 && level < 100 ? errhint("For %g %% write %g.", level, level / 100) : 0));
	return level;
}
