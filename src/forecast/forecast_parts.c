/*
 * forecast_parts.c
 *		Forecasts with a fitted method: each period taken apart, and its bounds; see forecast.h.
 */
#include "forecast/forecast.h"

#include "forecast/intermittent.h"
#include "forecast/series.h"
#include "stats/chisq.h"

/* ---- ETS and Theta ---- */

/* Add a candidate's share to the parts; their variance is the mean of v + f^2 until the end. */
static void
add_candidate(const SegEts *ets, double weight, const double *y, size_t n, size_t horizon,
			  SegForecastPart *parts, double *scratch)
{
	SegEtsTrace trace = seg_ets_trace(scratch, n);
	double	   *mean = scratch + SEG_ETS_TRACE * n;
	double	   *variance = mean + horizon;
	SegEtsState end;
	double		slope;
	double		trend = 0;
	double		loss;

	if (!seg_ets_pass(ets, y, n, &trace, &end, &loss))
		return;
	seg_ets_ahead(ets, &end, horizon, mean, variance, variance + horizon);
	for (size_t t = 0; t < n; t++)
	{
		double		slow = ets->phi * trace.b[t];
		double		v = ets->sigma2 * (ets->form.error == 'M' ? trace.f[t] * trace.f[t] : 1);

		seg_check_step(t);
		parts[t].level += weight * (trace.q[t] - slow);
		parts[t].trend += weight * slow;
		parts[t].season += weight * (trace.f[t] - trace.q[t]);
		parts[t].variance += weight * (v + trace.f[t] * trace.f[t]);
	}
	slope = ets->phi * end.slope;
	for (size_t h = 0; h < horizon; h++)
	{
		SegForecastPart *part = &parts[n + h];

		trend += slope;
		slope *= ets->phi;
		part->level += weight * end.level;
		part->trend += weight * trend;
		part->season += weight * (mean[h] - end.level - trend);
		part->variance += weight * (variance[h] + mean[h] * mean[h]);
	}
}

static void
put_ets(const SegForecastFit *fit, const double *y, size_t n, size_t horizon, SegForecastPart *parts, double *scratch)
{
	for (uint32_t i = 0; i < fit->candidates; i++)
		if (fit->candidate[i].weight > 0)
			add_candidate(&fit->candidate[i].ets, fit->candidate[i].weight, y, n, horizon, parts, scratch);
	for (size_t t = 0; t < n + horizon; t++)
	{
		parts[t].mean = parts[t].level + parts[t].trend + parts[t].season;
		parts[t].variance = fmax(parts[t].variance - parts[t].mean * parts[t].mean, 0);
	}
}

/* OUT part: of Theta in period t. */
static SegForecastPart
theta_part(const SegTheta *theta, size_t t, double level, double mean, double variance)
{
	double		season = seg_theta_season(theta, t);
	double		smooth = theta->is_ratio ? mean / season : mean - season;

	return (SegForecastPart) {.level = level, .trend = smooth - level, .season = mean - smooth,
		.mean = mean, .variance = variance};
}

/* Half the parts that are there and half Theta; or Theta alone. */
static void
add_theta(const SegForecastFit *fit, const double *y, size_t n, size_t horizon, SegForecastPart *parts, double *scratch)
{
	const SegTheta *theta = &fit->theta;
	bool		is_alone = fit->method == SEG_FORECAST_THETA;
	double	   *mean = scratch;
	double	   *variance = mean + n + horizon;
	double	   *level = variance + n + horizon;

	seg_theta_fitted(theta, y, n, mean, level);
	seg_theta_ahead(theta, n, horizon, mean + n, variance + n);
	for (size_t t = 0; t < n + horizon; t++)
	{
		double		season = seg_theta_season(theta, t);
		double		v = t >= n ? variance[t] : theta->sigma2 * (theta->is_ratio ? season * season : 1);
		double		before = t >= n ? theta->level : t == 0 ? theta->start : level[t - 1];
		SegForecastPart part = theta_part(theta, t, before, mean[t], v);
		double		apart = parts[t].mean - part.mean;

		seg_check_step(t);
		if (!is_alone)
		{
			part.level = (parts[t].level + part.level) / 2;
			part.trend = (parts[t].trend + part.trend) / 2;
			part.season = (parts[t].season + part.season) / 2;
			part.mean = (parts[t].mean + part.mean) / 2;
			part.variance = fmax(parts[t].variance, part.variance) + apart * apart / 4;
		}
		parts[t] = part;
	}
}

