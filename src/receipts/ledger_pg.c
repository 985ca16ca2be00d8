/*
 * ledger_pg.c
 *		Reading a ledger in place of its receipts; see ledger_pg.h.
 */
#include "receipts/ledger_pg.h"

#include "catalog/pg_type.h"
#include "tcop/dest.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "receipts/ledger_scan_pg.h"

typedef struct CellReceiver
{
	DestReceiver receiver;
	SegReceiptsEngine *engine;
	SegReceiptsMode mode;
	int32		since;
	int32		as_of;
	MemoryContext row;			/* of what waiting rows need, reset with them */
	uint32		waiting;		/* sums that the engine has not yet */
	SegCustomer sums[SEG_ENGINE_SUMS];
} CellReceiver;

static bool
is_ledger(Oid relation)
{
	static const char *const columns[] = {"customer_id", "month", "receipts", "sales", "net", "first_date", "last_date"};

	for (int i = 0; i < lengthof(columns); i++)
		if (get_attnum(relation, columns[i]) <= 0)
			return false;
	return get_attnum(relation, "receipt_date") <= 0;
}

/* (relation): has it the columns of a ledger? */
PG_FUNCTION_INFO_V1(receipts_is_ledger);
Datum
receipts_is_ledger(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(is_ledger(PG_GETARG_OID(0)));
}

/* ---- the receipts of a ledger ---- */

void
seg_ledger_to_receipts(FunctionCallInfo fcinfo, int receipts, int currency, int rates)
{
	SPIExecuteOptions options = {.read_only = true};
	const int	places[] = {receipts, currency, rates};

	if (PG_ARGISNULL(receipts) || !is_ledger(PG_GETARG_OID(receipts)))
		return;
	if (!PG_ARGISNULL(currency) || !PG_ARGISNULL(rates))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("currency and rates cannot be used with a ledger"),
				 errhint("A ledger has the amounts in the currency that create_ledger was called with.")));
	options.params = makeParamList(1);
	options.params->params[0] = (ParamExternData) {PG_GETARG_DATUM(receipts), false, PARAM_FLAG_CONST, REGCLASSOID};
	seg_receipts_run("SELECT s.source, s.currency, s.rates FROM segment_internal.ledger_source($1) s", &options);
	for (int i = 0; i < lengthof(places); i++)
	{
		NullableDatum *argument = &fcinfo->args[places[i]];

		argument->value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1, &argument->isnull);
	}
}

/* ---- one row ---- */

/* What a user may have put into the table. */
static void
check_cell(const CellReceiver *cells, const Datum *values, const bool *nulls)
{
	int64		receipts = DatumGetInt64(values[SEG_LEDGER_RECEIPTS]);
	bool		missing = nulls[SEG_LEDGER_RECEIPTS] || nulls[SEG_LEDGER_NET];

	if (!missing && receipts > 0)
		missing = nulls[SEG_LEDGER_SALES] || nulls[SEG_LEDGER_FIRST] || nulls[SEG_LEDGER_LAST];
	if (missing)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a row of the ledger has no receipts, net, sales, first_date or last_date")));
	if (receipts < 0 || DATE_NOT_FINITE(DatumGetDateADT(values[SEG_LEDGER_MONTH])) ||
		(receipts > 0 && (DatumGetDateADT(values[SEG_LEDGER_FIRST]) < DatumGetDateADT(values[SEG_LEDGER_MONTH]) ||
						  DatumGetDateADT(values[SEG_LEDGER_LAST]) < DatumGetDateADT(values[SEG_LEDGER_FIRST]) ||
						  DatumGetDateADT(values[SEG_LEDGER_LAST]) > cells->as_of)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a row of the ledger has receipts, first_date or last_date that do not belong to its month")));
}

static SegAmount
amount_of(const CellReceiver *cells, Datum value)
{
	SegAmount	amount;

	if (!seg_receipts_amount(cells->engine, value, &amount))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("amount must not be NaN or infinite")));
	return amount;
}

static void
flush_sums(CellReceiver *cells)
{
	seg_engine_add_many_sums(cells->engine, cells->sums, cells->waiting);
	cells->waiting = 0;
	MemoryContextReset(cells->row);
}

static void
add_sums(CellReceiver *cells, SegKey customer, const Datum *values)
{
	SegCustomer sums = {.key = customer, .last_day = SEG_NO_DAY};
	int64		receipts = DatumGetInt64(values[SEG_LEDGER_RECEIPTS]);

	if (receipts > 0)
		sums.last_day = DatumGetDateADT(values[SEG_LEDGER_LAST]);
	if (DatumGetDateADT(values[SEG_LEDGER_MONTH]) >= cells->since)
	{
		sums.count = receipts;
		seg_total_add(seg_engine_pool(cells->engine), &sums.net, amount_of(cells, values[SEG_LEDGER_NET]));
	}
	cells->sums[cells->waiting++] = sums;
}

static void
add_receipt(const CellReceiver *cells, SegKey customer, int32 day, SegAmount amount)
{
	SegReceiptLine line = {.customer = customer, .day = day, .amount = amount};

	seg_engine_add(cells->engine, &line);
}

