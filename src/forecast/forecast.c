/*
 * forecast.c
 *		Chooses and fits a method for a series; see forecast.h.
 */
#include "forecast/forecast.h"

#include "forecast/intermittent.h"
#include "forecast/series.h"
#include "forecast/stl.h"

#define FEW 6					/* values below which the forecast is naive */
#define LEAST_WEIGHT 1e-6

size_t
seg_forecast_scratch(size_t n, size_t m, size_t horizon)
{
	/* the scaled series, and what fits or forecasts it */
	return n + seg_stl_scratch(n, m) + 3 * n + seg_theta_scratch(n) + 6 * (n + horizon);
}

/* ---- the ladder ---- */

static bool
is_croston(SegForecastMethod method)
{
	return method == SEG_FORECAST_CROSTON || method == SEG_FORECAST_SBA || method == SEG_FORECAST_TSB;
}

/* The method for the series. */
static SegForecastMethod
method_of(const SegForecastRecipe *recipe, const SegSeriesFacts *facts, size_t n)
{
	bool		is_fitted = recipe->method == SEG_FORECAST_AUTO || recipe->method == SEG_FORECAST_ETS ||
		recipe->method == SEG_FORECAST_THETA;

	if (facts->lowest == facts->highest)
		return SEG_FORECAST_NAIVE;
	if (recipe->method == SEG_FORECAST_AUTO && facts->lowest >= 0 &&
		(double) facts->present > SEG_INTERMITTENT_INTERVAL * (double) facts->nonzero)
		return SEG_FORECAST_SBA;
	if (is_fitted && facts->present < FEW)
		return SEG_FORECAST_NAIVE;
	if (recipe->method == SEG_FORECAST_SEASONAL_NAIVE && (recipe->m == 1 || n <= recipe->m))
		return SEG_FORECAST_NAIVE;
	if (is_croston(recipe->method) && facts->lowest < 0)
		return SEG_FORECAST_MEAN;
	return recipe->method;
}

/* The mean season by phase.  INOUT y[n]: what remains. */
static void
take_long_season(double *y, size_t n, size_t m, double *long_season, double *scratch)
{
	double	   *season = scratch;
	double	   *trend = scratch + n;
	double	   *filled = scratch + 2 * n;

	seg_series_fill(y, n, filled);
	seg_stl(filled, n, m, SEG_STL_PERIODIC, season, trend, scratch + 3 * n);
	memcpy(long_season, season, m * sizeof(double));
	for (size_t t = 0; t < n; t++)
		y[t] -= season[t];
}

/* ---- candidates ---- */

static double
criterion_of(const SegEts *ets, SegForecastCriterion criterion, double present)
{
	double		k = ets->parameters;
	double		aic = -2 * ets->log_likelihood + 2 * k;

	switch (criterion)
	{
		case SEG_FORECAST_AICC:
			return aic + 2 * k * (k + 1) / (present - k - 1);
		case SEG_FORECAST_AIC:
			return aic;
		case SEG_FORECAST_BIC:
			break;
	}
	return -2 * ets->log_likelihood + log(present) * k;
}

static void
fit_candidate(SegForecastCandidate *candidate, const SegForecastRecipe *recipe, const double *y, size_t n,
			  const SegSeriesFacts *facts, int exponent, double *scratch)
{
	SegEts	   *ets = &candidate->ets;
	double		least = ets->form.error == 'M' ? 0 : -INFINITY;

	candidate->reason = SEG_FORECAST_FITTED;
	if (facts->present <= seg_ets_parameters(ets->form, ets->m) + 1)
		candidate->reason = SEG_FORECAST_TOO_SHORT;
	else if (!(facts->lowest > least))
		candidate->reason = SEG_FORECAST_NOT_POSITIVE;
	else if (!seg_ets_fit(ets, y, n, &recipe->fixed, scratch))
		candidate->reason = SEG_FORECAST_NO_LIKELIHOOD;
	else if (!seg_ets_is_admissible(ets))
		candidate->reason = SEG_FORECAST_NOT_ADMISSIBLE;
	if (candidate->reason != SEG_FORECAST_FITTED)
	{
		SegEts		empty = {.form = ets->form, .m = ets->m};

		*ets = empty;
		return;
	}
	/* that of the values, not of the scaled ones */
	ets->log_likelihood -= (double) facts->present * log(2) * exponent;
	ets->criterion = criterion_of(ets, recipe->criterion, (double) facts->present);
}

