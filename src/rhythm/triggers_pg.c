/*
 * triggers_pg.c
 *		triggers: events in the lives of customers, out of one reading of their receipts, and
 *		out of relations of customers and of published segments.
 */
#include "server/compat.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "tcop/dest.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "receipts/ledger_pg.h"
#include "rhythm/trigger_search_pg.h"
#include "rhythm/triggers_pg.h"

const char *const seg_trigger_arguments[SEG_TRIGGER_ARGUMENTS] = {
	[SEG_TRIGGER_RECEIPTS] = "receipts",
	[SEG_TRIGGER_AS_OF] = "as_of",
	[SEG_TRIGGER_LOOKBACK] = "lookback_days",
	[SEG_TRIGGER_CUSTOMERS] = "customers",
	[SEG_TRIGGER_PRODUCTS] = "products",
	[SEG_TRIGGER_HISTORY] = "history",
	[SEG_TRIGGER_OPTIONS] = "options",
	[SEG_TRIGGER_CURRENCY] = "currency",
	[SEG_TRIGGER_RATES] = "rates",
	[SEG_TRIGGER_KINDS] = "kinds",
};

/* What segment_internal.trigger_plan says. */
enum
{
	PLAN_DETAILS, PLAN_PRODUCTS, PLAN_BIRTHDAY, PLAN_ANNIVERSARY, PLAN_HISTORY
};

#define MOST_LOOKBACK 36500

/* ---- other relations ---- */

typedef struct RowReceiver
{
	DestReceiver receiver;
	SegTriggerSearch *search;	/* NULL for placeholders */
	SegRow	   *row;
	uint64		placeholders;
	double		customers;		/* that have them */
} RowReceiver;

static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	RowReceiver *rows = (RowReceiver *) self;
	SegRow	   *row = rows->row;

	slot_getallattrs(slot);
	if (slot->tts_isnull[0])
	{
		/* not a customer: a date that is a placeholder, and how many have it */
		rows->placeholders++;
		rows->customers += DatumGetFloat8(slot->tts_values[3]);
		return true;
	}
	if (!seg_trigger_is_wanted(rows->search, seg_trigger_kind(TextDatumGetCString(slot->tts_values[1]))))
		return true;
	for (int i = 0; i < row->shape->natts; i++)
		seg_put(row, slot->tts_values[i], slot->tts_isnull[i]);
	seg_row_store(row);
	return true;
}

/* The query returns what the function does. */
static void
begin_rows(DestReceiver *self, int operation, TupleDesc shape)
{
	TupleDesc	wanted = ((RowReceiver *) self)->row->shape;

	for (int i = 0; i < wanted->natts; i++)
		if (shape->natts != wanted->natts || TupleDescAttr(shape, i)->atttypid != TupleDescAttr(wanted, i)->atttypid)
			elog(ERROR, "query of triggers has other columns than expected");
}

static void
end_rows(DestReceiver *self)
{
}

/* $1: as_of; $2: the day after which events count; $3 lookahead_days; $4 march_1; $5 placeholder_share. */
static ParamListInfo
parameters(const SegTriggerSearch *search)
{
	ParamListInfo list = makeParamList(5);
	const ParamExternData given[] = {
		{DateADTGetDatum(search->window.as_of), false, PARAM_FLAG_CONST, DATEOID},
		{DateADTGetDatum((DateADT) search->window.after), false, PARAM_FLAG_CONST, DATEOID},
		{Int32GetDatum((int32) search->options.lookahead_days), false, PARAM_FLAG_CONST, INT4OID},
		{BoolGetDatum(search->options.february_29 != 0), false, PARAM_FLAG_CONST, BOOLOID},
		{Float8GetDatum(search->options.placeholder_share), false, PARAM_FLAG_CONST, FLOAT8OID},
	};

	memcpy(list->params, given, sizeof(given));
	return list;
}

