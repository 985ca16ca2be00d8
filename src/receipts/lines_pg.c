/*
 * lines_pg.c
 *		A receipts relation read into an engine, in one pass; see lines_pg.h.
 *
 * segment_internal.receipt_lines writes the query; the executor hands each row to
 * the receiver here, with no table between.
 */
#include "receipts/lines_pg.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "lib/stringinfo.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "receipts/line_reader_pg.h"
#include "receipts/lines_parallel_pg.h"
#include "server/rethrow.h"

typedef struct LineReceiver
{
	DestReceiver receiver;
	SegLineReader *reader;
	MemoryContext row;			/* of what a row needs, reset after it */
	bool		has_details;
} LineReceiver;

/* ---- one row ---- */

static bool
receive_line(TupleTableSlot *slot, DestReceiver *self)
{
	LineReceiver *lines = (LineReceiver *) self;
	MemoryContext old = MemoryContextSwitchTo(lines->row);

	slot_getallattrs(slot);
	seg_line_reader_take(lines->reader, slot->tts_values, slot->tts_isnull);
	MemoryContextSwitchTo(old);
	MemoryContextReset(lines->row);
	return true;
}

static void
begin_lines(DestReceiver *self, int operation, TupleDesc shape)
{
	LineReceiver *lines = (LineReceiver *) self;
	SegLineShape *read = &lines->reader->shape;
	int			columns = SEG_LINE_VALUE + read->has_value;

	if (shape->natts != columns + (lines->has_details ? SEG_DETAIL_COLUMNS : 0) ||
		TupleDescAttr(shape, SEG_LINE_DAY)->atttypid != DATEOID ||
		TupleDescAttr(shape, SEG_LINE_AMOUNT)->atttypid != NUMERICOID)
		elog(ERROR, "query of receipt lines has other columns than expected");
	if (lines->has_details)
	{
		read->details = columns;
		read->integer_code = TupleDescAttr(shape, columns + SEG_DETAIL_CODE)->atttypid == INT8OID;
	}
	read->integer_customer = TupleDescAttr(shape, SEG_LINE_CUSTOMER)->atttypid == INT8OID;
	read->integer_receipt = TupleDescAttr(shape, SEG_LINE_RECEIPT)->atttypid == INT8OID;
	seg_engine_set_integer_ids(lines->reader->engine, read->integer_customer);
}

static void
end_lines(DestReceiver *self)
{
}

/* ---- calls of SQL ---- */

SegReceiptsSource
seg_receipts_source(FunctionCallInfo fcinfo, int receipts, int as_of, int currency, int rates)
{
	SegReceiptsSource source = {
		.receipts = PG_GETARG_OID(receipts),
		.as_of = PG_GETARG_DATEADT(as_of),
		.no_receipts = PG_ARGISNULL(receipts),
		.no_as_of = PG_ARGISNULL(as_of),
		.currency = PG_ARGISNULL(currency) ? NULL : PG_GETARG_TEXT_PP(currency),
		.rates = PG_ARGISNULL(rates) ? InvalidOid : PG_GETARG_OID(rates),
	};

	return source;
}

void
seg_receipts_run(const char *query, const SPIExecuteOptions *options)
{
	if (SPI_execute_extended(query, options) != SPI_OK_SELECT)
		elog(ERROR, "could not run a query of receipts");
}

/* The only value of the result of the last query. */
static bool
only_value(Datum *value)
{
	bool		isnull;

	if (SPI_processed != 1)
		elog(ERROR, "query of receipts returned " UINT64_FORMAT " rows", SPI_processed);
	*value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	return !isnull;
}

bool
seg_receipts_call(FunctionCallInfo fcinfo, const char *function, Datum *result)
{
	Oid		   *types;
	int			count;
	SPIExecuteOptions options = {.read_only = true};
	StringInfoData query;

	(void) get_func_signature(fcinfo->flinfo->fn_oid, &types, &count);
	options.params = makeParamList(count);
	initStringInfo(&query);
	appendStringInfo(&query, "SELECT segment_internal.%s(", function);
	for (int i = 0; i < count; i++)
	{
		options.params->params[i] = (ParamExternData) {
			.value = PG_ARGISNULL(i) ? (Datum) 0 : PG_GETARG_DATUM(i),
			.isnull = PG_ARGISNULL(i), .pflags = PARAM_FLAG_CONST, .ptype = types[i]
		};
		appendStringInfo(&query, "%s$%d", i == 0 ? "" : ", ", i + 1);
	}
	appendStringInfoChar(&query, ')');
	seg_receipts_run(query.data, &options);
	return only_value(result);
}

