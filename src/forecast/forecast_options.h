/*
 * forecast_options.h
 *		The options of a forecast as they stand in a state and in a model.
 */
#ifndef SEG_FORECAST_FORECAST_OPTIONS_H
#define SEG_FORECAST_FORECAST_OPTIONS_H

#include "base/calendar.h"
#include "forecast/events.h"
#include "forecast/forecast.h"

/* Periods further away than this from the year 2000 are none of the server's. */
#define SEG_FORECAST_MOST_NUMBER INT64_C(107000000)

typedef enum SegForecastAggregate
{
	SEG_FORECAST_SUM,			/* of the values of a period */
	SEG_FORECAST_AVERAGE,
	SEG_FORECAST_ONE,			/* more than one is an error */
	SEG_FORECAST_AGGREGATES		/* their number */
} SegForecastAggregate;

typedef enum SegForecastGaps
{
	SEG_FORECAST_GAPS_AUTO,		/* 0 with sum, else missing */
	SEG_FORECAST_GAPS_ZERO,
	SEG_FORECAST_GAPS_MISSING,
	SEG_FORECAST_GAPS_KINDS		/* their number */
} SegForecastGaps;

typedef enum SegForecastLimit
{
	SEG_FORECAST_LIMIT_NONE,
	SEG_FORECAST_LIMIT_AUTO,	/* 0 where no value is negative */
	SEG_FORECAST_LIMIT_NUMBER,
	SEG_FORECAST_LIMITS			/* their number */
} SegForecastLimit;

/* Without padding: it is compared and hashed as bytes. */
typedef struct SegForecastOptions
{
	uint32_t	grain;			/* SegGrain */
	uint32_t	aggregate;
	uint32_t	gaps;
	uint32_t	method;			/* SegForecastMethod */
	uint32_t	criterion;
	uint32_t	season_length;	/* 0: that of the grain */
	uint32_t	form;			/* 1 + its place in seg_ets_forms; 0: all */
	uint32_t	lower_kind;		/* SegForecastLimit */
	uint32_t	upper_kind;
	uint32_t	per_day;		/* 0 or 1 */
	uint32_t	has_as_of;
	uint32_t	has_start;
	int64_t		as_of;			/* a day, see base/calendar.h; 0 without */
	int64_t		start;			/* a day; 0 without */
	double		lower;			/* 0 unless the kind is NUMBER */
	double		upper;
	double		fixed[4];		/* alpha, beta, gamma, phi; -1: estimated */

	/* of a backtest; 0 elsewhere */
	uint32_t	horizon;
	uint32_t	origins;
	uint32_t	origin_step;
	uint32_t	events_size;	/* of a state: bytes of its events, see events.h; 0 elsewhere */
	double		level;
} SegForecastOptions;

/* Are all fields in range?  For bytes that come from elsewhere. */
extern bool seg_forecast_options_are_sound(const SegForecastOptions *options);

/* Periods of a season. */
extern uint32_t seg_forecast_season(const SegForecastOptions *options);

extern SegForecastRecipe seg_forecast_recipe(const SegForecastOptions *options);

#endif							/* SEG_FORECAST_FORECAST_OPTIONS_H */
