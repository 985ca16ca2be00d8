/*
 * test_receipt_features.c
 *		Features of single customers, by hand and against sums made one by one.
 */
#include "unit.h"

#include <stdlib.h>

#include "base/rng.h"
#include "receipt_fixture.h"
#include "receipts/receipt_features.h"

#define CENTS INT64_C(1000000)
#define MOST 200

/* Days since 2000-01-01. */
#define MONDAY 7310				/* 2020-01-06 */
#define AS_OF (MONDAY + 60)

static const uint32_t categories[] = {0, 1, 1, 2, 0};

static SegReceiptFeatureSource
whole_source(void)
{
	SegReceiptFeatureSource source = {
		.as_of = AS_OF, .has_time = true, .has_quantity = true, .has_discount = true, .has_products = true,
		.categories = categories,
	};

	return source;
}

static SegDetailedReceipt
receipt(int32_t day, int64_t cents, int hour, int64_t quantity, int64_t discount)
{
	SegDetailedReceipt made = {
		.receipt = {.day = day, .scale = 2, .value = cents * CENTS},
		.details = {
			.quantity = quantity * 100 * CENTS, .discount = discount * CENTS, .discount_scale = 2,
			.second = (uint32_t) hour * 3600,
		},
		.amount = (double) cents / 100,
	};

	return made;
}

static void
assert_near(const SegReceiptFeatures *features, SegReceiptFeature feature, double wanted)
{
	double		got = features->values[feature];

	if (!(fabs(got - wanted) <= 1e-12 * fmax(1, fabs(wanted))) && !(isnan(got) && isnan(wanted)))
		fail_msg("feature %d is %.17g, not %.17g", feature, got, wanted);
}

static double
money(TestPool *pool, const SegReceiptFeatures *features, int which)
{
	return (double) units_of_total(pool, &features->money[which]) / SEG_UNITS;
}

/* Sales of 30, 10 and 20 on days with gaps of 10 and 30 days, and a return of 5. */
static void
a_small_customer_by_hand(void **state)
{
	TestPool   *pool = create_test_pool();
	SegReceiptFeatureSource source = whole_source();
	SegDetailedReceipt receipts[] = {
		receipt(MONDAY, 3000, 9, 3, 500), receipt(MONDAY + 10, 1000, 13, 1, 0),
		receipt(MONDAY + 10, -500, 20, -1, 0), receipt(MONDAY + 40, 2000, 23, 3, 100),
	};
	SegReceiptItem items[] = {{3, 3, 0}, {0, 1, 20}, {0, 2, 10}, {1, 1, 10}, {2, 4, -5}, {3, 0, 20}};
	double		scratch[8];
	SegReceiptFeatures features;

	seg_receipt_features(&source, &pool->functions, receipts, 4, items, 6, scratch, &features);
	assert_near(&features, SEG_RECEIPT_FEATURE_TENURE_DAYS, 60);
	assert_near(&features, SEG_RECEIPT_FEATURE_RECENCY_DAYS, 20);
	assert_near(&features, SEG_RECEIPT_FEATURE_LIFESPAN_DAYS, 40);
	assert_near(&features, SEG_RECEIPT_FEATURE_RECEIPTS, 3);
	assert_near(&features, SEG_RECEIPT_FEATURE_RETURN_RECEIPTS, 1);
	assert_near(&features, SEG_RECEIPT_FEATURE_ACTIVE_DAYS, 3);
	assert_near(&features, SEG_RECEIPT_FEATURE_ACTIVE_MONTHS, 2);
	assert_near(&features, SEG_RECEIPT_FEATURE_GAP_MEAN, 20);
	assert_near(&features, SEG_RECEIPT_FEATURE_GAP_SD, sqrt(200));
	assert_near(&features, SEG_RECEIPT_FEATURE_GAP_LAST, 30);
	assert_near(&features, SEG_RECEIPT_FEATURE_GAP_TREND, 20);
	assert_near(&features, SEG_RECEIPT_FEATURE_LOG_GAP_MEAN, log(300) / 2);
	assert_near(&features, SEG_RECEIPT_FEATURE_LATENESS, 1);
	assert_near(&features, SEG_RECEIPT_FEATURE_LATENESS_Z, 0);
	assert_near(&features, SEG_RECEIPT_FEATURE_RETURN_SHARE, 5.0 / 60);
	assert_near(&features, SEG_RECEIPT_FEATURE_RETURN_RECEIPT_SHARE, 0.25);
	assert_near(&features, SEG_RECEIPT_FEATURE_RECEIPT_SD, 10);
	assert_near(&features, SEG_RECEIPT_FEATURE_RECEIPT_FIRST, 30);
	assert_near(&features, SEG_RECEIPT_FEATURE_RECEIPT_LAST, 20);
	assert_near(&features, SEG_RECEIPT_FEATURE_LINES_PER_RECEIPT, 5.0 / 3);
	assert_near(&features, SEG_RECEIPT_FEATURE_QUANTITY_PER_RECEIPT, 7.0 / 3);
	assert_near(&features, SEG_RECEIPT_FEATURE_PRODUCTS, 3);
	assert_near(&features, SEG_RECEIPT_FEATURE_PRODUCTS_PER_RECEIPT, 4.0 / 3);
	assert_near(&features, SEG_RECEIPT_FEATURE_PRODUCT_ENTROPY, -0.75 * log(0.75) - 0.25 * log(0.25));
	assert_near(&features, SEG_RECEIPT_FEATURE_TOP_PRODUCT_SHARE, 0.75);
	assert_near(&features, SEG_RECEIPT_FEATURE_DISTINCT_CATEGORIES, 2);
	assert_near(&features, SEG_RECEIPT_FEATURE_CATEGORY_ENTROPY, 0);
	assert_near(&features, SEG_RECEIPT_FEATURE_DISCOUNT_SHARE, 6.0 / 66);
	assert_near(&features, SEG_RECEIPT_FEATURE_DISCOUNTED_RECEIPT_SHARE, 2.0 / 3);
	assert_near(&features, SEG_RECEIPT_FEATURE_RECEIPTS_30, 1);
	assert_near(&features, SEG_RECEIPT_FEATURE_SALES_RATIO_30, 2);
	assert_near(&features, SEG_RECEIPT_FEATURE_SALES_RATIO_90, NAN);
	assert_near(&features, SEG_RECEIPT_FEATURE_SALES_TREND, 10);
	assert_near(&features, SEG_RECEIPT_FEATURE_SHARE_MON, 1.0 / 3);
	assert_near(&features, SEG_RECEIPT_FEATURE_SHARE_SAT, 1.0 / 3);
	assert_near(&features, SEG_RECEIPT_FEATURE_WEEKDAY_ENTROPY, log(3));
	assert_near(&features, SEG_RECEIPT_FEATURE_SHARE_EVENING, 1.0 / 3);
	assert_near(&features, SEG_RECEIPT_FEATURE_SHARE_NIGHT, 0);
	assert_true(money(pool, &features, SEG_MONEY_MONETARY) == 55);
	assert_true(money(pool, &features, SEG_MONEY_SALES) == 60);
	assert_true(money(pool, &features, SEG_MONEY_RETURNS) == -5);
	assert_true(money(pool, &features, SEG_MONEY_WINDOWS) == 20);
	free(pool);
}