static void
run_query(SegTriggerSearch *search, const char *query, const char *column)
{
	RowReceiver *rows = palloc0(sizeof(RowReceiver));
	SPIExecuteOptions options = {.read_only = true, .params = parameters(search)};

	rows->receiver = (DestReceiver) {receive_row, begin_rows, end_rows, end_rows, DestTransientRel};
	rows->search = search;
	rows->row = search->row;
	options.dest = &rows->receiver;
	seg_receipts_run(query, &options);
	if (rows->placeholders > 0)
		ereport(NOTICE,
				(errmsg("%s of %.0f customers is a placeholder (different dates: " UINT64_FORMAT ")", column, rows->customers, rows->placeholders),
				 errhint("trigger_placeholders() lists the dates.")));
}

/* ---- the call ---- */

static SegTriggerSearch
read_search(FunctionCallInfo fcinfo)
{
	SegTriggerSearch search = {.kinds = PG_ARGISNULL(SEG_TRIGGER_KINDS) ? SEG_TRIGGERS_ALL : seg_trigger_kinds(PG_GETARG_DATUM(SEG_TRIGGER_KINDS))};
	int32		lookback = PG_ARGISNULL(SEG_TRIGGER_LOOKBACK) ? 0 : PG_GETARG_INT32(SEG_TRIGGER_LOOKBACK);
	const SegIntList *chosen = &search.options.triggers;
	uint32		bits = 0;

	if (PG_ARGISNULL(SEG_TRIGGER_AS_OF))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("as_of must not be null")));
	search.window.as_of = PG_GETARG_DATEADT(SEG_TRIGGER_AS_OF);
	if (DATE_NOT_FINITE(search.window.as_of))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("as_of must not be infinite")));
	if (lookback < 1 || lookback > MOST_LOOKBACK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("lookback_days must be from 1 to %d", MOST_LOOKBACK)));
	search.window.after = Max((int64) search.window.as_of - lookback, DATETIME_MIN_JULIAN - POSTGRES_EPOCH_JDATE);
	search.options = seg_trigger_options(PG_ARGISNULL(SEG_TRIGGER_OPTIONS) ? NULL : PG_GETARG_JSONB_P(SEG_TRIGGER_OPTIONS));
	for (int i = 0; i < abs(chosen->count); i++)
		bits |= SEG_TRIGGER_BIT(chosen->items[i]);
	if (chosen->count != 0)
		search.kinds &= bits;
	return search;
}

/* The relation that a trigger reads, by its argument, and that is not given; -1 when there is none. */
static int
missing_relation(FunctionCallInfo fcinfo, SegTriggerKind kind)
{
	int			argument = SEG_TRIGGER_HISTORY;

	if ((SEG_TRIGGER_BIT(kind) & SEG_TRIGGERS_DATES) != 0)
		argument = SEG_TRIGGER_CUSTOMERS;
	else if ((SEG_TRIGGER_BIT(kind) & SEG_TRIGGERS_RECEIPTS) != 0)
		argument = SEG_TRIGGER_RECEIPTS;
	if (kind == SEG_TRIGGER_FIRST_IN_CATEGORY && !PG_ARGISNULL(argument))
		argument = SEG_TRIGGER_PRODUCTS;
	return PG_ARGISNULL(argument) ? argument : -1;
}

/* A trigger that is asked for by name must have something to read: 22004. */
static void
check_chosen(FunctionCallInfo fcinfo, const SegTriggerSearch *search)
{
	const SegIntList *chosen = &search->options.triggers;

	for (int i = 0; i < abs(chosen->count); i++)
	{
		SegTriggerKind kind = chosen->items[i];
		int			argument = missing_relation(fcinfo, kind);

		if (seg_trigger_is_wanted(search, kind) && argument >= 0)
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("trigger \"%s\" needs the argument %s", seg_trigger_names[kind], seg_trigger_arguments[argument])));
	}
}

/* A text of the plan; NULL when it is null. */
static char *
plan_text(const Datum *plan, const bool *nulls, int column)
{
	return nulls[column] ? NULL : TextDatumGetCString(plan[column]);
}

