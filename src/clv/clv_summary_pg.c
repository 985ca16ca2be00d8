/*
 * clv_summary_pg.c
 *		clv_summary: what clv_fit and clv_details read of each customer, out of a receipts relation.
 */
#include "server/compat.h"

#include "utils/memutils.h"

#include "clv/clv_summary.h"
#include "receipts/ledger_pg.h"

/* Arguments of clv_summary by their places. */
enum
{
	ARG_RECEIPTS, ARG_AS_OF, ARG_CURRENCY, ARG_RATES
};

typedef struct SummaryRows
{
	SegRow	   *row;
	int32		as_of;
	MemoryContext context;		/* of one row */
} SummaryRows;

static void
put_customer(SegReceiptsEngine *engine, const SegKey *customer, const SegReceipt *receipts, size_t n, void *argument)
{
	SummaryRows *rows = argument;
	MemoryContext old = MemoryContextSwitchTo(rows->context);
	SegClvSummary summary;

	if (seg_clv_summarize(seg_engine_pool(engine), receipts, n, &summary))
	{
		SegRow	   *row = rows->row;

		seg_put(row, PointerGetDatum(seg_receipts_id(engine, *customer)), false);
		seg_put_int64(row, summary.x);
		seg_put_int32(row, summary.last - summary.first);
		seg_put_int32(row, rows->as_of - summary.first);
		seg_put_float8(row, summary.mean_value);
		seg_row_store(row);
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(rows->context);
}

static void
summary_rows(FunctionCallInfo fcinfo, SegRow *row)
{
	SegReceiptsSource source;
	SegReceiptsEngine *engine = seg_engine_create(SEG_RECEIPTS_LIST, SEG_NO_DAY);
	SummaryRows rows = {.row = row, .context = AllocSetContextCreate(CurrentMemoryContext, "segment row", ALLOCSET_DEFAULT_SIZES)};

	seg_ledger_to_receipts(fcinfo, ARG_RECEIPTS, ARG_CURRENCY, ARG_RATES);
	source = seg_receipts_source(fcinfo, ARG_RECEIPTS, ARG_AS_OF, ARG_CURRENCY, ARG_RATES);
	rows.as_of = source.as_of;
	seg_receipts_read(&source, engine);
	seg_engine_each_list(engine, put_customer, &rows);
	seg_engine_end(engine);
}

PG_FUNCTION_INFO_V1(clv_summary);
Datum
clv_summary(PG_FUNCTION_ARGS)
{
	return seg_receipts_rows(fcinfo, summary_rows);
}
