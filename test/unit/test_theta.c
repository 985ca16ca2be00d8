/*
 * test_theta.c
 *		The Theta method against R 4.2.2, forecast 8.20: thetaf(); seasonal indices of decompose().
 */
#include "forecast_fixture.h"

#include "forecast/theta.h"

static SegTheta
fit(const Series *series, double scale, double *mean)
{
	SegTheta	theta;
	double		y[MOST_VALUES];
	double		variance[24];
	double	   *scratch = malloc(seg_theta_scratch(series->n) * sizeof(double));

	for (size_t t = 0; t < series->n; t++)
		y[t] = series->y[t] / scale;
	assert_true(seg_theta_fit(&theta, y, series->n, series->m, scratch));
	free(scratch);
	seg_theta_ahead(&theta, series->n, 12, mean, variance);
	for (int h = 0; h < 12; h++)
	{
		double		season = theta.m == 1 ? 1 : theta.season[(series->n + h) % theta.m];

		assert_near(variance[h], theta.sigma2 * (1 + h * theta.alpha * theta.alpha) * season * season, 1e-12);
		mean[h] *= scale;
	}
	return theta;
}

static void
test_air(void **state)
{
	static const double indices[12] = {.910230367, .883625321, 1.007366288, .975906012, .981378027, 1.112775827,
	1.226555543, 1.219910969, 1.060491933, .921757240, .801178082, .898824390};
	static const double want[12] = {440.0782, 428.3843, 489.7071, 475.7046, 479.6704, 545.3663, 602.7520, 601.1008, 523.9515, 456.6271, 397.9537, 447.6449};
	double		mean[12];
	SegTheta	theta;
	Series		air;

	if (!read_air_passengers(&air))
		skip();
	theta = fit(&air, 512, mean);
	assert_int_equal(theta.m, 12);
	for (int j = 0; j < 12; j++)
	{
		assert_close(theta.season[j], indices[j], 1e-9);
		assert_near(mean[j], want[j], 1e-4);
	}
	assert_near(theta.drift * 512, 1.3230696, 1e-6);
	assert_near(theta.alpha, .83775, 1e-3);
}

static void
test_deaths(void **state)
{
	static const double want[12] = {8270.694, 7508.924, 8322.125, 8554.144, 9450.093, 9870.934, 10822.498, 10091.841, 8944.434, 9329.290, 8778.913, 8990.776};
	double		mean[12];
	SegTheta	theta;
	Series		deaths;

	if (!read_us_acc_deaths(&deaths))
		skip();
	theta = fit(&deaths, 16384, mean);
	for (int h = 0; h < 12; h++)
		assert_near(mean[h], want[h], 1e-4);
	assert_near(theta.drift * 16384, -5.849634, 1e-6);
}

static void
test_lake(void **state)
{
	double		mean[12];
	SegTheta	theta;
	Series		lake;

	if (!read_lake_huron(&lake))
		skip();
	theta = fit(&lake, 1024, mean);
	assert_int_equal(theta.m, 1);
	for (int h = 0; h < 12; h++)
		assert_near(mean[h], 579.94789 - .01210056 * h, 1e-6);
}

/* Fitted values are one-step forecasts: the first period after the series follows the same rule. */
static void
test_fitted(void **state)
{
	double		mean[12];
	double		fitted[MOST_VALUES];
	SegTheta	theta;
	Series		air;

	if (!read_air_passengers(&air))
		skip();
	theta = fit(&air, 1, mean);
	air.y[air.n] = NAN;
	seg_theta_fitted(&theta, air.y, air.n + 1, fitted, NULL);
	assert_near(fitted[air.n], mean[0], 1e-12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_air),
		cmocka_unit_test(test_deaths),
		cmocka_unit_test(test_lake),
		cmocka_unit_test(test_fitted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
