/*
 * series.c
 *		Small things about a series of values; see series.h.
 */
#include "forecast/series.h"

SegSeriesFacts
seg_series_facts(const double *y, size_t n)
{
	SegSeriesFacts facts = {.first = n, .last = n, .lowest = INFINITY, .highest = -INFINITY};

	for (size_t t = 0; t < n; t++)
	{
		seg_check_step(t);
		if (isnan(y[t]))
			continue;
		if (facts.present++ == 0)
			facts.first = t;
		facts.last = t;
		facts.nonzero += y[t] != 0;
		facts.lowest = fmin(facts.lowest, y[t]);
		facts.highest = fmax(facts.highest, y[t]);
		facts.largest = fmax(facts.largest, fabs(y[t]));
	}
	return facts;
}

void
seg_series_fill(const double *y, size_t n, double *filled)
{
	size_t		before = n;		/* the last value that is there */

	for (size_t t = 0; t < n; t++)
	{
		seg_check_step(t);
		if (isnan(y[t]))
			continue;
		filled[t] = y[t];
		for (size_t i = before == n ? 0 : before + 1; i < t; i++)
			filled[i] = before == n ? y[t] :
				y[before] + (y[t] - y[before]) * (double) (i - before) / (double) (t - before);
		before = t;
	}
	for (size_t i = before == n ? n : before + 1; i < n; i++)
		filled[i] = y[before];
}

/* The factor, a power of 2, that makes the largest value about 1; *exponent undoes it. */
static double
unit_factor(const double *y, size_t n, int *exponent)
{
	(void) frexp(seg_series_facts(y, n).largest, exponent);
	if (*exponent < -1000)
		*exponent = -1000;
	return ldexp(1, -*exponent);
}

double
seg_series_naive_error(const double *y, size_t n, size_t m)
{
	int			exponent;
	double		factor = unit_factor(y, n, &exponent);
	double		sum = 0;
	double		count = 0;

	for (size_t t = m; t < n; t++)
		if (!isnan(y[t]) && !isnan(y[t - m]))
		{
			sum += fabs(factor * y[t] - factor * y[t - m]);
			count++;
		}
	return ldexp(sum / count, exponent);
}

double
seg_series_naive_square(const double *y, size_t n, size_t m)
{
	int			exponent;
	double		factor = unit_factor(y, n, &exponent);
	double		sum = 0;
	double		count = 0;

	for (size_t t = m; t < n; t++)
		if (!isnan(y[t]) && !isnan(y[t - m]))
		{
			double		apart = factor * y[t] - factor * y[t - m];

			sum += apart * apart;
			count++;
		}
	return ldexp(sum / count, 2 * exponent);
}
