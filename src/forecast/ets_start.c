/*
 * ets_start.c
 *		First guesses of level, slope and seasons for the fit of exponential smoothing.
 */
#include "forecast/ets_start.h"

#define LINE_PERIODS 10			/* that level and slope are guessed from, or two seasons */
#define SEASONS 4				/* that the seasons are guessed from */

/* The mean of the values there from IN y[begin .. begin + m), NaN without any. */
static double
mean_of(const double *y, size_t begin, size_t m)
{
	double		sum = 0;
	double		count = 0;

	for (size_t t = begin; t < begin + m; t++)
		if (!isnan(y[t]))
		{
			sum += y[t];
			count++;
		}
	return sum / count;
}

/* OUT model->season: by phase, the mean of a value against the mean of the season around it. */
static void
guess_seasons(SegEts *model, const double *y, size_t n)
{
	size_t		m = model->m;
	bool		is_ratio = model->form.season == 'M';
	double		neutral = is_ratio ? 1 : 0;
	size_t		most = seg_min_size(n, SEASONS * m);
	double		counts[SEG_ETS_MOST_SEASON] = {0};
	double		total = 0;

	memset(model->season, 0, sizeof(model->season));
	for (size_t t = m / 2; t + m - m / 2 < most; t++)
	{
		double		center = (mean_of(y, t - m / 2, m) + mean_of(y, t - m / 2 + 1, m)) / 2;
		double		part = is_ratio ? y[t] / center : y[t] - center;

		if (!isfinite(part))
			continue;
		model->season[t % m] += part;
		counts[t % m]++;
	}
	for (size_t j = 0; j < m; j++)
	{
		model->season[j] = counts[j] > 0 ? model->season[j] / counts[j] : neutral;
		if (is_ratio)
			model->season[j] = fmax(model->season[j], 0.01);
		total += model->season[j];
	}
	for (size_t j = 0; j < m; j++)
		model->season[j] = is_ratio ? model->season[j] * (double) m / total : model->season[j] - total / (double) m;
}

void
seg_ets_start(SegEts *model, const double *y, size_t n)
{
	size_t		m = model->form.season == 'N' ? 1 : model->m;
	size_t		most = seg_min_size(n, m > LINE_PERIODS / 2 ? 2 * m : LINE_PERIODS);
	double		count = 0;
	double		sum_t = 0;
	double		sum_v = 0;
	double		tt = 0;
	double		tv = 0;

	if (model->form.season != 'N')
		guess_seasons(model, y, n);
	for (int pass = 0; pass < 2; pass++)
		for (size_t t = 0; t < n && (t < most || count < 2); t++)
		{
			double		v = y[t];

			if (model->form.season == 'A')
				v -= model->season[t % m];
			if (model->form.season == 'M')
				v /= model->season[t % m];
			if (isnan(v))
				continue;
			if (pass == 0)
			{
				count++;
				sum_t += (double) t + 1;
				sum_v += v;
			}
			else
			{
				tt += ((double) t + 1 - sum_t / count) * ((double) t + 1 - sum_t / count);
				tv += ((double) t + 1 - sum_t / count) * v;
			}
		}
	model->slope = model->form.trend == 'N' || tt == 0 ? 0 : tv / tt;
	model->level = sum_v / count - model->slope * sum_t / count;
	if ((model->form.error == 'M' || model->form.season == 'M') &&
		!(model->level > 0 && model->level + (double) most * model->slope > 0))
	{
		model->slope = 0;
		model->level = sum_v / count;
	}
}
