/*
 * receipts_pg.c
 *		receipt_totals and receipt_counts: the receipts of a relation, and its lines.
 */
#include "server/compat.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "receipts/ledger_pg.h"
#include "receipts/wide_pool_pg.h"

/* ---- receipt_totals ---- */

/* Arguments of receipt_totals by their places. */
enum
{
	ARG_RECEIPTS, ARG_AS_OF, ARG_CURRENCY, ARG_RATES
};

/* One row of receipt_totals: a receipt with a number, or all without one of a day. */
typedef struct Totals
{
	int64		count;			/* receipts whose total is not negative */
	Numeric		sales;			/* their total; NULL where there are none */
	Numeric		net;
} Totals;

static Numeric
sum_of(Numeric sum, Numeric amount)
{
	return sum == NULL ? amount : numeric_add_opt_error(sum, amount, NULL);
}

static void
add_to_totals(SegReceiptsEngine *engine, Totals *totals, const SegReceipt *receipt)
{
	SegAmount	amount = seg_receipt_amount(receipt);
	Numeric		value = seg_engine_amount(engine, amount);

	totals->net = sum_of(totals->net, value);
	if (seg_amount_is_negative(seg_engine_pool(engine), amount))
		return;
	totals->count++;
	totals->sales = sum_of(totals->sales, value);
}

static void
put_totals(SegReceiptsEngine *engine, SegRow *row, SegKey customer, int32 day, const Totals *totals)
{
	seg_put(row, PointerGetDatum(seg_receipts_id(engine, customer)), false);
	seg_put(row, DateADTGetDatum(day), false);
	seg_put_int64(row, totals->count);
	seg_put(row, NumericGetDatum(totals->sales), totals->sales == NULL);
	seg_put(row, NumericGetDatum(totals->net), false);
	seg_row_store(row);
}

typedef struct TotalsRows
{
	SegRow	   *row;
	MemoryContext context;		/* of one customer's rows */
} TotalsRows;

static void
put_customer(SegReceiptsEngine *engine, const SegKey *customer, const SegReceipt *receipts, size_t n, void *argument)
{
	TotalsRows *rows = argument;
	MemoryContext old = MemoryContextSwitchTo(rows->context);
	Totals		of_day = {0};

	for (size_t i = 0; i < n; i++)
	{
		Totals		of_receipt = {0};

		add_to_totals(engine, receipts[i].has_number ? &of_receipt : &of_day, &receipts[i]);
		if (receipts[i].has_number)
			put_totals(engine, rows->row, *customer, receipts[i].day, &of_receipt);
		if (of_day.net != NULL && (i + 1 == n || receipts[i + 1].day != receipts[i].day))
		{
			put_totals(engine, rows->row, *customer, receipts[i].day, &of_day);
			of_day = (Totals) {0};
		}
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(rows->context);
}

static void
totals_rows(FunctionCallInfo fcinfo, SegRow *row)
{
	SegReceiptsSource source;
	SegReceiptsEngine *engine = seg_engine_create(SEG_RECEIPTS_LIST, SEG_NO_DAY);
	TotalsRows	rows = {row, AllocSetContextCreate(CurrentMemoryContext, "segment row", ALLOCSET_DEFAULT_SIZES)};

	seg_ledger_to_receipts(fcinfo, ARG_RECEIPTS, ARG_CURRENCY, ARG_RATES);
	source = seg_receipts_source(fcinfo, ARG_RECEIPTS, ARG_AS_OF, ARG_CURRENCY, ARG_RATES);
	seg_receipts_read(&source, engine);
	seg_engine_each_list(engine, put_customer, &rows);
	seg_engine_end(engine);
}

PG_FUNCTION_INFO_V1(receipt_totals);
Datum
receipt_totals(PG_FUNCTION_ARGS)
{
	return seg_receipts_rows(fcinfo, totals_rows);
}

/* ---- receipt_counts ---- */

/* The rows of the query that segment_internal.receipt_counts_query makes. */
static void
counts_rows(FunctionCallInfo fcinfo, SegRow *row)
{
	Datum		query;
	Oid			types[] = {REGCLASSOID, DATEOID, TEXTOID};
	Datum		values[] = {PG_GETARG_DATUM(0), PG_GETARG_DATUM(1), PG_GETARG_DATUM(2)};
	char		nulls[] = {' ', ' ', PG_ARGISNULL(2) ? 'n' : ' '};

	(void) seg_receipts_call(fcinfo, "receipt_counts_query", &query);
	if (SPI_execute_with_args(TextDatumGetCString(query), lengthof(types), types, values, nulls, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not count the lines");
	for (int i = 0; i < SPI_tuptable->tupdesc->natts; i++)
	{
		bool		isnull;
		Datum		count = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1, &isnull);

		seg_put(row, count, isnull);
	}
	seg_row_store(row);
}

PG_FUNCTION_INFO_V1(receipt_counts);
Datum
receipt_counts(PG_FUNCTION_ARGS)
{
	return seg_receipts_rows(fcinfo, counts_rows);
}

/* ---- columns ---- */

/* (relation, column_name): the type of the column, of a domain its base type; NULL without such a column. */
PG_FUNCTION_INFO_V1(receipts_column_type);
Datum
receipts_column_type(PG_FUNCTION_ARGS)
{
	Oid			relation = PG_GETARG_OID(0);
	AttrNumber	number = get_attnum(relation, text_to_cstring(PG_GETARG_TEXT_PP(1)));

	if (number <= 0)
		PG_RETURN_NULL();
	PG_RETURN_OID(getBaseType(get_atttype(relation, number)));
}