/* Windows hold the days after as_of - w, up to as_of. */
static void
windows_end_with_as_of(void **state)
{
	TestPool   *pool = create_test_pool();
	SegReceiptFeatureSource source = whole_source();
	SegReceiptFeatures features;
	double		scratch[2];

	for (int32_t ago = 0; ago < 800; ago++)
	{
		const int	days[] = {30, 90, 180, 365};
		SegDetailedReceipt one = receipt(AS_OF - ago, 100, 12, 1, 0);
		SegReceiptItem item = {0, 1, 1};

		seg_receipt_features(&source, &pool->functions, &one, 1, &item, 1, scratch, &features);
		for (int w = 0; w < SEG_RECEIPT_FEATURE_WINDOWS; w++)
		{
			assert_near(&features, SEG_RECEIPT_FEATURE_RECEIPTS_30 + w, ago < days[w]);
			assert_true(money(pool, &features, SEG_MONEY_WINDOWS + w) == (ago < days[w]));
			assert_near(&features, SEG_RECEIPT_FEATURE_SALES_RATIO_30 + w, ago >= days[w] && ago < 2 * days[w] ? 0 : NAN);
		}
		assert_near(&features, SEG_RECEIPT_FEATURE_SHARE_MON, ((AS_OF - ago - MONDAY) % 7 + 7) % 7 == 0);
	}
	free(pool);
}