/* net - sales; false when they are the same. */
static bool
returns_of(const CellReceiver *cells, const Datum *values, SegAmount sales, SegAmount *returns)
{
	Datum		difference;

	*returns = amount_of(cells, values[SEG_LEDGER_NET]);
	if (returns->scale != SEG_AMOUNT_WIDE && sales.scale != SEG_AMOUNT_WIDE &&
		!__builtin_sub_overflow(returns->value, sales.value, &returns->value))
	{
		returns->scale = Max(returns->scale, sales.scale);
		return returns->value != 0;
	}
	if (returns->scale == SEG_AMOUNT_WIDE)
		seg_engine_pool(cells->engine)->drop(seg_engine_pool(cells->engine), returns->value);
	difference = DirectFunctionCall2(numeric_sub, values[SEG_LEDGER_NET], values[SEG_LEDGER_SALES]);
	*returns = amount_of(cells, difference);
	return !DatumGetBool(DirectFunctionCall2(numeric_eq, values[SEG_LEDGER_NET], values[SEG_LEDGER_SALES]));
}

/* Sales as one receipt, returns as another one, and receipts of nothing to make up their number. */
static void
add_receipts(const CellReceiver *cells, SegKey customer, const Datum *values)
{
	int64		receipts = DatumGetInt64(values[SEG_LEDGER_RECEIPTS]);
	int32		day = DatumGetDateADT(values[receipts > 0 ? SEG_LEDGER_FIRST : SEG_LEDGER_MONTH]);
	SegAmount	returns;
	bool		has_returns = true;

	if (receipts > 0)
	{
		SegAmount	sales = amount_of(cells, values[SEG_LEDGER_SALES]);

		add_receipt(cells, customer, day, sales);
		has_returns = returns_of(cells, values, sales, &returns);
	}
	else
		returns = amount_of(cells, values[SEG_LEDGER_NET]);
	if (has_returns)
		add_receipt(cells, customer, day, returns);
	for (int64 i = 1; i < receipts; i++)
	{
		CHECK_FOR_INTERRUPTS();
		add_receipt(cells, customer, day, (SegAmount) {0, 0});
	}
}

static void
take_cell(const Datum *values, const bool *nulls, void *argument)
{
	CellReceiver *cells = argument;
	MemoryContext old;
	text	   *customer;
	SegKey		key;

	if (nulls[SEG_LEDGER_CUSTOMER])
		return;
	old = MemoryContextSwitchTo(cells->row);
	check_cell(cells, values, nulls);
	customer = DatumGetTextPP(values[SEG_LEDGER_CUSTOMER]);
	/* a long text is referred to until the row is added */
	if (cells->mode == SEG_RECEIPTS_SUMS && VARSIZE_ANY_EXHDR(customer) > SEG_KEY_INLINE)
		customer = DatumGetTextPCopy(PointerGetDatum(customer));
	key = seg_key_of_text(VARDATA_ANY(customer), VARSIZE_ANY_EXHDR(customer));
	if (cells->mode == SEG_RECEIPTS_SUMS)
		add_sums(cells, key, values);
	else
		add_receipts(cells, key, values);
	MemoryContextSwitchTo(old);
	if (cells->mode != SEG_RECEIPTS_SUMS)
		MemoryContextReset(cells->row);
	else if (cells->waiting == SEG_ENGINE_SUMS)
		flush_sums(cells);
}

static bool
receive_cell(TupleTableSlot *slot, DestReceiver *self)
{
	slot_getallattrs(slot);
	take_cell(slot->tts_values, slot->tts_isnull, self);
	return true;
}

static void
begin_cells(DestReceiver *self, int operation, TupleDesc shape)
{
	Assert(shape->natts == SEG_LEDGER_COLUMNS);
}

static void
end_cells(DestReceiver *self)
{
}

/* ---- the whole ledger ---- */

void
seg_receipts_or_ledger_read(const SegReceiptsSource *source, SegReceiptsEngine *engine, SegReceiptsMode mode, int32 since)
{
	SPIExecuteOptions options = {.params = seg_receipts_parameters(source), .read_only = true};
	CellReceiver cells = {
		.receiver = {receive_cell, begin_cells, end_cells, end_cells, DestTransientRel},
		.engine = engine, .mode = mode, .since = since, .as_of = source->as_of
	};
	char	   *query;

	if (source->no_receipts || !is_ledger(source->receipts))
	{
		seg_receipts_read(source, engine);
		return;
	}
	seg_receipts_run("SELECT segment_internal.ledger_cells($1, $2, $3, $4)", &options);
	query = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	cells.row = AllocSetContextCreate(CurrentMemoryContext, "segment ledger row", ALLOCSET_DEFAULT_SIZES);
	options.dest = &cells.receiver;
	if (!seg_ledger_scan(source->receipts, source->as_of, take_cell, &cells))
		seg_receipts_run(query, &options);
	flush_sums(&cells);
	MemoryContextDelete(cells.row);
	seg_engine_close(engine);
}