/* ---- methods without parameters ---- */

static void
put_naive(const double *y, size_t n, size_t horizon, SegForecastPart *parts)
{
	double		square = seg_series_naive_square(y, n, 1);
	double		last = NAN;
	double		since = 0;

	for (size_t t = 0; t < n + horizon; t++)
	{
		since++;
		parts[t] = (SegForecastPart) {.level = last, .mean = last, .variance = square * since};
		if (t < n && !isnan(y[t]))
		{
			last = y[t];
			since = 0;
		}
	}
}

static void
put_seasonal_naive(const double *y, size_t n, size_t m, size_t horizon, SegForecastPart *parts)
{
	double		square = seg_series_naive_square(y, n, m);

	for (size_t t = 0; t < n + horizon; t++)
	{
		double		years = 1;
		size_t		before = t;

		seg_check_step(t);
		/* the last value of the phase that is there */
		while (before >= m && (before - m >= n || isnan(y[before - m])))
		{
			before -= m;
			years++;
		}
		parts[t] = (SegForecastPart) {.level = NAN, .mean = NAN, .variance = square * years};
		if (before >= m)
			parts[t].level = parts[t].mean = y[before - m];
	}
}

static void
put_drift(const double *y, size_t n, size_t horizon, SegForecastPart *parts)
{
	SegSeriesFacts facts = seg_series_facts(y, n);
	double		span = (double) (facts.last - facts.first);
	double		drift = span > 0 ? (y[facts.last] - y[facts.first]) / span : 0;
	double		square = seg_series_naive_square(y, n, 1) - drift * drift;
	double		last = NAN;
	double		since = 0;

	/* a line through two values, or values of which no two are neighbors, say nothing about the variance */
	square = facts.present < 3 || isnan(square) ? NAN : fmax(square, 0);
	for (size_t t = 0; t < n + horizon; t++)
	{
		since++;
		parts[t] = (SegForecastPart) {.level = last, .trend = drift * since, .mean = last + drift * since,
			.variance = square * since * (t < n || span == 0 ? 1 : 1 + since / span)};
		if (t < n && !isnan(y[t]))
		{
			last = y[t];
			since = 0;
		}
	}
}

static void
put_mean(const double *y, size_t n, size_t horizon, SegForecastPart *parts)
{
	double		count = 0;
	double		mean = 0;
	double		square = 0;

	for (size_t t = 0; t < n; t++)
		if (!isnan(y[t]))
		{
			double		apart = y[t] - mean;

			count++;
			mean += apart / count;
			square += apart * (y[t] - mean);
		}
	for (size_t t = 0; t < n + horizon; t++)
		parts[t] = (SegForecastPart) {.level = mean, .mean = mean,
			.variance = square / (count - 1) * (t < n ? 1 : 1 + 1 / count)};
}

