/*
 * receipt_features.h
 *		Features of a customer out of receipts.
 *
 * A sale is a receipt whose total is not negative, and a return is one whose total is
 * negative; both are dated by their first line.  Gaps are the days between days with sales
 * that follow one another.  A window of w days holds the days after as_of - w, up to as_of.
 * Standard deviations have n - 1 below; logarithms and entropies are natural.  A feature that
 * is not defined is NAN.
 *
 * Amounts are summed exactly.  All other sums are made of values in one order, so the same
 * receipts give the same bits whatever the order of their lines.
 */
#ifndef SEG_RECEIPTS_RECEIPT_FEATURES_H
#define SEG_RECEIPTS_RECEIPT_FEATURES_H

#include "receipts/receipt_part.h"

/* The columns in their order, with their kinds. */
#define SEG_RECEIPT_FEATURES(FEATURE) \
	FEATURE(TENURE_DAYS, DAYS) \
	FEATURE(RECENCY_DAYS, DAYS) \
	FEATURE(LIFESPAN_DAYS, DAYS) \
	FEATURE(RECEIPTS, COUNT) \
	FEATURE(RETURN_RECEIPTS, COUNT) \
	FEATURE(ACTIVE_DAYS, COUNT) \
	FEATURE(ACTIVE_MONTHS, COUNT) \
	FEATURE(GAP_MEAN, NUMBER) \
	FEATURE(GAP_SD, NUMBER) \
	FEATURE(GAP_CV, NUMBER) \
	FEATURE(GAP_MEDIAN, NUMBER) \
	FEATURE(GAP_MIN, DAYS) \
	FEATURE(GAP_MAX, DAYS) \
	FEATURE(GAP_LAST, DAYS) \
	FEATURE(GAP_TREND, NUMBER) \
	FEATURE(LOG_GAP_MEAN, NUMBER) \
	FEATURE(LOG_GAP_SD, NUMBER) \
	FEATURE(LATENESS, NUMBER) \
	FEATURE(LATENESS_MEDIAN, NUMBER) \
	FEATURE(LATENESS_Z, NUMBER) \
	FEATURE(MONETARY, MONEY) \
	FEATURE(SALES, MONEY) \
	FEATURE(RETURNS, MONEY) \
	FEATURE(RETURN_SHARE, NUMBER) \
	FEATURE(RETURN_RECEIPT_SHARE, NUMBER) \
	FEATURE(RECEIPT_MEAN, NUMBER) \
	FEATURE(RECEIPT_SD, NUMBER) \
	FEATURE(RECEIPT_CV, NUMBER) \
	FEATURE(RECEIPT_MEDIAN, NUMBER) \
	FEATURE(RECEIPT_MIN, NUMBER) \
	FEATURE(RECEIPT_MAX, NUMBER) \
	FEATURE(RECEIPT_FIRST, NUMBER) \
	FEATURE(RECEIPT_LAST, NUMBER) \
	FEATURE(RECEIPT_TREND, NUMBER) \
	FEATURE(LINES_PER_RECEIPT, NUMBER) \
	FEATURE(QUANTITY_PER_RECEIPT, NUMBER) \
	FEATURE(PRODUCTS, COUNT) \
	FEATURE(PRODUCTS_PER_RECEIPT, NUMBER) \
	FEATURE(PRODUCT_ENTROPY, NUMBER) \
	FEATURE(TOP_PRODUCT_SHARE, NUMBER) \
	FEATURE(DISTINCT_CATEGORIES, COUNT) \
	FEATURE(CATEGORY_ENTROPY, NUMBER) \
	FEATURE(TOP_CATEGORY_SHARE, NUMBER) \
	FEATURE(DISCOUNT_SHARE, NUMBER) \
	FEATURE(DISCOUNTED_RECEIPT_SHARE, NUMBER) \
	FEATURE(RECEIPTS_30, COUNT) \
	FEATURE(RECEIPTS_90, COUNT) \
	FEATURE(RECEIPTS_180, COUNT) \
	FEATURE(RECEIPTS_365, COUNT) \
	FEATURE(SALES_30, MONEY) \
	FEATURE(SALES_90, MONEY) \
	FEATURE(SALES_180, MONEY) \
	FEATURE(SALES_365, MONEY) \
	FEATURE(SALES_RATIO_30, NUMBER) \
	FEATURE(SALES_RATIO_90, NUMBER) \
	FEATURE(SALES_RATIO_180, NUMBER) \
	FEATURE(SALES_RATIO_365, NUMBER) \
	FEATURE(SALES_TREND, NUMBER) \
	FEATURE(SHARE_MON, NUMBER) \
	FEATURE(SHARE_TUE, NUMBER) \
	FEATURE(SHARE_WED, NUMBER) \
	FEATURE(SHARE_THU, NUMBER) \
	FEATURE(SHARE_FRI, NUMBER) \
	FEATURE(SHARE_SAT, NUMBER) \
	FEATURE(SHARE_SUN, NUMBER) \
	FEATURE(WEEKDAY_ENTROPY, NUMBER) \
	FEATURE(SHARE_MORNING, NUMBER) \
	FEATURE(SHARE_AFTERNOON, NUMBER) \
	FEATURE(SHARE_EVENING, NUMBER) \
	FEATURE(SHARE_NIGHT, NUMBER)

#define SEG_RECEIPT_FEATURE_NAME(name, kind) SEG_RECEIPT_FEATURE_##name,
typedef enum SegReceiptFeature
{
	SEG_RECEIPT_FEATURES(SEG_RECEIPT_FEATURE_NAME)
	SEG_RECEIPT_FEATURE_COUNT
} SegReceiptFeature;
#undef SEG_RECEIPT_FEATURE_NAME

#define SEG_RECEIPT_FEATURE_WINDOWS 4

/* The sums of money, in the order of the columns of kind MONEY. */
enum
{
	SEG_MONEY_MONETARY,
	SEG_MONEY_SALES,
	SEG_MONEY_RETURNS,			/* not above 0 */
	SEG_MONEY_WINDOWS,
	SEG_MONEY_COUNT = SEG_MONEY_WINDOWS + SEG_RECEIPT_FEATURE_WINDOWS
};

typedef struct SegReceiptFeatures
{
	double		values[SEG_RECEIPT_FEATURE_COUNT];	/* where the kind is not MONEY */
	SegTotal	money[SEG_MONEY_COUNT];
} SegReceiptFeatures;

/* What the relation has, and what is known about it. */
typedef struct SegReceiptFeatureSource
{
	int32_t		as_of;
	bool		has_time;
	bool		has_quantity;
	bool		has_discount;
	bool		has_products;	/* codes of items are products */
	const uint32_t *categories; /* by code of the product, 0: none; NULL: there are no categories */
} SegReceiptFeatureSource;

/*
 * The features of one customer.
 * IN receipts[n] by day, second and amount, all up to as_of, with details; INOUT items[item_count]: their lines, which
 * are reordered, and whose codes become categories; SCRATCH: 2 n doubles; OUT features: wide parts of money are numbers
 * of the pool, to be dropped by the caller.  Cost: n log n and item_count log item_count.
 */
extern void seg_receipt_features(const SegReceiptFeatureSource *source, SegWidePool *pool, const SegDetailedReceipt *receipts, size_t n,
								 SegReceiptItem *items, size_t item_count, double *scratch, SegReceiptFeatures *features);

#endif							/* SEG_RECEIPTS_RECEIPT_FEATURES_H */
