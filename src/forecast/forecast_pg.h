/*
 * forecast_pg.h
 *		What the SQL functions of forecasts share.
 */
#ifndef SEG_FORECAST_FORECAST_PG_H
#define SEG_FORECAST_FORECAST_PG_H

#include "server/family.h"

#include "datatype/timestamp.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "forecast/forecast_model.h"
#include "forecast/forecast_state.h"
#include "forecast/series.h"
#include "server/aggregate.h"
#include "server/error.h"
#include "server/rows.h"

/* ---- options: forecast_options_pg.c ---- */

/* The first ones are those of a backtest only. */
#define SEG_FORECAST_BACKTEST_OPTIONS 3
extern const SegOption seg_forecast_option_table[];
extern const struct SegForecastFitOptions seg_forecast_fit_defaults;
extern const char *const seg_forecast_method_names[];
extern const char *const seg_forecast_grain_names[];
extern const char *const seg_forecast_reconcile_names[];

/*
 * Read and check; is_backtest: with the options of a backtest.  OUT events: their block of options.events_size bytes, or
 * NULL; the argument may be NULL.
 */
extern SegForecastOptions seg_forecast_options_read(const Jsonb *jsonb, bool is_backtest, const void **events);

/* A date, or none. */
typedef struct SegDayOption
{
	bool		is_given;
	int64		day;
} SegDayOption;

/* SegOption.read of it. */
extern void seg_forecast_read_day(const char *key, const JsonbValue *value, void *field);

/* SegFamily.check_options of both. */
extern void seg_forecast_check_options(const Jsonb *jsonb, size_t d, const SegFitArguments *arguments);
extern void seg_forecast_check_backtest_options(const Jsonb *jsonb, size_t d, const SegFitArguments *arguments);

/* model_info's options of a model. */
extern void seg_forecast_info_options(const SegForecastOptions *options, SegModelInfo *info);

/* An integer argument from 1 to most; else 22023. */
extern size_t seg_forecast_horizon(int32 horizon, const char *name, int32 least);

/* A level, 0 < level < 1; else 22023, with a hint for 95. */
extern double seg_forecast_level(double level);

/* ---- the aggregate: forecast_fit_pg.c ---- */

/* The day of a timestamp; 22008 for infinity. */
extern int64 seg_forecast_day(Timestamp at);

/* The date of a period's first day; 22008 when it is out of range. */
extern DateADT seg_forecast_date(SegGrain grain, int64_t period);

/* Add a row to a state, which may be NULL, of the arguments (state, period, value, ...). */
extern SegForecastState *seg_forecast_transition(FunctionCallInfo fcinfo, const SegAggregate *aggregate,
												 uint64 given, const Jsonb *options, int32 horizon);

/* SegAggregate.merge and is_sound. */
extern void *seg_forecast_merge_states(SegStates *states, void *own, const void *other);
extern bool seg_forecast_is_sound(const void *state, size_t size);

/* OUT first, values[*n] of the series, palloc'd; 22023 without a value, 54000, 22003. */
extern double *seg_forecast_series(const SegForecastState *state, int64_t *first, size_t *n);

/* ---- events: forecast_events_pg.c ---- */

/* The value of the option events: a block of events, see events.h. */
typedef struct SegEventsOption
{
	void	   *block;
	size_t		size;
} SegEventsOption;

/* SegOption.read. */
extern void seg_forecast_read_events(const char *key, const JsonbValue *value, void *field);

/*
 * As seg_forecast_fit_values, with events, whose effects OUT effects gets; arrays are palloc'd.  What cannot be estimated
 * is 22023 if is_strict, else it is left out.
 */
extern void seg_forecast_fit_events(const SegForecastOptions *options, const SegEvents *events, int64_t first,
									const double *values, size_t n, bool is_strict, SegForecastFit *fit, SegEventEffects *effects);

/* ---- fits and forecasts: forecast_parts_pg.c ---- */

/* INOUT values[n] of the periods from first: divided by the days of each, if the options say so. */
extern void seg_forecast_divide(const SegForecastOptions *options, int64_t first, size_t n, double *values);

/* Fit values[n] of the periods from first; the fit's arrays are palloc'd. */
extern void seg_forecast_fit_values(const SegForecastOptions *options, int64_t first, const double *values, size_t n,
									SegForecastFit *fit);

/* The regressors of n periods from first, palloc'd; NULL without events. */
extern double *seg_forecast_regressors(const SegForecastOptions *options, const SegEvents *events, int64_t first, size_t n);

/*
 * The parts of n + horizon periods, palloc'd, without events and limits.  IN values[n]: of the periods, not per day.
 * IN x[n * names]: regressors of events, whose periods were not fitted; NULL without.
 */
extern SegForecastPart *seg_forecast_plain_parts(const SegForecastOptions *options, const SegForecastFit *fit, int64_t first,
												 const double *values, const double *x, size_t names, size_t n, size_t horizon, double level);

/* The same with IN effects, which may be without events, and limits. */
extern SegForecastPart *seg_forecast_parts_of(const SegForecastOptions *options, const SegForecastFit *fit,
											  const SegEventEffects *effects, int64_t first,
											  const double *values, size_t n, size_t horizon, double level);

/* Facts of values[n] without the periods of events: of what was fitted, but per day. */
extern SegSeriesFacts seg_forecast_facts(const SegForecastOptions *options, const SegEvents *events, int64_t first,
										 const double *values, size_t n);

/* The lower limit of the options for values[n]; -infinity without one. */
extern double seg_forecast_lower_limit(const SegForecastOptions *options, const double *values, size_t n);

#endif							/* SEG_FORECAST_FORECAST_PG_H */
