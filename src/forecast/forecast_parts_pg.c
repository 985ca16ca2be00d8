/*
 * forecast_parts_pg.c
 *		Fits and forecasts with the memory of the server, with days, events and limits.
 */
#include "forecast/forecast_pg.h"

#include "server/budget.h"
#include "stats/chisq.h"

/* ---- the fit ---- */

void
seg_forecast_divide(const SegForecastOptions *options, int64_t first, size_t n, double *values)
{
	for (size_t t = 0; options->per_day && t < n; t++)
		values[t] /= seg_forecast_days(options, first + (int64_t) t);
}

void
seg_forecast_fit_values(const SegForecastOptions *options, int64_t first, const double *values, size_t n, SegForecastFit *fit)
{
	SegForecastRecipe recipe = seg_forecast_recipe(options);
	double	   *long_season = seg_take(SEG_FORECAST_MOST_SEASON, sizeof(double));
	double	   *scratch = seg_take(seg_forecast_scratch(n, recipe.m, 0), sizeof(double));
	double	   *fitted = seg_take(n, sizeof(double));
	SegStatus	status;

	memcpy(fitted, values, n * sizeof(double));
	seg_forecast_divide(options, first, n, fitted);
	status = seg_forecast_fit(fit, &recipe, fitted, n, long_season, scratch);
	if (status != SEG_OK)
		seg_raise((SegFault) {status});
	pfree(fitted);
	pfree(scratch);
}

/* ---- the forecast ---- */

double *
seg_forecast_regressors(const SegForecastOptions *options, const SegEvents *events, int64_t first, size_t n)
{
	double	   *x;

	if (events->count == 0)
		return NULL;
	x = seg_take(n * events->names, sizeof(double));
	seg_events_regressors(events, options->grain, first, n, x);
	return x;
}

SegSeriesFacts
seg_forecast_facts(const SegForecastOptions *options, const SegEvents *events, int64_t first, const double *values, size_t n)
{
	double	   *x = seg_forecast_regressors(options, events, first, n);
	double	   *fitted;
	SegSeriesFacts facts;

	if (x == NULL)
		return seg_series_facts(values, n);
	fitted = seg_take(n, sizeof(double));
	memcpy(fitted, values, n * sizeof(double));
	seg_events_mask(x, events->names, n, fitted);
	facts = seg_series_facts(fitted, n);
	pfree(fitted);
	pfree(x);
	return facts;
}

static double
limited(double x, double lower, double upper)
{
	return isnan(x) ? x : fmin(fmax(x, lower), upper);
}

double
seg_forecast_lower_limit(const SegForecastOptions *options, const double *values, size_t n)
{
	if (options->lower_kind == SEG_FORECAST_LIMIT_NUMBER)
		return options->lower;
	if (options->lower_kind == SEG_FORECAST_LIMIT_AUTO && seg_series_facts(values, n).lowest >= 0)
		return 0;
	return -INFINITY;
}

SegForecastPart *
seg_forecast_plain_parts(const SegForecastOptions *options, const SegForecastFit *fit, int64_t first, const double *values,
						 const double *x, size_t names, size_t n, size_t horizon, double level)
{
	double	   *scratch = seg_take(seg_forecast_scratch(n, seg_forecast_season(options), horizon), sizeof(double));
	double	   *fitted = seg_take(n, sizeof(double));
	SegForecastPart *parts = seg_take(n + horizon, sizeof(SegForecastPart));

	memcpy(fitted, values, n * sizeof(double));
	if (x != NULL)
		seg_events_mask(x, names, n, fitted);
	seg_forecast_divide(options, first, n, fitted);
	seg_forecast_parts(fit, fitted, n, horizon, level, parts, scratch);
	for (size_t t = 0; options->per_day && t < n + horizon; t++)
	{
		SegForecastPart *part = &parts[t];
		double		days = seg_forecast_days(options, first + (int64_t) t);

		seg_check_step(t);
		part->level *= days;
		part->trend *= days;
		part->season *= days;
		part->variance *= days * days;
		part->mean *= days;
		part->lower *= days;
		part->upper *= days;
	}
	pfree(scratch);
	pfree(fitted);
	return parts;
}

/* Add the effects to parts[n] of the periods with regressors x, bounds at level included. */
static void
add_events(const SegEventEffects *effects, const double *x, int exponent, double level,
		   SegForecastPart *parts, size_t n)
{
	double		z = sqrt(seg_chisq_quantile(level, 1));

	for (size_t t = 0; t < n; t++)
	{
		SegForecastPart *part = &parts[t];
		double		variance;
		double		effect = ldexp(seg_events_effect(effects, x + t * effects->events.names, &variance), exponent);
		double		reach = z * ldexp(sqrt(variance), exponent);

		seg_check_step(t);
		part->events = effect;
		part->lower = part->mean + effect - hypot(part->mean - part->lower, reach);
		part->upper = part->mean + effect + hypot(part->upper - part->mean, reach);
		part->mean += effect;
		part->variance += ldexp(variance, 2 * exponent);
	}
}

SegForecastPart *
seg_forecast_parts_of(const SegForecastOptions *options, const SegForecastFit *fit, const SegEventEffects *effects,
					  int64_t first, const double *values, size_t n, size_t horizon, double level)
{
	double	   *x = seg_forecast_regressors(options, &effects->events, first, n + horizon);
	SegForecastPart *parts = seg_forecast_plain_parts(options, fit, first, values, x, effects->events.names, n, horizon, level);
	double		lower = seg_forecast_lower_limit(options, values, n);
	double		upper = options->upper_kind == SEG_FORECAST_LIMIT_NUMBER ? options->upper : INFINITY;

	if (x != NULL)
	{
		add_events(effects, x, fit->exponent, level, parts, n + horizon);
		pfree(x);
	}
	for (size_t t = 0; t < n + horizon; t++)
	{
		SegForecastPart *part = &parts[t];

		seg_check_step(t);
		part->mean = limited(part->mean, lower, upper);
		part->lower = limited(part->lower, lower, upper);
		part->upper = limited(part->upper, lower, upper);
	}
	return parts;
}
