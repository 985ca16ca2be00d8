/*
 * lines_pg.c
 *		A receipts relation read into an engine, in one pass; see lines_pg.h.
 *
 * segment_internal.receipt_lines writes the query; the executor hands each row to
 * the receiver here, with no table between.  What is wrong with the lines is counted
 * as they pass and raised at the end, in the same words whatever their order.
 */
#include "receipts/lines_pg.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "receipts/month_pg.h"
#include "receipts/wide_pool_pg.h"
#include "server/id.h"
#include "server/numeric_units.h"
#include "server/rethrow.h"

/* Columns of the query. */
enum
{
	LINE_CUSTOMER,
	LINE_RECEIPT,
	LINE_DAY,
	LINE_AMOUNT,
	LINE_CURRENCY,
	LINE_VALUE,					/* the amount by its rate; the query has it where there are rates */
};

/* Columns behind them, where the engine keeps details. */
enum
{
	DETAIL_CODE,
	DETAIL_TIME,
	DETAIL_QUANTITY,
	DETAIL_DISCOUNT,
	DETAIL_COLUMNS
};

/* Names that a message shows, and that are kept to be counted. */
#define SHOWN_NAMES 10
#define SHOWN_BYTES 40
#define MAX_CURRENCIES 1000

/* Different codes of currencies; NULL stands for none. */
typedef struct CodeSet
{
	char	   *codes[MAX_CURRENCIES];
	int			count;
	int			last;			/* found by the call before */
	bool		has_none;
} CodeSet;

typedef struct LineReceiver
{
	DestReceiver receiver;
	SegReceiptsEngine *engine;
	MemoryContext context;		/* of the codes */
	MemoryContext row;			/* of what a row needs, reset after it */
	const SegReceiptsSource *source;
	bool		has_value;
	int			details;		/* the first of their columns; 0: none */
	bool		integer_code;
	bool		integer_customer;
	bool		integer_receipt;
	SegMonth	month;			/* of the line before, for a ledger */
	uint64		lines;
	uint64		without_customer;
	uint64		without_receipt;
	uint64		without_amount;
	bool		not_finite;
	bool		quantity_not_finite;
	bool		discount_not_finite;
	bool		infinite_day;
	CodeSet		currencies;
	CodeSet		without_rate;
} LineReceiver;

/* ---- currencies ---- */

static bool
is_code(const char *code, const char *text, size_t size)
{
	return strncmp(code, text, size) == 0 && code[size] == '\0';
}

static _Noreturn void
refuse_many_codes(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("amounts are in more than %d currencies", MAX_CURRENCIES),
			 errhint("Select one with the argument currency.")));
}

static void
note_code(LineReceiver *lines, CodeSet *set, const char *text, size_t size)
{
	if (set->count > 0 && is_code(set->codes[set->last], text, size))
		return;
	for (int i = 0; i < set->count; i++)
		if (is_code(set->codes[i], text, size))
		{
			set->last = i;
			return;
		}
	if (set->count == MAX_CURRENCIES)
		refuse_many_codes();
	set->codes[set->count] = MemoryContextAlloc(lines->context, size + 1);
	memcpy(set->codes[set->count], text, size);
	set->codes[set->count][size] = '\0';
	set->last = set->count++;
}

static int
compare_codes(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* The first of them in order, as a message shows them. */
static char *
shown_codes(CodeSet *set)
{
	StringInfoData shown;
	int			count = 0;

	initStringInfo(&shown);
	qsort(set->codes, set->count, sizeof(char *), compare_codes);
	for (int i = 0; i < set->count && count < SHOWN_NAMES; i++, count++)
		appendStringInfo(&shown, "%s%.*s", count == 0 ? "" : ", ",
						 pg_mbcliplen(set->codes[i], strlen(set->codes[i]), SHOWN_BYTES), set->codes[i]);
	if (set->has_none && count < SHOWN_NAMES)
		appendStringInfo(&shown, "%s(null)", count == 0 ? "" : ", ");
	return shown.data;
}

static int
count_codes(const CodeSet *set)
{
	return set->count + set->has_none;
}

/* ---- one row ---- */

/* The key of an id; false when it is blank. */
static bool
read_key(LineReceiver *lines, Datum datum, bool is_integer, SegKey *key)
{
	text	   *value;
	const char *bytes;
	size_t		size;

	if (is_integer)
	{
		*key = seg_key_of_integer(DatumGetInt64(datum));
		return true;
	}
	value = DatumGetTextPP(datum);
	bytes = VARDATA_ANY(value);
	size = VARSIZE_ANY_EXHDR(value);
	*key = seg_key_of_text(bytes, size);
	/* most ids begin with a letter or a digit */
	return (size > 0 && isalnum((unsigned char) bytes[0])) || seg_is_meaningful(value);
}

bool
seg_receipts_amount(SegReceiptsEngine *engine, Datum datum, SegAmount *amount)
{
	struct varlena *value = PG_DETOAST_DATUM_PACKED(datum);
	int			scale;

	switch (seg_numeric_read(value, &amount->value, &scale))
	{
		case SEG_NUMERIC_UNITS:
			amount->scale = scale;
			return true;
		case SEG_NUMERIC_WIDE:
			amount->value = seg_wide_pool_enter(seg_engine_pool(engine), DatumGetNumeric(PointerGetDatum(value)));
			amount->scale = SEG_AMOUNT_WIDE;
			return true;
		case SEG_NUMERIC_NOT_FINITE:
			break;
	}
	return false;
}

static void
note_currency(LineReceiver *lines, CodeSet *set, TupleTableSlot *slot)
{
	text	   *code;

	if (slot->tts_isnull[LINE_CURRENCY])
	{
		set->has_none = true;
		return;
	}
	code = DatumGetTextPP(slot->tts_values[LINE_CURRENCY]);
	if (!seg_is_meaningful(code))
		set->has_none = true;
	else
		note_code(lines, set, VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code));
}