/* Akaike weights, or 1 for the best candidate.  False without any. */
static bool
weigh(SegForecastFit *fit, bool is_best_only)
{
	double		best = INFINITY;
	double		total = 0;
	bool		is_taken = false;

	for (uint32_t i = 0; i < fit->candidates; i++)
		if (fit->candidate[i].reason == SEG_FORECAST_FITTED)
			best = fmin(best, fit->candidate[i].ets.criterion);
	if (!isfinite(best))
		return false;
	for (int pass = 0; pass < 2; pass++)
		for (uint32_t i = 0; i < fit->candidates; i++)
		{
			SegForecastCandidate *candidate = &fit->candidate[i];
			double		weight = exp((best - candidate->ets.criterion) / 2);

			if (pass == 1)
			{
				candidate->weight /= total;
				continue;
			}
			candidate->weight = 0;
			if (candidate->reason != SEG_FORECAST_FITTED || weight < LEAST_WEIGHT || (is_best_only && weight < 1) ||
				(is_best_only && is_taken))
				continue;
			is_taken = true;
			candidate->weight = weight;
			total += weight;
		}
	return true;
}

static bool
fit_ets(SegForecastFit *fit, const SegForecastRecipe *recipe, const double *y, size_t n, double *scratch)
{
	SegSeriesFacts facts = seg_series_facts(y, n);

	fit->candidates = 0;
	for (size_t i = 0; i < SEG_ETS_FORMS; i++)
	{
		SegForecastCandidate *candidate = &fit->candidate[fit->candidates];
		SegEtsForm	form = recipe->has_form ? recipe->form : seg_ets_forms[i];

		if (form.season != 'N' && fit->m == 1)
		{
			if (!recipe->has_form)
				break;
			form.season = 'N';
		}
		memset(candidate, 0, sizeof(*candidate));
		candidate->ets.form = form;
		candidate->ets.m = form.season == 'N' ? 1 : fit->m;
		fit_candidate(candidate, recipe, y, n, &facts, fit->exponent, scratch);
		fit->candidates++;
		if (recipe->has_form)
			break;
	}
	return weigh(fit, fit->method == SEG_FORECAST_ETS);
}

/* ---- the fit ---- */

static void
fit_method(SegForecastFit *fit, const SegForecastRecipe *recipe, const double *y, size_t n, double *scratch)
{
	bool		wants_ets = fit->method == SEG_FORECAST_AUTO || fit->method == SEG_FORECAST_ETS;
	bool		wants_theta = fit->method == SEG_FORECAST_AUTO || fit->method == SEG_FORECAST_THETA;

	if (wants_theta)
		fit->has_theta = seg_theta_fit(&fit->theta, y, n, fit->m, scratch);
	if (wants_ets && fit_ets(fit, recipe, y, n, scratch))
		return;
	if (wants_ets && fit->has_theta)
		fit->method = SEG_FORECAST_THETA;
	else if ((wants_ets || wants_theta) && !fit->has_theta)
		fit->method = SEG_FORECAST_NAIVE;
}

SegStatus
seg_forecast_fit(SegForecastFit *fit, const SegForecastRecipe *recipe, const double *y, size_t n,
				 double *long_season, double *scratch)
{
	SegSeriesFacts facts = seg_series_facts(y, n);
	double	   *scaled = scratch;

	memset(fit, 0, sizeof(*fit));
	if (facts.present == 0)
		return SEG_NO_ROWS;
	fit->method = method_of(recipe, &facts, n);
	fit->alpha = isnan(recipe->fixed.alpha) ? SEG_CROSTON_ALPHA : recipe->fixed.alpha;
	fit->m = recipe->m > 1 && n >= 2 * recipe->m ? recipe->m : 1;
	if (fit->method == SEG_FORECAST_SEASONAL_NAIVE)
		fit->m = recipe->m;
	(void) frexp(facts.largest, &fit->exponent);
	for (size_t t = 0; t < n; t++)
		scaled[t] = ldexp(y[t], -fit->exponent);
	if (fit->m > SEG_ETS_MOST_SEASON && fit->method <= SEG_FORECAST_THETA)
	{
		fit->long_m = fit->m;
		fit->long_season = long_season;
		fit->m = 1;
		take_long_season(scaled, n, fit->long_m, long_season, scratch + n);
	}
	fit_method(fit, recipe, scaled, n, scratch + n);
	if (fit->method > SEG_FORECAST_THETA && fit->method != SEG_FORECAST_SEASONAL_NAIVE)
	{
		/* these methods have no long season, neither in the values nor taken out */
		fit->m = fit->m > SEG_ETS_MOST_SEASON ? 1 : fit->m;
		fit->long_m = 0;
		fit->long_season = NULL;
	}
	return SEG_OK;
}
