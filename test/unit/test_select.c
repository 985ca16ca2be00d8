/*
 * test_select.c
 *		Selection by rank against a sorted copy.
 */
#include "unit.h"

#include <stdlib.h>

#include "base/rng.h"
#include "base/select.h"
#include "base/sort.h"

static bool
is_before(const void *a, const void *b, const void *argument)
{
	return *(const double *) a < *(const double *) b;
}

static void
the_rank_is_at_its_place(void **state)
{
	SegRng		rng = seg_rng(32, 0);

	for (size_t trial = 0; trial < 400; trial++)
	{
		size_t		n = 1 + seg_rng_below(&rng, trial % 10 == 0 ? 20000 : 200);
		size_t		values = trial % 3 == 0 ? 4 : 1000000;
		size_t		r = trial % 7 == 0 ? (trial % 2 == 0 ? 0 : n - 1) : seg_rng_below(&rng, n);
		double	   *x = malloc(n * sizeof(double));
		double	   *sorted = malloc(n * sizeof(double));

		for (size_t i = 0; i < n; i++)
			x[i] = trial % 5 == 1 ? (double) i : (double) seg_rng_below(&rng, values) - 2;
		memcpy(sorted, x, n * sizeof(double));
		seg_sort(sorted, n, sizeof(double), is_before, NULL);
		seg_select_rank(x, n, r);
		assert_same_double(x[r], sorted[r]);
		for (size_t i = 0; i < n; i++)
			assert_true(i < r ? x[i] <= x[r] : x[i] >= x[r]);
		/* no value is lost */
		seg_sort(x, n, sizeof(double), is_before, NULL);
		assert_memory_equal(x, sorted, n * sizeof(double));
		free(x);
		free(sorted);
	}
}

static void
a_split_counts_what_it_puts_first(void **state)
{
	double		x[] = {3, 1, 2, 2, 5, 2, 0};

	assert_int_equal(seg_select_split(x, 7, 2, false), 2);
	assert_int_equal(seg_select_split(x, 7, 2, true), 5);
	for (size_t i = 0; i < 7; i++)
		assert_true((x[i] <= 2) == (i < 5));
	assert_int_equal(seg_select_split(x, 7, -1, true), 0);
	assert_int_equal(seg_select_split(x, 7, 9, false), 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rank_is_at_its_place),
		cmocka_unit_test(a_split_counts_what_it_puts_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