/* The key of the part of a receipt that lies in the month of the day. */
static SegKey
key_in_month(LineReceiver *lines, SegKey key, int32 day)
{
	const char *bytes = lines->integer_receipt ? (const char *) &key.low : seg_key_text(&key);
	size_t		size = lines->integer_receipt ? sizeof(key.low) : seg_key_size(key);
	char	   *text = palloc(size + SEG_MONTH_BYTES);

	seg_month_find(&lines->month, day);
	memcpy(text, bytes, size);
	for (int i = 0; i < SEG_MONTH_BYTES; i++)
		text[		size + i] = (char) (lines->month.number >> (8 * i));

	return seg_key_of_text(text, size + SEG_MONTH_BYTES);
}

/* What is to be added of a row; false when the row is left out or is an error. */
static bool
read_line(LineReceiver *lines, TupleTableSlot *slot, SegReceiptLine *line)
{
	const Datum *values = slot->tts_values;
	const bool *nulls = slot->tts_isnull;
	int			value = lines->has_value ? LINE_VALUE : LINE_AMOUNT;

	lines->lines++;
	if (!read_key(lines, values[LINE_CUSTOMER], lines->integer_customer, &line->customer))
	{
		lines->without_customer++;
		return false;
	}
	line->has_receipt = !nulls[LINE_RECEIPT];
	if (line->has_receipt && !read_key(lines, values[LINE_RECEIPT], lines->integer_receipt, &line->receipt))
	{
		lines->without_receipt++;
		return false;
	}
	note_currency(lines, &lines->currencies, slot);
	if (nulls[LINE_AMOUNT])
	{
		lines->without_amount++;
		return false;
	}
	if (nulls[value])
	{
		note_currency(lines, &lines->without_rate, slot);
		return false;
	}
	line->day = DatumGetDateADT(values[LINE_DAY]);
	lines->infinite_day |= DATE_NOT_FINITE(line->day);
	if (lines->source->ledger != NULL && line->has_receipt && !lines->infinite_day)
		line->receipt = key_in_month(lines, line->receipt, line->day);
	if (seg_receipts_amount(lines->engine, values[value], &line->amount))
		return true;
	lines->not_finite = true;
	return false;
}

/* A quantity or a discount; NULL counts as 0. */
static SegAmount
read_measure(LineReceiver *lines, TupleTableSlot *slot, int column, bool *not_finite)
{
	SegAmount	amount = {0, 0};

	if (!slot->tts_isnull[lines->details + column] &&
		!seg_receipts_amount(lines->engine, slot->tts_values[lines->details + column], &amount))
		*not_finite = true;
	return amount;
}

static SegReceiptDetails
read_details(LineReceiver *lines, TupleTableSlot *slot)
{
	const Datum *values = &slot->tts_values[lines->details];
	const bool *nulls = &slot->tts_isnull[lines->details];
	SegAmount	quantity = read_measure(lines, slot, DETAIL_QUANTITY, &lines->quantity_not_finite);
	SegAmount	discount = read_measure(lines, slot, DETAIL_DISCOUNT, &lines->discount_not_finite);
	SegReceiptDetails details = {
		.quantity = quantity.value, .quantity_scale = quantity.scale,
		.discount = discount.value, .discount_scale = discount.scale,
	};
	SegKey		code;

	if (!nulls[DETAIL_TIME])
		details.second = DatumGetTimeADT(values[DETAIL_TIME]) / USECS_PER_SEC;
	if (!nulls[DETAIL_CODE] &&
		(read_key(lines, values[DETAIL_CODE], lines->integer_code, &code) || lines->source->keep_blank_codes))
		details.code = seg_codes_enter(lines->source->codes, code);
	return details;
}

