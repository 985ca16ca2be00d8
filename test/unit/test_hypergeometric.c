/*
 * test_hypergeometric.c
 *		The hypergeometric tail, adjusted p-values and intervals of shares against R.
 */
#include "unit.h"

#include "stats/hypergeometric.h"
#include "stats/p_adjust.h"
#include "stats/wilson.h"

static void
assert_relative(double got, double want, double tolerance)
{
	assert_close(got / want, 1, tolerance);
}

static void
tails(void **test_state)
{
	/* association rules of groceries: R, phyper(n - 1, nY, N - nY, nX, lower.tail = FALSE) */
	assert_relative(seg_hypergeometric_tail(19, 21, 792, 9835), 2.4032440202e-19, 1e-8);
	assert_relative(seg_hypergeometric_tail(12, 19, 327, 9835), 6.1164446664e-14, 1e-8);
	assert_relative(seg_hypergeometric_tail(69, 160, 1072, 9835), 6.1700283066e-26, 1e-8);
	assert_relative(seg_hypergeometric_tail(736, 2513, 1903, 9835), 1.4438915547e-45, 1e-8);
	/* what cannot be otherwise */
	assert_same_double(seg_hypergeometric_tail(0, 5, 3, 10), 1);
	assert_same_double(seg_hypergeometric_tail(3, 10, 3, 10), 1);
	assert_same_double(seg_hypergeometric_tail(4, 8, 6, 10), 1);
	assert_same_double(seg_hypergeometric_tail(4, 5, 3, 10), 0);
	assert_same_double(seg_hypergeometric_tail(2, 5, 0, 10), 0);
}

/* Against sums of products of binomial coefficients, exact for small numbers. */
static double
choose(int n, int k)
{
	double		result = 1;

	for (int i = 1; i <= k; i++)
		result = result * (n - k + i) / i;
	return k < 0 || k > n ? 0 : result;
}

static void
small_numbers(void **test_state)
{
	for (int all = 1; all <= 24; all++)
		for (int marked = 0; marked <= all; marked++)
			for (int drawn = 0; drawn <= all; drawn++)
			{
				double		tail = 0;

				for (int k = drawn; k >= 0; k--)
				{
					double		term = choose(marked, k) * choose(all - marked, drawn - k) / choose(all, drawn);

					tail += term;
					assert_close(seg_hypergeometric(k, drawn, marked, all), term, 1e-14 + 1e-12 * term);
					if (tail > 0)
						assert_relative(seg_hypergeometric_tail(k, drawn, marked, all), fmin(tail, 1), 1e-12);
					else
						assert_same_double(seg_hypergeometric_tail(k, drawn, marked, all), 0);
				}
			}
}

static void
large_numbers(void **test_state)
{
	/* the two tails that begin between k - 1 and k cover everything */
	const uint64_t all = UINT64_C(10000000);
	double		above = seg_hypergeometric_tail(50300, 1000000, 500000, all);
	double		below = 0;
	double		product = 1;

	for (uint64_t k = 48000; k < 50300; k++)
		below += seg_hypergeometric(k, 1000000, 500000, all);
	assert_relative(above + below, 1, 1e-10);
	assert_relative(seg_hypergeometric_tail(49900, 1000000, 500000, all) - seg_hypergeometric_tail(49901, 1000000, 500000, all),
					seg_hypergeometric(49900, 1000000, 500000, all), 1e-8);
	/* very small, and 0 below the least double */
	for (int i = 0; i < 200; i++)
		product *= (5000.0 - i) / (100000.0 - i);
	assert_true(product < 1e-250);
	assert_relative(seg_hypergeometric_tail(200, 200, 5000, 100000), product, 1e-10);
	assert_same_double(seg_hypergeometric_tail(5000, 5000, 5000, 100000), 0);
}

static void
adjusted(void **test_state)
{
	/* R: p.adjust(c(.2, .001, .001, 1, .04), "BH") */
	const double p[] = {0.2, 0.001, 0.001, 1, 0.04};
	const double wanted[] = {0.25, 0.0025, 0.0025, 1, 0.0666666666666667};
	const double rising[] = {0.01, 0.02, 0.03, 0.04, 0.05};
	uint32_t	order[5];
	double		q[5];

	seg_p_adjust(p, 5, order, q);
	for (int i = 0; i < 5; i++)
		assert_close(q[i], wanted[i], 1e-15);
	seg_p_adjust(rising, 5, order, q);
	for (int i = 0; i < 5; i++)
		assert_close(q[i], 0.05, 1e-15);
	seg_p_adjust(p, 0, order, q);
}

static void
intervals(void **test_state)
{
	/* R: conf.int of prop.test(hits, n, correct = FALSE) */
	const struct
	{
		uint64_t	hits;
		uint64_t	n;
		double		lower;
		double		upper;
	}			cases[] = {
		{0, 10, 0, 0.2775327999}, {10, 10, 0.7224672001, 1}, {1, 10, 0.0178762131, 0.4041500268},
		{81, 263, 0.2552885199, 0.3662095770}, {15, 148, 0.0623863995, 0.1604872417},
	};
	double		lower;
	double		upper;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
	{
		seg_wilson(cases[i].hits, cases[i].n, 0.95, &lower, &upper);
		assert_close(lower, cases[i].lower, 1e-9);
		assert_close(upper, cases[i].upper, 1e-9);
	}
	seg_wilson(0, 0, 0.95, &lower, &upper);
	assert_true(isnan(lower) && isnan(upper));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tails),
		cmocka_unit_test(small_numbers),
		cmocka_unit_test(large_numbers),
		cmocka_unit_test(adjusted),
		cmocka_unit_test(intervals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
