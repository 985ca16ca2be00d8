/*
 * theta.c
 *		The Theta method: simple exponential smoothing with drift; see theta.h.
 */
#include "forecast/theta.h"

#include "forecast/series.h"

size_t
seg_theta_scratch(size_t n)
{
	return 2 * n + seg_ets_scratch(n);
}

/* Is the autocorrelation of IN y[n], nothing missing, at lag m beyond 90 % of those of noise? */
static bool
is_seasonal(const double *y, size_t n, size_t m)
{
	double		mean = 0;
	double		square = 0;
	double		sum = 0;
	double		r = 0;

	if (m < 2 || n <= 2 * m)
		return false;
	for (size_t t = 0; t < n; t++)
		mean += y[t] / (double) n;
	for (size_t t = 0; t < n; t++)
		square += (y[t] - mean) * (y[t] - mean);
	if (square <= 0)
		return false;
	for (size_t lag = 1; lag <= m; lag++)
	{
		CHECK_FOR_INTERRUPTS();
		r = 0;
		for (size_t t = lag; t < n; t++)
			r += (y[t] - mean) * (y[t - lag] - mean);
		r /= square;
		if (lag < m)
			sum += r * r;
	}
	return fabs(r) > 1.6448536269514722 * sqrt((1 + 2 * sum) / (double) n);
}

/* OUT season[m]: classical decomposition around a centered moving average; false without a trend. */
static bool
decompose(const double *y, size_t n, size_t m, bool is_ratio, double *season)
{
	double		counts[SEG_ETS_MOST_SEASON] = {0};
	size_t		half = m / 2;
	double		total = 0;

	memset(season, 0, m * sizeof(double));
	for (size_t t = half; t + half < n; t++)
	{
		double		center = 0;

		seg_check_step(t);
		for (size_t i = t - half; i <= t + half; i++)
			center += y[i] * (m % 2 == 0 && (i == t - half || i == t + half) ? 0.5 : 1);
		center /= (double) m;
		season[t % m] += is_ratio ? y[t] / center : y[t] - center;
		counts[t % m]++;
	}
	for (size_t j = 0; j < m; j++)
	{
		season[j] /= counts[j];
		total += season[j];
	}
	for (size_t j = 0; j < m; j++)
	{
		season[j] = is_ratio ? season[j] * (double) m / total : season[j] - total / (double) m;
		if (!isfinite(season[j]) || (is_ratio && season[j] < 1e-6))
			return false;
	}
	return true;
}

/* Half the slope of the straight line through the values that are there, over 0 .. n - 1. */
static double
half_slope(const double *y, size_t n)
{
	double		count = 0;
	double		mean_t = 0;
	double		tt = 0;
	double		ty = 0;

	for (size_t t = 0; t < n; t++)
		if (!isnan(y[t]))
		{
			mean_t += (double) t;
			count++;
		}
	mean_t /= count;
	for (size_t t = 0; t < n; t++)
		if (!isnan(y[t]))
		{
			tt += ((double) t - mean_t) * ((double) t - mean_t);
			ty += ((double) t - mean_t) * y[t];
		}
	return tt > 0 ? ty / tt / 2 : 0;
}

bool
seg_theta_fit(SegTheta *theta, const double *y, size_t n, uint32_t m, double *scratch)
{
	const SegEtsFixed free = {NAN, NAN, NAN, NAN};
	SegEts		smoothing = {.form = {'A', 'N', 'N'}, .m = 1};
	double	   *adjusted = scratch;
	double	   *filled = scratch + n;
	double		least = INFINITY;
	SegEtsState end;
	SegEtsTrace trace = seg_ets_trace(scratch + 2 * n, n);
	double		loss;
	double		present = 0;
	double		squares = 0;

	for (size_t t = 0; t < n; t++)
		if (!isnan(y[t]))
		{
			least = fmin(least, y[t]);
			present++;
		}
	if (present < 3)
		return false;
	memset(theta, 0, sizeof(*theta));
	theta->is_ratio = least > 0;
	theta->m = 1;
	seg_series_fill(y, n, filled);
	if (is_seasonal(filled, n, m) && decompose(filled, n, m, theta->is_ratio, theta->season))
		theta->m = m;
	for (size_t t = 0; t < n; t++)
	{
		double		season = seg_theta_season(theta, t);

		adjusted[t] = theta->is_ratio ? y[t] / season : y[t] - season;
	}
	theta->drift = half_slope(adjusted, n);
	if (!seg_ets_fit(&smoothing, adjusted, n, &free, scratch + 2 * n))
	{
		/* too few values for AICc: half the weight on the last value */
		smoothing.alpha = 0.5;
		smoothing.level = filled[0];
	}
	if (!seg_ets_pass(&smoothing, adjusted, n, &trace, &end, &loss))
		return false;
	for (size_t t = 0; t < n; t++)
		squares += trace.e[t] * trace.e[t];
	theta->alpha = smoothing.alpha;
	theta->start = smoothing.level;
	theta->level = end.level;
	theta->sigma2 = squares / (present - 2);
	return isfinite(theta->sigma2) && isfinite(theta->drift);
}

/* The drift of the h-th period (from 1) after n periods. */
static double
drift_ahead(const SegTheta *theta, size_t n, size_t h)
{
	double		before = (1 - pow(1 - theta->alpha, (double) n)) / theta->alpha;

	return theta->drift * ((double) h - 1 + before);
}

void
seg_theta_ahead(const SegTheta *theta, size_t n, size_t horizon, double *mean, double *variance)
{
	for (size_t h = 1; h <= horizon; h++)
	{
		double		season = seg_theta_season(theta, n + h - 1);

		seg_check_step(h);
		mean[h - 1] = theta->level + drift_ahead(theta, n, h);
		variance[h - 1] = theta->sigma2 * (1 + ((double) h - 1) * theta->alpha * theta->alpha);
		mean[h - 1] = theta->is_ratio ? mean[h - 1] * season : mean[h - 1] + season;
		if (theta->is_ratio)
			variance[h - 1] *= season * season;
	}
}

void
seg_theta_fitted(const SegTheta *theta, const double *y, size_t n, double *fitted, double *level)
{
	double		l = theta->start;

	for (size_t t = 0; t < n; t++)
	{
		double		season = seg_theta_season(theta, t);
		double		f = l + drift_ahead(theta, t, 1);

		seg_check_step(t);
		fitted[t] = theta->is_ratio ? f * season : f + season;
		if (!isnan(y[t]))
			l += theta->alpha * ((theta->is_ratio ? y[t] / season : y[t] - season) - l);
		if (level != NULL)
			level[t] = l;
	}
}