static void
trigger_work(FunctionCallInfo fcinfo, SegRow *row)
{
	SegTriggerSearch search = read_search(fcinfo);
	SegReceiptsSource receipts;
	Datum		array;
	Datum	   *plan;
	bool	   *nulls;
	int			count;

	if (!PG_ARGISNULL(SEG_TRIGGER_RECEIPTS))
		seg_ledger_to_receipts(fcinfo, SEG_TRIGGER_RECEIPTS, SEG_TRIGGER_CURRENCY, SEG_TRIGGER_RATES);
	receipts = seg_receipts_source(fcinfo, SEG_TRIGGER_RECEIPTS, SEG_TRIGGER_AS_OF, SEG_TRIGGER_CURRENCY, SEG_TRIGGER_RATES);
	search.row = row;
	search.context = AllocSetContextCreate(CurrentMemoryContext, "segment triggers", ALLOCSET_DEFAULT_SIZES);
	(void) seg_receipts_call(fcinfo, "trigger_plan", &array);
	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &plan, &nulls, &count);
	check_chosen(fcinfo, &search);
	if (!PG_ARGISNULL(SEG_TRIGGER_RECEIPTS) && (search.kinds & SEG_TRIGGERS_RECEIPTS) != 0)
		seg_trigger_search_receipts(&search, &receipts, plan_text(plan, nulls, PLAN_DETAILS),
									seg_trigger_is_wanted(&search, SEG_TRIGGER_FIRST_IN_CATEGORY) ? plan_text(plan, nulls, PLAN_PRODUCTS) : NULL);
	if (!nulls[PLAN_BIRTHDAY] && seg_trigger_is_wanted(&search, SEG_TRIGGER_BIRTHDAY))
		run_query(&search, plan_text(plan, nulls, PLAN_BIRTHDAY), "birth_date");
	if (!nulls[PLAN_ANNIVERSARY] && seg_trigger_is_wanted(&search, SEG_TRIGGER_ANNIVERSARY))
		run_query(&search, plan_text(plan, nulls, PLAN_ANNIVERSARY), "anniversary_date");
	if (!nulls[PLAN_HISTORY] && (search.kinds & SEG_TRIGGERS_SEGMENT) != 0)
		run_query(&search, plan_text(plan, nulls, PLAN_HISTORY), NULL);
}

/* ---- placeholders ---- */

static bool
receive_placeholder(TupleTableSlot *slot, DestReceiver *self)
{
	SegRow	   *row = ((RowReceiver *) self)->row;

	slot_getallattrs(slot);
	for (int i = 0; i < row->shape->natts; i++)
		seg_put(row, slot->tts_values[i], slot->tts_isnull[i]);
	seg_row_store(row);
	return true;
}

/* (customers, placeholder_share) */
static void
placeholder_work(FunctionCallInfo fcinfo, SegRow *row)
{
	RowReceiver rows = {
		.receiver = {receive_placeholder, begin_rows, end_rows, end_rows, DestTransientRel}, .row = row
	};
	SPIExecuteOptions options = {.read_only = true, .params = makeParamList(1), .dest = &rows.receiver};
	Datum		query;

	if (!seg_receipts_call(fcinfo, "placeholder_query", &query))
		return;
	options.params->params[0] = (ParamExternData) {PG_GETARG_DATUM(1), PG_ARGISNULL(1), PARAM_FLAG_CONST, FLOAT8OID};
	seg_receipts_run(TextDatumGetCString(query), &options);
}

PG_FUNCTION_INFO_V1(trigger_placeholders);
Datum
trigger_placeholders(PG_FUNCTION_ARGS)
{
	return seg_receipts_rows(fcinfo, placeholder_work);
}

Datum
seg_trigger_rows(FunctionCallInfo fcinfo)
{
	return seg_receipts_rows(fcinfo, trigger_work);
}

PG_FUNCTION_INFO_V1(trigger_rows);
Datum
trigger_rows(PG_FUNCTION_ARGS)
{
	return seg_trigger_rows(fcinfo);
}
