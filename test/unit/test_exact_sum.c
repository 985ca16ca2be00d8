/*
 * test_exact_sum.c
 *		Exact sums: the same bits in any order, at the limits of the grid, and in 128 bits.
 */
#include "unit.h"

#include "base/rng.h"
#include "stats/exact_sum.h"

/* Forwards, backwards, in two halves, and with values added and subtracted: the same bits. */
static void
sums_do_not_depend_on_order(void **state)
{
	enum
	{
		N = 10000
	};
	static double x[N];
	SegRng		rng = seg_rng(7, 0);
	SegGrid		grid;
	SegExactSum forward = {0},
				backward = {0},
				left = {0},
				right = {0};
	long double exact = 0;

	for (int i = 0; i < N; i++)
	{
		x[i] = (seg_rng_uniform(&rng) - 0.5) * pow(10, (double) seg_rng_below(&rng, 9));
		exact += x[i];
	}
	grid = seg_grid(N, 1e8);
	for (int i = 0; i < N; i++)
	{
		seg_exact_sum_add(&forward, grid, x[i]);
		seg_exact_sum_add(&backward, grid, x[N - 1 - i]);
		seg_exact_sum_add(i % 3 ? &left : &right, grid, x[i]);
	}
	seg_exact_sum_add(&right, grid, 12345.678);
	seg_exact_sum_subtract(&right, grid, 12345.678);
	seg_exact_sum_merge(&left, &right);
	assert_same_double(seg_exact_sum_value(&forward), seg_exact_sum_value(&backward));
	assert_same_double(seg_exact_sum_value(&forward), seg_exact_sum_value(&left));
	assert_close(seg_exact_sum_value(&forward), (double) exact, 1e-7);
}

static void
grids_hold_at_the_edges(void **state)
{
	SegExactSum sum = {0};
	SegGrid		grid = seg_grid(3, 1e300);

	seg_exact_sum_add(&sum, grid, 1e300);
	seg_exact_sum_add(&sum, grid, 1e300);
	seg_exact_sum_add(&sum, grid, -1e300);
	assert_close(seg_exact_sum_value(&sum) / 1e300, 1, 1e-12);

	sum = (SegExactSum) {0};
	grid = seg_grid(2, 0);
	seg_exact_sum_add(&sum, grid, 0);
	assert_same_double(seg_exact_sum_value(&sum), 0.0);
}

static void
wide_sums_are_exact(void **state)
{
	SegWideSum	sum = {0};

	for (int i = 0; i < 1000; i++)
		assert_true(seg_wide_add(&sum, 0.25));
	assert_true(seg_wide_add(&sum, 1e15));
	assert_true(seg_wide_add(&sum, -1e15));
	assert_same_double(seg_wide_value(&sum), 250.0);
	assert_false(seg_wide_add(&sum, INFINITY));
	assert_false(seg_wide_add(&sum, NAN));
	assert_false(seg_wide_add(&sum, 1e300));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_do_not_depend_on_order),
		cmocka_unit_test(grids_hold_at_the_edges),
		cmocka_unit_test(wide_sums_are_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
