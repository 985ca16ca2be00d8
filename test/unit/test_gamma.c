/*
 * test_gamma.c
 *		gamma.h against R: digamma(z), trigamma(z), and differences of lgamma, digamma and trigamma.
 */
#include "unit.h"

#include "stats/gamma.h"

static void
slopes(void **state)
{
	const double cases[][3] = {
		{1e-7, -10000000.5772155, 100000000000001.66},
		{0.3, -3.5025242222001323, 12.245364546107732},
		{1, -0.57721566490153231, 1.6449340668482264},
		{7.5, 1.9467574842460871, 0.14261589669670383},
		{15.999, 2.7409488324649627, 0.064497941681361207},
		{1e6, 13.81551005796419, 1.0000005000001672e-06},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		SegGammaSlopes got = seg_gamma_slopes(cases[i][0]);

		assert_close(got.first / cases[i][1], 1, 4e-15);
		assert_close(got.second / cases[i][2], 1, 4e-15);
	}
}

static void
rising(void **state)
{
	/* z, n, lgamma(z + n) - lgamma(z), and the same of digamma and trigamma */
	const double cases[][5] = {
		{0.25, 3, -0.3522205935893522, 5.2444444444444445, -16.837530864197529},
		{2.5, 40, 115.61538759994163, 3.0345365958548505, -0.46654935685617849},
		{1e-7, 1000, 5889.1023283066697, 10000007.484470695, -100000000000001.66},
		{500, 20, 124.66731604131974, 0.039259199839652759, -7.7074112501706845e-05},
		{3, 0, 0, 0, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const double *want = cases[i];
		SegRising	got = seg_rising(want[0], want[1]);

		assert_close(got.log, want[2], 1e-12 * fabs(want[2]));
		assert_close(got.first, want[3], 1e-12 * fabs(want[3]));
		assert_close(got.second, want[4], 1e-12 * fabs(want[4]));
	}
}

/* Where z is large, the difference of the logarithms would lose all digits: here it is a sum of few logarithms. */
static void
rising_of_large(void **state)
{
	SegRising	got = seg_rising(1e12, 100);
	double		log_sum = 0;
	double		first = 0;
	double		second = 0;

	for (int i = 0; i < 100; i++)
	{
		log_sum += log1p(i / 1e12);
		first += 1 / (1e12 + i);
		second -= 1 / (1e12 + i) / (1e12 + i);
	}
	assert_close(got.log - 100 * log(1e12), log_sum, 1e-12 * got.log);
	assert_close(got.first / first, 1, 1e-12);
	assert_close(got.second / second, 1, 1e-12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slopes),
		cmocka_unit_test(rising),
		cmocka_unit_test(rising_of_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
