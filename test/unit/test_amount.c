/*
 * test_amount.c
 *		Exact sums of amounts, within and beyond 64 bits.
 */
#include "unit.h"

#include "base/rng.h"
#include "receipt_fixture.h"

static void
a_sum_within_64_bits_stays_there(void **state)
{
	TestPool   *pool = create_test_pool();
	SegAmount	sum = {150, 1};

	seg_amount_add(&pool->functions, &sum, (SegAmount) {-500, 3});
	assert_true(sum.value == -350 && sum.scale == 3);
	assert_true(seg_amount_is_negative(&pool->functions, sum));
	assert_int_equal(pool->in_use, 0);
	free(pool);
}

static void
a_sum_that_overflows_becomes_wide_and_stays_exact(void **state)
{
	TestPool   *pool = create_test_pool();
	SegAmount	sum = {INT64_MAX - 5, 2};

	seg_amount_add(&pool->functions, &sum, (SegAmount) {10, 2});
	assert_int_equal(sum.scale, SEG_AMOUNT_WIDE);
	assert_true(units_of(pool, sum) == (__int128) INT64_MAX + 5);
	seg_amount_add(&pool->functions, &sum, (SegAmount) {INT64_MIN, 2});
	assert_true(units_of(pool, sum) == 4);
	assert_false(seg_amount_is_negative(&pool->functions, sum));
	seg_amount_add(&pool->functions, &sum, (SegAmount) {enter_test_pool(pool, -5), SEG_AMOUNT_WIDE});
	assert_true(seg_amount_is_negative(&pool->functions, sum));
	assert_int_equal(pool->in_use, 1);
	free(pool);
}

static void
totals_are_the_sum_of_their_parts_in_any_order(void **state)
{
	SegRng		rng = seg_rng(11, 0);

	for (int round = 0; round < 200; round++)
	{
		TestPool   *pool = create_test_pool();
		SegTotal	totals[2] = {{0}, {0}};
		__int128	wanted = 0;

		for (int i = 0; i < 300; i++)
		{
			SegAmount	amount = {(int64_t) seg_rng_next(&rng), (uint8_t) (i % 7)};

			wanted += amount.value;
			if (i % 50 == 49)
			{
				wanted += amount.value;
				amount.value = enter_test_pool(pool, 2 * (__int128) amount.value);
				amount.scale = SEG_AMOUNT_WIDE;
			}
			seg_total_add(&pool->functions, &totals[i % 2], amount);
		}
		seg_total_merge(&pool->functions, &totals[0], &totals[1]);
		assert_true(units_of_total(pool, &totals[0]) == wanted);
		assert_int_equal(totals[0].scale, 6);
		assert_int_equal(pool->in_use, totals[0].wide != 0);
		free(pool);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sum_within_64_bits_stays_there),
		cmocka_unit_test(a_sum_that_overflows_becomes_wide_and_stays_exact),
		cmocka_unit_test(totals_are_the_sum_of_their_parts_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
