/*
 * test_value_counts.c
 *		Statistics of values with counts: those of the repeated values, and the cut.
 */
#include "unit.h"

#include "stats/value_counts.h"

/* R: x <- rep(c(1, 2, 10), c(3, 1, 2)); mean(x); sd(x); quantile(x, c(0, .3, .5, .95)) */
static void
figures_are_those_of_repeated_values(void **state)
{
	SegValueCount values[] = {{10, 2}, {1, 3}, {2, 1}};
	SegValueCountMoments moments = seg_value_counts_moments(values, 3);

	assert_close(moments.mean, 4.166666666666667, 1e-15);
	assert_close(moments.sd, 4.535048695071164, 1e-14);
	assert_same_double(moments.minimum, 1);
	assert_same_double(moments.maximum, 10);
	seg_value_counts_sort(values, 3);
	assert_same_double(seg_value_counts_quantile(values, 3, 0), 1);
	assert_same_double(seg_value_counts_quantile(values, 3, 0.3), 1);
	assert_close(seg_value_counts_quantile(values, 3, 0.5), 1.5, 1e-15);
	assert_close(seg_value_counts_quantile(values, 3, 0.95), 10, 1e-15);
	assert_same_double(seg_value_counts_quantile(values, 3, 1), 10);
}

static void
figures_hold_at_the_edges(void **state)
{
	const SegValueCount one[] = {{-3, 1}};
	const SegValueCount wide[] = {{-1e308, 1}, {1e308, 1}};

	assert_same_double(seg_value_counts_moments(one, 1).sd, 0);
	assert_same_double(seg_value_counts_quantile(one, 1, 0.5), -3);
	assert_close(seg_value_counts_quantile(wide, 2, 0.5), 0, 0);
}

/* The share above a cut is as near as possible to the share given; equal values are not separated. */
static void
cuts_keep_equal_values_together(void **state)
{
	SegValueCount counted[] = {{0.1, 17}, {0.2, 20}, {0.9, 13}};	/* 50 rows */
	SegValueCount apart[50];
	SegValueCount close[] = {{1, 1}, {1 + 0x1.0p-52, 1}};
	const double shares[] = {0.004, 0.12, 0.13, 0.2, 0.26, 0.4, 0.46, 0.47, 0.5};
	const uint64_t above[] = {0, 0, 13, 13, 13, 13, 33, 33, 33};
	double		cut;
	uint64_t	count;

	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
	{
		seg_value_counts_cut(counted, 3, shares[i], &cut, &count);
		assert_int_equal(count, above[i]);
		assert_true(cut == 0.9 ? count == 0 : count == 13 ? cut > 0.2 && cut < 0.9 : cut > 0.1 && cut < 0.2);
	}
	for (size_t i = 0; i < 50; i++)
		apart[i] = (SegValueCount) {i < 37 ? (double) i : 40, 1};	/* thirteen equal scores of different rows */
	seg_value_counts_cut(apart, 50, 0.2, &cut, &count);
	assert_int_equal(count, 13);
	assert_same_double(cut, 38);
	seg_value_counts_cut(apart, 1, 0.5, &cut, &count);
	assert_int_equal(count, 0);
	seg_value_counts_cut(close, 2, 0.5, &cut, &count);
	assert_int_equal(count, 1);
	assert_true(close[1].value > cut);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_those_of_repeated_values),
		cmocka_unit_test(figures_hold_at_the_edges),
		cmocka_unit_test(cuts_keep_equal_values_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