/* Croston's methods; the bounds of all periods are the quantiles after the last one. */
static void
put_intermittent(const SegForecastFit *fit, const double *y, size_t n, size_t horizon, double level,
				 SegForecastPart *parts, double *scratch)
{
	SegCroston	method = fit->method == SEG_FORECAST_CROSTON ? SEG_CROSTON :
		fit->method == SEG_FORECAST_SBA ? SEG_CROSTON_SBA : SEG_CROSTON_TSB;
	SegIntermittent smooth = seg_intermittent_fit(y, n, method, fit->alpha, scratch);
	double	   *sorted = scratch + n;
	size_t		count = seg_intermittent_demands(y, n, sorted);
	double		mean = 0;
	double		square = 0;
	double		lower;
	double		upper;

	for (size_t i = 0; i < count; i++)
		mean += sorted[i] / (double) count;
	for (size_t i = 0; i < count; i++)
		square += pow(sorted[i] * smooth.demand / mean, 2) / (double) count;
	lower = seg_intermittent_quantile(&smooth, sorted, count, mean, (1 - level) / 2);
	upper = seg_intermittent_quantile(&smooth, sorted, count, mean, (1 + level) / 2);
	square = count == 0 ? 0 : smooth.probability * square - smooth.forecast * smooth.forecast;
	for (size_t t = 0; t < n + horizon; t++)
	{
		double		forecast = t < n ? scratch[t] : smooth.forecast;

		/* of rare demand both quantiles are 0, but the mean is not: the interval contains it */
		parts[t] = (SegForecastPart) {.level = forecast, .mean = forecast, .variance = fmax(square, 0),
			.lower = isnan(forecast) ? NAN : fmin(lower, forecast), .upper = isnan(forecast) ? NAN : fmax(upper, forecast)};
	}
}

/* ---- all methods ---- */

/* Bounds from the variance, and all in units of the series. */
static void
finish(const SegForecastFit *fit, size_t n, size_t horizon, double level, SegForecastPart *parts)
{
	double		z = sqrt(seg_chisq_quantile(level, 1));
	bool		has_bounds = fit->method >= SEG_FORECAST_CROSTON;

	for (size_t t = 0; t < n + horizon; t++)
	{
		SegForecastPart *part = &parts[t];

		seg_check_step(t);
		if (fit->long_m > 0)
		{
			part->season += fit->long_season[t % fit->long_m];
			part->mean += fit->long_season[t % fit->long_m];
		}
		if (!has_bounds)
		{
			part->lower = part->mean - z * sqrt(part->variance);
			part->upper = part->mean + z * sqrt(part->variance);
		}
		part->level = ldexp(part->level, fit->exponent);
		part->trend = ldexp(part->trend, fit->exponent);
		part->season = ldexp(part->season, fit->exponent);
		part->mean = ldexp(part->mean, fit->exponent);
		part->lower = ldexp(part->lower, fit->exponent);
		part->upper = ldexp(part->upper, fit->exponent);
		part->variance = ldexp(part->variance, 2 * fit->exponent);
	}
}

void
seg_forecast_parts(const SegForecastFit *fit, const double *y, size_t n, size_t horizon, double level,
				   SegForecastPart *parts, double *scratch)
{
	double	   *scaled = scratch;

	memset(parts, 0, (n + horizon) * sizeof(*parts));
	for (size_t t = 0; t < n; t++)
		scaled[t] = ldexp(y[t], -fit->exponent) - (fit->long_m > 0 ? fit->long_season[t % fit->long_m] : 0);
	scratch += n;
	switch (fit->method)
	{
		case SEG_FORECAST_AUTO:
		case SEG_FORECAST_ETS:
			put_ets(fit, scaled, n, horizon, parts, scratch);
			if (fit->method == SEG_FORECAST_AUTO && fit->has_theta)
				add_theta(fit, scaled, n, horizon, parts, scratch);
			break;
		case SEG_FORECAST_THETA:
			add_theta(fit, scaled, n, horizon, parts, scratch);
			break;
		case SEG_FORECAST_NAIVE:
			put_naive(scaled, n, horizon, parts);
			break;
		case SEG_FORECAST_SEASONAL_NAIVE:
			put_seasonal_naive(scaled, n, fit->m, horizon, parts);
			break;
		case SEG_FORECAST_DRIFT:
			put_drift(scaled, n, horizon, parts);
			break;
		case SEG_FORECAST_MEAN:
			put_mean(scaled, n, horizon, parts);
			break;
		case SEG_FORECAST_CROSTON:
		case SEG_FORECAST_SBA:
		case SEG_FORECAST_TSB:
			put_intermittent(fit, scaled, n, horizon, level, parts, scratch);
			break;
		case SEG_FORECAST_METHODS:
			break;
	}
	finish(fit, n, horizon, level, parts);
}
