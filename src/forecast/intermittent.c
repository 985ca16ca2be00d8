/*
 * intermittent.c
 *		Forecasts of intermittent demand; see intermittent.h.
 */
#include "forecast/intermittent.h"

#include "base/sort.h"

static double
forecast_of(const SegIntermittent *fit, SegCroston method, double alpha)
{
	if (fit->demand <= 0)
		return 0;
	if (method == SEG_CROSTON_TSB)
		return fit->demand * fit->probability;
	return fit->demand / fit->interval * (method == SEG_CROSTON_SBA ? 1 - alpha / 2 : 1);
}

SegIntermittent
seg_intermittent_fit(const double *y, size_t n, SegCroston method, double alpha, double *fitted)
{
	SegIntermittent fit = {0};
	double		since = 0;		/* periods since the last demand */
	bool		is_first = true;

	for (size_t t = 0; t < n; t++)
	{
		bool		has_demand = y[t] > 0;

		seg_check_step(t);
		if (fitted != NULL)
			fitted[t] = fit.demand > 0 ? forecast_of(&fit, method, alpha) : NAN;
		if (isnan(y[t]))
			continue;
		since++;
		fit.probability = is_first ? has_demand : fit.probability + alpha * (has_demand - fit.probability);
		is_first = false;
		if (!has_demand)
			continue;
		fit.interval = fit.demand > 0 ? fit.interval + alpha * (since - fit.interval) : since;
		fit.demand = fit.demand > 0 ? fit.demand + alpha * (y[t] - fit.demand) : y[t];
		since = 0;
	}
	fit.forecast = forecast_of(&fit, method, alpha);
	fit.probability = fit.demand > 0 ? fmin(fit.forecast / fit.demand, 1) : 0;
	return fit;
}

static bool
is_less(const void *a, const void *b, const void *argument)
{
	return *(const double *) a < *(const double *) b;
}

size_t
seg_intermittent_demands(const double *y, size_t n, double *sorted)
{
	size_t		count = 0;

	for (size_t t = 0; t < n; t++)
		if (y[t] > 0)
			sorted[count++] = y[t];
	seg_sort(sorted, count, sizeof(double), is_less, NULL);
	return count;
}

double
seg_intermittent_quantile(const SegIntermittent *fit, const double *sorted, size_t count, double mean, double q)
{
	double		rank;

	if (count == 0 || q <= 1 - fit->probability)
		return 0;
	rank = ceil((q - (1 - fit->probability)) / fit->probability * (double) count - 1e-9);
	return sorted[(size_t) fmin(fmax(rank, 1), (double) count) - 1] * (fit->demand / mean);
}
