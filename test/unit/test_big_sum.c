/*
 * test_big_sum.c
 *		Exact sums of doubles: any order, any size, rounded once.
 */
#include "unit.h"

#include "base/rng.h"
#include "stats/big_sum.h"

static double
sum_of(const double *x, size_t n, bool backwards)
{
	SegBigSum	sum = {{0}};

	for (size_t i = 0; i < n; i++)
		seg_big_sum_add(&sum, x[backwards ? n - 1 - i : i]);
	return seg_big_sum_value(&sum);
}

static void
test_cancellation(void **state)
{
	const double x[] = {1e300, 1, -1e300, 1e-300, DBL_MAX, -DBL_MAX, 0x1p-1074, -1};
	const double huge[] = {DBL_MAX, DBL_MAX};

	assert_same_double(sum_of(x, 8, false), 1e-300);
	assert_same_double(sum_of(x, 8, true), 1e-300);
	assert_true(isinf(sum_of(huge, 2, false)));
	assert_same_double(sum_of(x, 0, false), 0);
	assert_same_double(sum_of(&x[6], 1, false), 0x1p-1074);
}

/* A single value comes back as it is. */
static void
test_single(void **state)
{
	SegRng		rng = seg_rng(3, 0);

	for (int i = 0; i < 100000; i++)
	{
		uint64_t	bits = seg_rng_next(&rng);
		double		x;
		SegUnitSum	small = {0};

		memcpy(&x, &bits, sizeof(x));
		if (!isfinite(x))
			continue;
		assert_same_double(sum_of(&x, 1, false), x + 0.0);
		x = ldexp(x, -ilogb(x) + (int) (bits % 48));
		if (seg_unit_sum_add(&small, x))
			assert_same_double(seg_unit_sum_value(&small), x);
	}
}

/* The parts of a double make the same sum; a product is exact, as fma tells; what is left has the lower digits. */
static void
test_products(void **state)
{
	SegRng		rng = seg_rng(5, 0);

	for (int i = 0; i < 100000; i++)
	{
		double		x = ldexp(seg_rng_uniform(&rng) - 0.5, (int) seg_rng_below(&rng, 200) - 100);
		double		y = ldexp(seg_rng_uniform(&rng) - 0.5, (int) seg_rng_below(&rng, 200) - 100);
		SegBigSum	product = {{0}};
		SegBigSum	parts = {{0}};
		double		low;

		seg_big_sum_add_product(&product, seg_double_parts(x), seg_double_parts(y));
		assert_same_double(seg_big_sum_twofold(&product, &low), x * y + 0.0);
		assert_same_double(low, fma(x, y, -(x * y)) + 0.0);
		seg_big_sum_add_parts(&parts, seg_double_parts(x));
		assert_same_double(seg_big_sum_value(&parts), x + 0.0);
		seg_big_sum_add_parts(&parts, seg_double_parts(-x));
		assert_same_double(seg_big_sum_value(&parts), 0);
		seg_big_sum_add_product(&product, seg_double_parts(-x), seg_double_parts(y));
		assert_same_double(seg_big_sum_value(&product), 0);
	}
}

/* Bits of a product below the smallest double are cut off, towards 0. */
static void
test_small_products(void **state)
{
	SegBigSum	sum = {{0}};

	seg_big_sum_add_product(&sum, seg_double_parts(0x1p-1074), seg_double_parts(0x1p-1074));
	seg_big_sum_add_product(&sum, seg_double_parts(0x1.8p-1000), seg_double_parts(-0x1p-75));
	assert_same_double(seg_big_sum_value(&sum), 0);
	seg_big_sum_add_product(&sum, seg_double_parts(0x1.8p-1000), seg_double_parts(-0x1p-74));
	assert_same_double(seg_big_sum_value(&sum), -0x1p-1074);
	seg_big_sum_add_product(&sum, seg_double_parts(0x1p-537), seg_double_parts(0x1p-537));
	assert_same_double(seg_big_sum_value(&sum), 0);
}

/* Halfway between two doubles: the even one, unless a bit far below says otherwise. */
static void
test_rounding(void **state)
{
	const double tie[] = {1, 0x1p-53};
	const double above[] = {1, 0x1p-53, 0x1p-1000};
	const double below[] = {1, 0x1p-53, -0x1p-1000};
	const double odd[] = {1 + 0x1p-52, 0x1p-53};

	assert_same_double(sum_of(tie, 2, false), 1);
	assert_same_double(sum_of(above, 3, false), 1 + 0x1p-52);
	assert_same_double(sum_of(below, 3, false), 1);
	assert_same_double(sum_of(odd, 2, false), 1 + 0x1p-51);
}

/* The sums of both kinds are the same, and so are merged ones. */
static void
test_both_kinds(void **state)
{
	SegRng		rng = seg_rng(5, 0);

	for (int trial = 0; trial < 1000; trial++)
	{
		SegUnitSum	small = {0};
		SegBigSum	big = {{0}};
		SegBigSum	from_small = {{0}};
		SegBigSum	halves[2] = {{{0}}, {{0}}};

		for (int i = 0; i < 50; i++)
		{
			double		x = floor((seg_rng_uniform(&rng) - 0.5) * 1e9) / 100;

			assert_true(seg_unit_sum_add(&small, x));
			seg_big_sum_add(&big, x);
			seg_big_sum_add(&halves[i % 2], x);
		}
		seg_big_sum_add_units(&from_small, &small);
		seg_big_sum_merge(&halves[0], &halves[1]);
		assert_memory_equal(&from_small, &big, sizeof(big));
		assert_memory_equal(&halves[0], &big, sizeof(big));
		assert_same_double(seg_unit_sum_value(&small), seg_big_sum_value(&big));
	}
}

static void
test_what_does_not_fit(void **state)
{
	SegUnitSum	sum = {0};

	assert_false(seg_unit_sum_add(&sum, 1e300));
	assert_false(seg_unit_sum_add(&sum, 0x1p-73));
	assert_false(seg_unit_sum_add(&sum, 1e-10));
	assert_true(seg_unit_sum_add(&sum, 0.01));
	assert_same_double(seg_unit_sum_value(&sum), 0.01);
	sum = (SegUnitSum) {0, INT64_MAX};
	assert_false(seg_unit_sum_add(&sum, 0x1p49));
	assert_true(sum.high == INT64_MAX && sum.low == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cancellation),
		cmocka_unit_test(test_single),
		cmocka_unit_test(test_products),
		cmocka_unit_test(test_small_products),
		cmocka_unit_test(test_rounding),
		cmocka_unit_test(test_both_kinds),
		cmocka_unit_test(test_what_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
