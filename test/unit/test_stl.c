/*
 * test_stl.c
 *		STL against R 4.2.2: stl(log(AirPassengers), 7) and stl(log(AirPassengers), "periodic").
 */
#include "forecast_fixture.h"

#include "forecast/stl.h"

static void
decompose(const Series *air, size_t window, double *season, double *trend)
{
	double		y[MOST_VALUES];
	double	   *scratch = malloc(seg_stl_scratch(air->n, 12) * sizeof(double));

	for (size_t t = 0; t < air->n; t++)
		y[t] = log(air->y[t]);
	seg_stl(y, air->n, 12, window, season, trend, scratch);
	free(scratch);
}

static void
test_window(void **state)
{
	const double want[12] = {-0.09155863854, -0.05078314491, 0.06631759981, 0.00831926872, -0.02530547766, 0.07991979090,
	0.16906856858, 0.16925377569, 0.06260515644, -0.08054274794, -0.22051619229, -0.08714305372};
	double		season[MOST_VALUES];
	double		trend[MOST_VALUES];
	Series		air;

	if (!read_air_passengers(&air))
		skip();
	decompose(&air, 7, season, trend);
	for (int j = 0; j < 12; j++)
		assert_close(season[j], want[j], 1e-9);
	assert_close(trend[0], 4.809112714, 1e-8);
	assert_close(trend[71], 5.545220746, 1e-8);
	assert_close(trend[143], 6.197001928, 1e-8);
}

static void
test_periodic(void **state)
{
	double		season[MOST_VALUES];
	double		trend[MOST_VALUES];
	double		sum = 0;
	Series		air;

	if (!read_air_passengers(&air))
		skip();
	decompose(&air, SEG_STL_PERIODIC, season, trend);
	for (size_t t = 12; t < air.n; t++)
		assert_close(season[t], season[t - 12], 1e-12);
	for (int j = 0; j < 12; j++)
		sum += season[j];
	assert_close(sum, 0, 0.02);
	assert_close(season[0], -0.09164042415, 1e-9);
	assert_close(season[6], 0.21640041018, 1e-9);
	assert_close(trend[0], 4.829388654, 1e-8);
	assert_close(trend[71], 5.543178180, 1e-8);
	assert_close(trend[143], 6.204752356, 1e-8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_periodic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
