/*
 * purchase_label_pg.c
 *		purchase_label: who of the customers up to a date buys in the days after it.
 *
 * Lines are read up to the end of the horizon.  A receipt is dated by its first line, so a
 * receipt that began before as_of is no purchase after it, whatever lines it gets later.
 */
#include "server/compat.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "receipts/ledger_pg.h"
#include "receipts/wide_pool_pg.h"

/* Arguments of purchase_label by their places. */
enum
{
	ARG_RECEIPTS, ARG_AS_OF, ARG_HORIZON_DAYS, ARG_PRODUCT_ID, ARG_KNOWN_UNTIL, ARG_CURRENCY, ARG_RATES
};

/* What segment_internal.label_plan says. */
enum
{
	PLAN_DETAILS, PLAN_IS_OVER
};

typedef struct LabelRows
{
	SegRow	   *row;
	MemoryContext context;		/* of one row */
	int32		as_of;
	bool		is_over;
} LabelRows;

/* The row of a customer whose first purchase after as_of is on that day, or SEG_NO_DAY. */
static void
put_label(const LabelRows *rows, SegReceiptsEngine *engine, SegKey customer, int32 day)
{
	MemoryContext old = MemoryContextSwitchTo(rows->context);

	seg_put(rows->row, PointerGetDatum(seg_receipts_id(engine, customer)), false);
	seg_put(rows->row, BoolGetDatum(day != SEG_NO_DAY), !rows->is_over);
	seg_put(rows->row, Int32GetDatum(day - rows->as_of), !rows->is_over || day == SEG_NO_DAY);
	seg_row_store(rows->row);
	MemoryContextSwitchTo(old);
	MemoryContextReset(rows->context);
}

static bool
is_sale(SegReceiptsEngine *engine, const SegReceipt *receipt)
{
	return !seg_amount_is_negative(seg_engine_pool(engine), seg_receipt_amount(receipt));
}

/* Receipts come by day. */
static void
put_customer(SegReceiptsEngine *engine, const SegKey *customer, const SegReceipt *receipts, size_t n, void *argument)
{
	const LabelRows *rows = argument;
	size_t		i = 0;

	if (receipts[0].day > rows->as_of)
		return;
	while (i < n && (receipts[i].day <= rows->as_of || !is_sale(engine, &receipts[i])))
	{
		seg_check_step(i);
		i++;
	}
	put_label(rows, engine, *customer, i < n ? receipts[i].day : SEG_NO_DAY);
}

/* The same for a product: lines of it have a code. */
static void
put_customer_of_product(SegReceiptsEngine *engine, const SegKey *customer, const SegCustomerReceipts *receipts, void *argument)
{
	const LabelRows *rows = argument;
	size_t		first = receipts->n;

	if (receipts->receipts[0].receipt.day > rows->as_of)
		return;
	for (size_t i = 0; i < receipts->item_count; i++)
	{
		const SegReceiptItem *item = &receipts->items[i];
		const SegReceipt *receipt = &receipts->receipts[item->receipt].receipt;

		seg_check_step(i);
		if (item->code != 0 && item->amount >= 0 && item->receipt < first && receipt->day > rows->as_of && is_sale(engine, receipt))
			first = item->receipt;
	}
	put_label(rows, engine, *customer, first < receipts->n ? receipts->receipts[first].receipt.day : SEG_NO_DAY);
}

static void
label_rows(FunctionCallInfo fcinfo, SegRow *row)
{
	SegReceiptsSource source;
	LabelRows	rows = {.row = row};
	SegReceiptsEngine *engine;
	Datum		array;
	Datum	   *plan;
	bool	   *nulls;
	int			count;

	seg_ledger_to_receipts(fcinfo, ARG_RECEIPTS, ARG_CURRENCY, ARG_RATES);
	source = seg_receipts_source(fcinfo, ARG_RECEIPTS, ARG_AS_OF, ARG_CURRENCY, ARG_RATES);
	(void) seg_receipts_call(fcinfo, "label_plan", &array);
	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &plan, &nulls, &count);
	rows.as_of = source.as_of;
	rows.is_over = !nulls[PLAN_IS_OVER];
	rows.context = AllocSetContextCreate(CurrentMemoryContext, "segment row", ALLOCSET_DEFAULT_SIZES);
	if (rows.is_over)
		source.as_of += PG_GETARG_INT32(ARG_HORIZON_DAYS);
	engine = seg_engine_create(SEG_RECEIPTS_LIST, SEG_NO_DAY);
	if (nulls[PLAN_DETAILS])
	{
		seg_receipts_read(&source, engine);
		seg_engine_each_list(engine, put_customer, &rows);
	}
	else
	{
		source.details = DatumGetTextPP(plan[PLAN_DETAILS]);
		source.codes = seg_codes_create();
		seg_engine_keep_details(engine);
		seg_receipts_read(&source, engine);
		seg_engine_each_detailed(engine, put_customer_of_product, &rows);
	}
	seg_engine_end(engine);
}

PG_FUNCTION_INFO_V1(purchase_label);
Datum
purchase_label(PG_FUNCTION_ARGS)
{
	return seg_receipts_rows(fcinfo, label_rows);
}
