/*
 * test_retention.c
 *		A small triangle of cohorts, checked by hand.
 */
#include "unit.h"

#include "cohort/retention.h"
#include "receipt_fixture.h"

#define CENTS INT64_C(1000000)

/* 2020-01-31 and other days near it, as numbers from 2000-01-01. */
#define JANUARY_5 7309
#define JANUARY_31 7335
#define FEBRUARY_1 7336
#define MARCH_10 7374
#define AS_OF 7395				/* 2020-03-31 */

static int64_t
copy_number(void *argument, int64_t number)
{
	TestPool  **pools = argument;

	return enter_test_pool(pools[1], pools[0]->values[number]);
}

static SegReceipt
receipt(int32_t day, int64_t cents)
{
	SegReceipt	made = {.day = day, .scale = 2, .value = cents * CENTS};

	return made;
}

static void
days_have_the_periods_of_their_months(void **state)
{
	SegRetention *retention = calloc(1, sizeof(SegRetention));

	seg_retention_begin(retention, SEG_GRAIN_MONTH, AS_OF);
	assert_true(seg_retention_period(retention, AS_OF) == retention->last);
	assert_true(seg_retention_period(retention, JANUARY_31) == retention->last - 2);
	assert_true(seg_retention_period(retention, FEBRUARY_1) == retention->last - 1);
	/* beyond the table of days: as_of is 7,395 days after 2000-01-01, and that is 730,119 after year 1 */
	for (int32_t before = SEG_RETENTION_DAYS - 40; before < SEG_RETENTION_DAYS + 40; before++)
		assert_true(seg_retention_period(retention, AS_OF - before) == seg_period_of_day(SEG_GRAIN_MONTH, AS_OF - before));
	assert_true(seg_retention_period(retention, -730119) == retention->last - (2020 * 12 + 2 - 12));
	free(retention);
}

static void
the_first_receipt_that_is_not_negative_counts(void **state)
{
	TestPool   *pool = create_test_pool();
	SegReceipt	receipts[] = {receipt(1, -100), receipt(2, -1), receipt(3, 0), receipt(4, 5)};

	assert_int_equal(seg_retention_first(&pool->functions, receipts, 4), 2);
	assert_int_equal(seg_retention_first(&pool->functions, receipts, 2), 2);
	receipts[0].scale = SEG_AMOUNT_WIDE;
	receipts[0].value = enter_test_pool(pool, (__int128) 1 << 100);
	assert_int_equal(seg_retention_first(&pool->functions, receipts, 4), 0);
	free(pool);
}

static void
cells_count_customers_and_sum_receipts(void **state)
{
	TestPool   *pools[] = {create_test_pool(), create_test_pool()};
	SegRetention *retention = calloc(1, sizeof(SegRetention));
	SegRetentionPools both = {&pools[0]->functions, &pools[1]->functions, copy_number, pools};
	SegRetentionCell row[3] = {{.first_day = SEG_NO_DAY}, {.first_day = SEG_NO_DAY}, {.first_day = SEG_NO_DAY}};

	/* a return in the month before the first purchase is left out, one in its month counts */
	SegReceipt	one[] = {receipt(JANUARY_5 - 31, -700), receipt(JANUARY_5, -50), receipt(JANUARY_31, 1000),
		receipt(JANUARY_31, 200), receipt(MARCH_10, -300)};
	SegReceipt	two[] = {receipt(JANUARY_5, 100), receipt(FEBRUARY_1, 0), receipt(MARCH_10, 400)};

	two[2].scale = SEG_AMOUNT_WIDE;
	two[2].value = enter_test_pool(pools[0], (__int128) 1 << 80);
	seg_retention_begin(retention, SEG_GRAIN_MONTH, AS_OF);
	seg_retention_add(retention, &both, one, 5, seg_retention_first(both.receipts, one, 5), row);
	seg_retention_add(retention, &both, two, 3, 0, row);

	assert_true(row[0].active == 2 && row[0].receipts == 3 && row[0].first_day == JANUARY_5);
	assert_true(row[0].net.units == (1000 + 200 - 50 + 100) * CENTS && row[0].sales.units == 1300 * CENTS);
	assert_true(row[1].active == 1 && row[1].receipts == 1 && row[1].sales.units == 0 && row[1].first_day == FEBRUARY_1);
	assert_true(row[2].active == 1 && row[2].receipts == 1);
	assert_true(row[2].net.units == -300 * CENTS);
	assert_true(units_of_total(pools[1], &row[2].net) == ((__int128) 1 << 80) - 300 * CENTS);
	assert_true(units_of_total(pools[1], &row[2].sales) == (__int128) 1 << 80);
	/* the receipts keep their own number */
	assert_int_equal(pools[0]->in_use, 1);
	free(pools[0]);
	free(pools[1]);
	free(retention);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_have_the_periods_of_their_months),
		cmocka_unit_test(the_first_receipt_that_is_not_negative_counts),
		cmocka_unit_test(cells_count_customers_and_sum_receipts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
