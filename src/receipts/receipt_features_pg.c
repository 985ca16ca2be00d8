/*
 * receipt_features_pg.c
 *		receipt_features: the features of all customers of a receipts relation.
 *
 * Products become codes as their lines pass.  A relation of products is read before, so
 * that the category of each code is known.
 */
#include "server/compat.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "receipts/receipt_features.h"
#include "receipts/ledger_pg.h"
#include "receipts/products_pg.h"
#include "receipts/wide_pool_pg.h"
#include "server/id.h"

/* Arguments of receipt_features by their places. */
enum
{
	ARG_RECEIPTS, ARG_AS_OF, ARG_CURRENCY, ARG_RATES, ARG_PRODUCTS
};

typedef enum Kind
{
	DAYS, COUNT, NUMBER, MONEY
} Kind;

#define KIND_OF(name, kind) kind,
static const Kind kinds[SEG_RECEIPT_FEATURE_COUNT] = {SEG_RECEIPT_FEATURES(KIND_OF)};
#undef KIND_OF

/* ---- rows ---- */

typedef struct FeatureRows
{
	SegReceiptFeatureSource source;
	SegRow	   *row;
	MemoryContext context;		/* of one row */
} FeatureRows;

static Numeric
money_of(SegReceiptsEngine *engine, const SegReceiptFeatures *features, int money)
{
	Numeric		value = seg_total_numeric(seg_engine_pool(engine), &features->money[money]);

	if (money != SEG_MONEY_RETURNS)
		return value;
	return DatumGetNumeric(DirectFunctionCall1(numeric_uminus, NumericGetDatum(value)));
}

static void
put_features(SegReceiptsEngine *engine, SegRow *row, const SegReceiptFeatures *features)
{
	int			money = 0;

	for (int f = 0; f < SEG_RECEIPT_FEATURE_COUNT; f++)
	{
		double		value = features->values[f];

		switch (kinds[f])
		{
			case DAYS:
				seg_put(row, Int32GetDatum(isnan(value) ? 0 : (int32) value), isnan(value));
				break;
			case COUNT:
				seg_put(row, Int64GetDatum(isnan(value) ? 0 : (int64) value), isnan(value));
				break;
			case NUMBER:
				seg_put_float8(row, value);
				break;
			case MONEY:
				seg_put(row, NumericGetDatum(money_of(engine, features, money++)), false);
				break;
		}
	}
}

static void
put_customer(SegReceiptsEngine *engine, const SegKey *customer, const SegCustomerReceipts *receipts, void *argument)
{
	FeatureRows *rows = argument;
	MemoryContext old = MemoryContextSwitchTo(rows->context);
	double	   *scratch = MemoryContextAllocHuge(rows->context, 2 * receipts->n * sizeof(double));
	SegReceiptFeatures features;

	seg_receipt_features(&rows->source, seg_engine_pool(engine), receipts->receipts, receipts->n,
						 receipts->items, receipts->item_count, scratch, &features);
	seg_put(rows->row, PointerGetDatum(seg_receipts_id(engine, *customer)), false);
	put_features(engine, rows->row, &features);
	seg_row_store(rows->row);
	for (int m = 0; m < SEG_MONEY_COUNT; m++)
		seg_total_clear(seg_engine_pool(engine), &features.money[m]);
	MemoryContextSwitchTo(old);
	MemoryContextReset(rows->context);
}

/* What segment_internal.feature_plan says: the details of lines, the query of products, and which columns there are. */
enum
{
	PLAN_DETAILS, PLAN_PRODUCTS, PLAN_HAS_PRODUCT_ID, PLAN_HAS_TIME, PLAN_HAS_QUANTITY, PLAN_HAS_DISCOUNT
};

/* A text of the plan; NULL when it is null. */
static text *
plan_text(const Datum *plan, const bool *nulls, int column)
{
	return nulls[column] ? NULL : DatumGetTextPP(plan[column]);
}

static void
feature_rows(FunctionCallInfo fcinfo, SegRow *row)
{
	SegReceiptsSource source;
	FeatureRows rows = {.row = row};
	SegReceiptsEngine *engine;
	SegProducts *products = NULL;
	Datum		array;
	Datum	   *plan;
	bool	   *nulls;
	int			count;

	seg_ledger_to_receipts(fcinfo, ARG_RECEIPTS, ARG_CURRENCY, ARG_RATES);
	source = seg_receipts_source(fcinfo, ARG_RECEIPTS, ARG_AS_OF, ARG_CURRENCY, ARG_RATES);
	rows.source.as_of = source.as_of;
	(void) seg_receipts_call(fcinfo, "feature_plan", &array);
	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &plan, &nulls, &count);
	source.details = plan_text(plan, nulls, PLAN_DETAILS);
	source.codes = seg_codes_create();
	rows.source.has_products = !nulls[PLAN_HAS_PRODUCT_ID];
	rows.source.has_time = !nulls[PLAN_HAS_TIME];
	rows.source.has_quantity = !nulls[PLAN_HAS_QUANTITY];
	rows.source.has_discount = !nulls[PLAN_HAS_DISCOUNT];
	if (!nulls[PLAN_PRODUCTS])
		products = seg_products_read(TextDatumGetCString(plan[PLAN_PRODUCTS]), source.codes);
	engine = seg_engine_create(SEG_RECEIPTS_LIST, SEG_NO_DAY);
	seg_engine_keep_details(engine);
	seg_receipts_read(&source, engine);
	if (products != NULL)
		rows.source.categories = seg_products_categories(products);
	rows.context = AllocSetContextCreate(CurrentMemoryContext, "segment row", ALLOCSET_DEFAULT_SIZES);
	seg_engine_each_detailed(engine, put_customer, &rows);
	seg_engine_end(engine);
}

PG_FUNCTION_INFO_V1(receipt_features);
Datum
receipt_features(PG_FUNCTION_ARGS)
{
	return seg_receipts_rows(fcinfo, feature_rows);
}