static void
add_line(LineReceiver *lines, TupleTableSlot *slot, SegReceiptLine *line)
{
	SegReceiptDetails details;

	if (lines->details == 0)
	{
		seg_engine_add(lines->engine, line);
		return;
	}
	details = read_details(lines, slot);
	seg_engine_add_detailed(lines->engine, line, &details);
}

static bool
receive_line(TupleTableSlot *slot, DestReceiver *self)
{
	LineReceiver *lines = (LineReceiver *) self;
	MemoryContext old = MemoryContextSwitchTo(lines->row);
	SegReceiptLine line;

	slot_getallattrs(slot);
	if (read_line(lines, slot, &line))
		add_line(lines, slot, &line);
	MemoryContextSwitchTo(old);
	MemoryContextReset(lines->row);
	return true;
}

static void
begin_lines(DestReceiver *self, int operation, TupleDesc shape)
{
	LineReceiver *lines = (LineReceiver *) self;
	bool		has_details = lines->source->details != NULL;
	int			columns = LINE_VALUE + lines->has_value;

	if (shape->natts != columns + (has_details ? DETAIL_COLUMNS : 0) ||
		TupleDescAttr(shape, LINE_DAY)->atttypid != DATEOID ||
		TupleDescAttr(shape, LINE_AMOUNT)->atttypid != NUMERICOID)
		elog(ERROR, "query of receipt lines has other columns than expected");
	if (has_details)
	{
		lines->details = columns;
		lines->integer_code = TupleDescAttr(shape, columns + DETAIL_CODE)->atttypid == INT8OID;
	}
	lines->integer_customer = TupleDescAttr(shape, LINE_CUSTOMER)->atttypid == INT8OID;
	seg_engine_set_integer_ids(lines->engine, lines->integer_customer);
	lines->integer_receipt = TupleDescAttr(shape, LINE_RECEIPT)->atttypid == INT8OID;
}

static void
end_lines(DestReceiver *self)
{
}

/* ---- what is wrong with the lines ---- */

static void
raise_faults(LineReceiver *lines, const SegReceiptsSource *source)
{
	if (lines->without_amount > 0)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("amount is null in " UINT64_FORMAT " lines", lines->without_amount)));
	if (lines->not_finite)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("amount must not be NaN or infinite")));
	if (lines->quantity_not_finite || lines->discount_not_finite)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s must not be NaN or infinite", lines->quantity_not_finite ? "quantity" : "discount")));
	if (lines->infinite_day)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("receipt_date must not be infinite")));
	if (!OidIsValid(source->rates) && count_codes(&lines->currencies) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("amounts are in %d currencies: %s", count_codes(&lines->currencies), shown_codes(&lines->currencies)),
				 errhint("Select one currency with the argument currency, or convert all amounts with the argument rates.")));
	if (count_codes(&lines->without_rate) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no rate for some receipts in: %s", shown_codes(&lines->without_rate)),
				 errhint("Each currency needs a rate from the date of its first receipt on; the rate of the reporting currency is 1.")));
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

void
seg_receipts_read(const SegReceiptsSource *source, SegReceiptsEngine *engine)
{
	LineReceiver *lines = palloc0(sizeof(LineReceiver));
	SPIExecuteOptions options = {.params = seg_receipts_parameters(source), .read_only = true};
	Datum		query;

	if (source->ledger == NULL)
		seg_receipts_run("SELECT segment_internal.receipt_lines($1, $2, $3, $4, $5)", &options);
	else
		seg_receipts_run("SELECT segment_internal.ledger_lines($1, $2, $3, $4, $5, $6, $7, $8)", &options);
	(void) only_value(&query);

	lines->receiver = (DestReceiver) {receive_line, begin_lines, end_lines, end_lines, DestTransientRel};
	lines->engine = engine;
	lines->source = source;
	lines->has_value = OidIsValid(source->rates);
	lines->context = CurrentMemoryContext;
	lines->row = AllocSetContextCreate(CurrentMemoryContext, "segment receipt line", ALLOCSET_DEFAULT_SIZES);
	options.dest = &lines->receiver;
	seg_receipts_run(TextDatumGetCString(query), &options);
	raise_faults(lines, source);
	if (source->currency != NULL && lines->lines == 0 && source->ledger == NULL)
	{
		options.dest = NULL;
		seg_receipts_run("SELECT segment_internal.check_currency($1, $3)", &options);
	}
	if (lines->without_customer + lines->without_receipt > 0)
		ereport(NOTICE,
				(errmsg("lines left out: " UINT64_FORMAT " with a blank customer_id, " UINT64_FORMAT " with a blank receipt_id",
						lines->without_customer, lines->without_receipt),
				 errdetail("An id that is blank or # identifies no customer and no receipt.")));
	MemoryContextDelete(lines->row);
	pfree(lines);
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
