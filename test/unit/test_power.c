/*
 * test_power.c
 *		Sizes and powers of tests, as R's power.prop.test and power.t.test.
 */
#include "unit.h"

#include "ab/power.h"

/* R 4.2.2: power.prop.test(..., tol = 1e-12); the default tolerance is right to about 3e-6 only. */
static void
shares(void **state)
{
	const double detectable[][2] = {{.03, .0984893235318}, {.10, .199701115}, {.20, .322733400014}, {.30, .434660453571}};

	for (int i = 0; i < 4; i++)
	{
		double		p = seg_power_share(200, detectable[i][0], 0.05, 0.8);

		assert_close(p, detectable[i][1], 1e-8);
		assert_close(seg_power_shares(200, detectable[i][0], p, 0.05), 0.8, 1e-12);
		assert_close(seg_power_rows_shares(detectable[i][0], p, 0.05, 0.8), 200, 1e-9);
	}
	assert_close(seg_power_rows_shares(.10, .12, 0.05, 0.8) / 3840.84748244, 1, 1e-11);
	assert_close(seg_power_rows_shares(.03, .04, 0.05, 0.9) / 7095.68696085, 1, 1e-11);
	assert_close(seg_power_rows_shares(.12, .10, 0.05, 0.8) / 3840.84748244, 1, 1e-11);
	assert_close(seg_power_shares(200, .1, .15, 0.05), 0.326574483511, 1e-11);
	assert_close(seg_power_shares(50, .3, .7, 0.01), 0.939895580658, 1e-11);
	/* what cannot be seen: two rows tell nothing apart from 0.5 */
	assert_true(isnan(seg_power_share(2, .5, 0.05, 0.8)));
	assert_true(isinf(seg_power_rows_shares(.5, .5 + 1e-12, 0.05, 0.8)));
	assert_close(seg_power_shares(10, 0, 0, 0.05), 0, 0);
	assert_close(seg_power_shares(10, 0, 1, 0.05), 1, 0);
}

/* R 4.2.2: power.t.test(..., tol = 1e-12) */
static void
means(void **state)
{
	const double powers[][2] = {{2, 0.0436668655244}, {3, 0.056155479963}, {5, 0.0776536758872}, {20, 0.219376128191}, {200, 0.969733606616}};

	for (int i = 0; i < 5; i++)
		assert_close(seg_power_means(powers[i][0], 0.5 / 1.3, 0.05), powers[i][1], 1e-9);
	assert_close(seg_power_rows_means(0.5, 0.05, 0.8) / 63.7657637248, 1, 1e-9);
	assert_close(seg_power_rows_means(0.05, 0.05, 0.9) / 8406.89892965, 1, 1e-9);
	assert_close(seg_power_difference(200, 0.05, 0.8) * 3 / 0.842510382531, 1, 1e-9);
	assert_close(seg_power_difference(2, 0.05, 0.8) / 5.6534892664, 1, 1e-9);
	assert_close(seg_power_difference(5000, 0.001, 0.99) * 3 / 0.337103754722, 1, 1e-9);
	assert_true(isinf(seg_power_rows_means(1e-9, 0.05, 0.8)));
	assert_close(seg_power_rows_means(1e9, 0.05, 0.8), 2, 0);
	/* for many rows Student's t is normal: n = 2 (z + z')^2 / d^2 */
	assert_close(seg_power_rows_means(1e-6, 0.05, 0.8) / 15.6977594687e12, 1, 1e-8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares),
		cmocka_unit_test(means),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