Datum
seg_receipts_rows(FunctionCallInfo fcinfo, SegReceiptsWork work)
{
	MemoryContext context = CurrentMemoryContext;
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	PG_TRY();
	{
		SPI_connect();
		work(fcinfo, &row);
		SPI_finish();
	}
	PG_CATCH();
	{
		seg_rethrow_without_context(context);
	}
	PG_END_TRY();
	return (Datum) 0;
}

/* ---- the whole relation ---- */

ParamListInfo
seg_receipts_parameters(const SegReceiptsSource *source)
{
	const SegLedgerLines *ledger = source->ledger;
	bool		no_months = ledger == NULL || ledger->all;
	ParamListInfo list = makeParamList(ledger == NULL ? 5 : 8);
	const ParamExternData given[] = {
		{ObjectIdGetDatum(source->receipts), source->no_receipts, PARAM_FLAG_CONST, REGCLASSOID},
		{DateADTGetDatum(source->as_of), source->no_as_of, PARAM_FLAG_CONST, DATEOID},
		{PointerGetDatum(source->currency), source->currency == NULL, PARAM_FLAG_CONST, TEXTOID},
		{ObjectIdGetDatum(source->rates), !OidIsValid(source->rates), PARAM_FLAG_CONST, REGCLASSOID},
		{PointerGetDatum(source->details), source->details == NULL, PARAM_FLAG_CONST, TEXTOID},
		{no_months ? (Datum) 0 : ledger->months, no_months, PARAM_FLAG_CONST, DATEARRAYOID},
		{no_months ? (Datum) 0 : ledger->customers, no_months, PARAM_FLAG_CONST, TEXTARRAYOID},
		{no_months ? (Datum) 0 : ledger->customer_months, no_months, PARAM_FLAG_CONST, DATEARRAYOID},
	};

	memcpy(list->params, given, list->numParams * sizeof(ParamExternData));
	return list;
}

/* In this process. */
static void
read_lines(const char *query, SPIExecuteOptions options, bool has_details, SegLineReader *reader)
{
	LineReceiver lines = {
		.receiver = {receive_line, begin_lines, end_lines, end_lines, DestTransientRel},
		.reader = reader,
		.row = AllocSetContextCreate(CurrentMemoryContext, "segment receipt line", ALLOCSET_DEFAULT_SIZES),
		.has_details = has_details,
	};

	options.dest = &lines.receiver;
	seg_receipts_run(query, &options);
	MemoryContextDelete(lines.row);
}

void
seg_receipts_read(const SegReceiptsSource *source, SegReceiptsEngine *engine)
{
	SPIExecuteOptions options = {.params = seg_receipts_parameters(source), .read_only = true};
	SegLineReader *reader;
	const SegLineCounts *counts;
	Datum		query;

	if (source->ledger == NULL)
		seg_receipts_run("SELECT segment_internal.receipt_lines($1, $2, $3, $4, $5)", &options);
	else
		seg_receipts_run("SELECT segment_internal.ledger_lines($1, $2, $3, $4, $5, $6, $7, $8)", &options);
	(void) only_value(&query);

	reader = seg_line_reader_create(engine, source->codes);
	reader->shape.has_value = OidIsValid(source->rates);
	reader->shape.in_months = source->ledger != NULL;
	reader->shape.keep_blank_codes = source->keep_blank_codes;
	if (!seg_lines_read_parallel(TextDatumGetCString(query), options.params, source->details != NULL,
								 get_attnum(source->receipts, "receipt_id") > 0, reader))
		read_lines(TextDatumGetCString(query), options, source->details != NULL, reader);
	seg_line_reader_raise(reader, OidIsValid(source->rates));
	counts = &reader->counts;
	if (source->currency != NULL && counts->lines == 0 && source->ledger == NULL)
		seg_receipts_run("SELECT segment_internal.check_currency($1, $3)", &options);
	if (counts->without_customer + counts->without_receipt > 0)
		ereport(NOTICE,
				(errmsg("lines left out: " UINT64_FORMAT " with a blank customer_id, " UINT64_FORMAT " with a blank receipt_id",
						counts->without_customer, counts->without_receipt),
				 errdetail("An id that is blank or # identifies no customer and no receipt.")));
	pfree(reader);
	seg_engine_close(engine);
}

text *
seg_receipts_id(const SegReceiptsEngine *engine, SegKey key)
{
	char		digits[MAXINT8LEN + 1];

	if (seg_engine_has_integer_ids(engine))
		return cstring_to_text_with_len(digits, pg_lltoa((int64) key.low, digits));
	return cstring_to_text_with_len(seg_key_text(&key), seg_key_size(key));
}
