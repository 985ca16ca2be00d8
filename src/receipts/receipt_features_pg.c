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
#include "executor/tuptable.h"
#include "tcop/dest.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "receipts/receipt_features.h"
#include "receipts/ledger_pg.h"
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

/* ---- products ---- */

/* The categories of products: both are codes. */
typedef struct Products
{
	DestReceiver receiver;
	SegBudget  *budget;
	MemoryContext context;
	MemoryContext row;
	SegCodes   *codes;			/* of products */
	SegCodes   *names;			/* of categories */
	uint32	   *categories;		/* by code of the product */
	size_t		room;
	bool		integer_ids;
	uint64		ambiguous;
} Products;

/* Have a category for all codes up to this one; 0 where none is known. */
static void
reach_code(Products *products, uint32 code)
{
	size_t		room = Max((size_t) 1024, 2 * products->room);

	if (code < products->room)
		return;
	room = Max(room, (size_t) code + 1);
	seg_budget_reserve(products->budget, (room - products->room) * sizeof(uint32));
	products->categories = products->categories == NULL ?
		MemoryContextAllocHuge(products->context, room * sizeof(uint32)) :
		repalloc_huge(products->categories, room * sizeof(uint32));
	memset(products->categories + products->room, 0, (room - products->room) * sizeof(uint32));
	products->room = room;
}

static bool
receive_product(TupleTableSlot *slot, DestReceiver *self)
{
	Products   *products = (Products *) self;
	MemoryContext old = MemoryContextSwitchTo(products->row);
	text	   *name;
	uint32		code;
	uint32		category;

	slot_getallattrs(slot);
	if (!slot->tts_isnull[0] && !slot->tts_isnull[1])
	{
		text	   *product = products->integer_ids ? NULL : DatumGetTextPP(slot->tts_values[0]);

		name = DatumGetTextPP(slot->tts_values[1]);
		code = seg_codes_enter(products->codes, product == NULL ? seg_key_of_integer(DatumGetInt64(slot->tts_values[0])) :
							   seg_key_of_text(VARDATA_ANY(product), VARSIZE_ANY_EXHDR(product)));
		category = seg_codes_enter(products->names, seg_key_of_text(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)));
		reach_code(products, code);
		products->ambiguous += products->categories[code] != 0 && products->categories[code] != category;
		products->categories[code] = category;
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(products->row);
	return true;
}

static void
begin_products(DestReceiver *self, int operation, TupleDesc shape)
{
	((Products *) self)->integer_ids = TupleDescAttr(shape, 0)->atttypid == INT8OID;
}

static void
end_products(DestReceiver *self)
{
}

static Products *
read_products(const char *query, SegCodes *codes)
{
	Products   *products = palloc0(sizeof(Products));
	SPIExecuteOptions options = {.read_only = true};

	products->receiver = (DestReceiver) {receive_product, begin_products, end_products, end_products, DestTransientRel};
	products->context = CurrentMemoryContext;
	products->row = AllocSetContextCreate(CurrentMemoryContext, "segment product", ALLOCSET_SMALL_SIZES);
	products->budget = seg_budget_create(CurrentMemoryContext);
	products->codes = codes;
	products->names = seg_codes_create();
	options.dest = &products->receiver;
	if (SPI_execute_extended(query, &options) != SPI_OK_SELECT)
		elog(ERROR, "could not read the products");
	if (products->ambiguous > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("products have " UINT64_FORMAT " rows whose product_id has another category before", products->ambiguous),
				 errhint("Each product_id needs one category.")));
	return products;
}

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
	Products   *products = NULL;
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
		products = read_products(TextDatumGetCString(plan[PLAN_PRODUCTS]), source.codes);
	engine = seg_engine_create(SEG_RECEIPTS_LIST, SEG_NO_DAY);
	seg_engine_keep_details(engine);
	seg_receipts_read(&source, engine);
	if (products != NULL)
	{
		reach_code(products, seg_codes_count(source.codes));
		rows.source.categories = products->categories;
	}
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
