/*
 * test_profile.c
 *		Comparison of a cluster with all rows: z scores, ratios and their order.
 */
#include "unit.h"

#include "base/rng.h"
#include "stats/profile.h"

static void
z_is_in_overall_deviations(void **state)
{
	assert_same_double(seg_profile_z(12, 10, 4), 0.5);
	assert_same_double(seg_profile_z(2, 10, 4), -2);
	assert_same_double(seg_profile_z(12, 10, 0), 0);
}

static void
ratio_without_meaning_is_nan(void **state)
{
	assert_same_double(seg_profile_ratio(30, 10, 5, 0), 3);
	assert_same_double(seg_profile_ratio(0, 10, 5, 0), 0);
	assert_same_double(seg_profile_ratio(30, 10, 5, -1), 3);
	assert_true(isnan(seg_profile_ratio(30, 0, 5, 0)));
	assert_true(isnan(seg_profile_ratio(30, -10, 5, -20)));
	assert_true(isnan(seg_profile_ratio(-1, 10, 5, -20)));
	assert_true(isnan(seg_profile_ratio(1, 1e-17, 1, -3)));
	assert_true(isnan(seg_profile_ratio(1e300, 1e-300, 1e-300, 0)));
}

static void
order_falls_and_keeps_ties(void **state)
{
	const double strength[] = {1, 3, 2, 3, 0, 2};
	uint32_t	order[6];
	const uint32_t expected[] = {1, 3, 2, 5, 0, 4};

	seg_profile_order(strength, 6, order);
	assert_memory_equal(order, expected, sizeof(expected));
	seg_profile_order(strength, 1, order);
	assert_int_equal(order[0], 0);
	seg_profile_order(strength, 0, order);
}

static void
order_holds_on_random_strengths(void **state)
{
	SegRng		rng = seg_rng(5, 0);

	for (int trial = 0; trial < 200; trial++)
	{
		double		strength[50];
		uint32_t	order[50];
		size_t		d = 1 + seg_rng_below(&rng, 50);

		for (size_t j = 0; j < d; j++)
			strength[j] = (double) seg_rng_below(&rng, 20);
		seg_profile_order(strength, d, order);
		for (size_t at = 1; at < d; at++)
			assert_true(strength[order[at - 1]] > strength[order[at]] ||
						(strength[order[at - 1]] == strength[order[at]] && order[at - 1] < order[at]));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(z_is_in_overall_deviations),
		cmocka_unit_test(ratio_without_meaning_is_nan),
		cmocka_unit_test(order_falls_and_keeps_ties),
		cmocka_unit_test(order_holds_on_random_strengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