/* Months change where the calendar says, in both directions and in leap years. */
static void
months_are_those_of_the_calendar(void **state)
{
	const int	lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	TestPool   *pool = create_test_pool();
	SegReceiptFeatureSource source = whole_source();
	SegDetailedReceipt receipts[2];
	SegReceiptItem items[2] = {{0, 0, 0}, {1, 0, 0}};
	double		scratch[4];
	SegReceiptFeatures features;
	int32_t		day = -145731;	/* 1601-01-01; 1700, 1800 and 1900 are no leap years */

	source.as_of = INT32_MAX / 2;
	for (int year = 1601; year <= 2400; year++)
		for (int m = 0; m < 12; m++)
		{
			bool		leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
			int32_t		length = lengths[m] + (m == 1 && leap);

			receipts[0] = receipt(day, 100, 0, 0, 0);
			receipts[1] = receipt(day + length - 1, 100, 0, 0, 0);
			seg_receipt_features(&source, &pool->functions, receipts, 2, items, 2, scratch, &features);
			assert_near(&features, SEG_RECEIPT_FEATURE_ACTIVE_MONTHS, 1);
			receipts[1] = receipt(day + length, 100, 0, 0, 0);
			seg_receipt_features(&source, &pool->functions, receipts, 2, items, 2, scratch, &features);
			assert_near(&features, SEG_RECEIPT_FEATURE_ACTIVE_MONTHS, 2);
			day += length;
		}
	free(pool);
}

/* Random customers against loops that know no order and keep no state. */
static void
spreads_are_those_of_single_sums(void **state)
{
	SegRng		rng = seg_rng(9, 0);
	TestPool   *pool = create_test_pool();
	SegReceiptFeatureSource source = whole_source();
	SegDetailedReceipt receipts[MOST];
	SegReceiptItem items[2 * MOST];
	double		scratch[2 * MOST];
	SegReceiptFeatures features;

	for (int round = 0; round < 300; round++)
	{
		size_t		n = 1 + seg_rng_below(&rng, MOST);
		size_t		lines = n + seg_rng_below(&rng, n + 1);
		double		sums[5] = {0};
		bool		bought[5] = {false};
		bool		pairs[MOST][5] = {{false}};
		double		sales = 0;
		double		products = 0;
		double		pair_count = 0;
		double		total = 0;
		double		entropy = 0;
		double		top = 0;

		for (size_t i = 0; i < n; i++)
		{
			receipts[i] = receipt(AS_OF - (int32_t) (n - i), (int64_t) seg_rng_below(&rng, 1000) - 100, 0, 0, 0);
			if (seg_rng_below(&rng, 20) == 0)
			{
				/* wide amounts count like others */
				receipts[i].receipt.value = enter_test_pool(pool, receipts[i].receipt.value);
				receipts[i].receipt.scale = SEG_AMOUNT_WIDE;
			}
			sales += receipts[i].amount >= 0;
		}
		for (size_t i = 0; i < lines; i++)
		{
			size_t		at = i < n ? i : seg_rng_below(&rng, n);

			items[i] = (SegReceiptItem) {(uint32_t) at, (uint32_t) seg_rng_below(&rng, 5), (double) seg_rng_below(&rng, 400) - 50};
			if (receipts[at].amount < 0 || items[i].code == 0)
				continue;
			sums[items[i].code] += items[i].amount;
			bought[items[i].code] = true;
			pairs[at][items[i].code] = true;
		}
		for (int p = 1; p < 5; p++)
		{
			products += bought[p];
			total += fmax(sums[p], 0);
			top = fmax(top, sums[p]);
			for (size_t i = 0; i < n; i++)
				pair_count += pairs[i][p];
		}
		for (int p = 1; p < 5; p++)
			if (sums[p] > 0)
				entropy -= sums[p] / total * log(sums[p] / total);
		seg_receipt_features(&source, &pool->functions, receipts, n, items, lines, scratch, &features);
		assert_near(&features, SEG_RECEIPT_FEATURE_PRODUCTS, products);
		assert_near(&features, SEG_RECEIPT_FEATURE_PRODUCTS_PER_RECEIPT, sales > 0 ? pair_count / sales : NAN);
		assert_near(&features, SEG_RECEIPT_FEATURE_PRODUCT_ENTROPY, total > 0 ? entropy : NAN);
		assert_near(&features, SEG_RECEIPT_FEATURE_TOP_PRODUCT_SHARE, total > 0 ? top / total : NAN);
		assert_near(&features, SEG_RECEIPT_FEATURE_DISTINCT_CATEGORIES, (bought[1] || bought[2]) + bought[3]);
		for (int m = 0; m < SEG_MONEY_COUNT; m++)
			seg_total_clear(&pool->functions, &features.money[m]);
		for (size_t i = 0; i < n; i++)
			if (receipts[i].receipt.scale == SEG_AMOUNT_WIDE)
				pool->functions.drop(&pool->functions, receipts[i].receipt.value);
		/* all that was copied was given back */
		assert_int_equal(pool->in_use, 0);
	}
	free(pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_customer_by_hand),
		cmocka_unit_test(windows_end_with_as_of),
		cmocka_unit_test(months_are_those_of_the_calendar),
		cmocka_unit_test(spreads_are_those_of_single_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
