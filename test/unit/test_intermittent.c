/*
 * test_intermittent.c
 *		Croston, Syntetos-Boylan and Teunter-Syntetos-Babai on a series from a public report of a forecast
 *		that exploded; quantiles; no forecast far above the largest value.
 */
#include "unit.h"

#include "base/rng.h"
#include "forecast/forecast.h"
#include "forecast/intermittent.h"

static const double demand[] = {0, 0, 5, 0, 0, 0, 12, 0, 0, 3, 0, 0, 0, 0, 8, 0, 0, 0, 15, 0, 0, 1, 0, 0, 0, 0, 6, 0, 0, 0, 10, 0, 0, 2, 0, 0, 0, 0};

#define DEMANDS (sizeof(demand) / sizeof(demand[0]))

static void
test_figures(void **state)
{
	SegIntermittent croston = seg_intermittent_fit(demand, DEMANDS, SEG_CROSTON, 0.1, NULL);
	SegIntermittent sba = seg_intermittent_fit(demand, DEMANDS, SEG_CROSTON_SBA, 0.1, NULL);
	SegIntermittent tsb = seg_intermittent_fit(demand, DEMANDS, SEG_CROSTON_TSB, 0.1, NULL);

	assert_int_equal(DEMANDS, 38);
	assert_close(croston.demand, 6.00116663, 1e-8);
	assert_close(croston.interval, 3.48353769, 1e-8);
	assert_close(croston.forecast, 1.7227218890805, 1e-10);
	assert_close(sba.forecast, 1.6365857946265, 1e-10);
	assert_close(tsb.probability, .19727424287394, 1e-10);
	assert_close(tsb.forecast, 1.1838756032936, 1e-10);
}

/* The quantiles are those of the mixture: its distribution at a quantile is at least q, and less just below. */
static void
test_quantiles(void **state)
{
	SegIntermittent fit = seg_intermittent_fit(demand, DEMANDS, SEG_CROSTON_SBA, 0.1, NULL);
	double		sorted[DEMANDS];
	size_t		count = seg_intermittent_demands(demand, DEMANDS, sorted);
	double		mean = 0;

	assert_int_equal(count, 9);
	for (size_t i = 0; i < count; i++)
		mean += sorted[i] / (double) count;
	for (double q = 0.01; q < 1; q += 0.01)
	{
		double		x = seg_intermittent_quantile(&fit, sorted, count, mean, q);
		double		at = 1 - fit.probability;
		double		below = x > 0 ? at : 0;

		for (size_t i = 0; i < count; i++)
		{
			double		value = sorted[i] * fit.demand / mean;

			at += value <= x * (1 + 1e-12) ? fit.probability / (double) count : 0;
			below += value < x * (1 - 1e-12) ? fit.probability / (double) count : 0;
		}
		assert_true(at >= q - 1e-9);
		assert_true(below <= q + 1e-9);
	}
}

/* No forecast and no bound is above 10 times the largest value. */
static void
assert_bounded(const double *y, size_t n)
{
	static double scratch[20000];
	static double long_season[SEG_FORECAST_MOST_SEASON];
	SegForecastRecipe recipe = {.m = 12, .fixed = {NAN, NAN, NAN, NAN}};
	SegForecastFit fit;
	SegForecastPart parts[200];
	double		largest = 0;

	for (size_t t = 0; t < n; t++)
		largest = fmax(largest, y[t]);
	assert_true(seg_forecast_scratch(n, 12, 24) <= 20000);
	assert_int_equal(seg_forecast_fit(&fit, &recipe, y, n, long_season, scratch), SEG_OK);
	seg_forecast_parts(&fit, y, n, 24, 0.95, parts, scratch);
	for (size_t t = n; t < n + 24; t++)
	{
		assert_true(parts[t].mean >= 0 || fit.method != SEG_FORECAST_SBA);
		assert_true(fabs(parts[t].mean) <= 10 * largest);
		assert_true(parts[t].upper <= 10 * largest || isnan(parts[t].upper));
	}
}

static void
test_bounded(void **state)
{
	SegRng		rng = seg_rng(1, 0);
	double		y[100];

	for (size_t cut = 1; cut <= DEMANDS; cut++)
		assert_bounded(demand, cut);
	for (size_t from = 1; from < DEMANDS; from++)
		assert_bounded(demand + from, DEMANDS - from);
	for (int series = 0; series < 1000; series++)
	{
		size_t		n = 6 + seg_rng_below(&rng, 60);
		double		share = 0.05 + 0.6 * seg_rng_uniform(&rng);

		for (size_t t = 0; t < n; t++)
		{
			double		normal = sqrt(-2 * log(1 - seg_rng_uniform(&rng))) * cos(2 * M_PI * seg_rng_uniform(&rng));

			y[t] = seg_rng_uniform(&rng) < share ? exp(normal) : 0;
		}
		assert_bounded(y, n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_figures),
		cmocka_unit_test(test_quantiles),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
