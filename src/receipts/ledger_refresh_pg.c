/*
 * ledger_refresh_pg.c
 *		Comparing a ledger with its receipts, and writing the differences.
 *
 * A refresh locks the ledger, so that refreshes take turns, and only then takes what
 * has changed (receipts/ledger_changes_pg.h) and looks at the receipts.
 *
 * Receipts are read and the ledger is written as its owner, in a security-restricted
 * operation.  What the receipts give is compared with the table in SQL, and only what
 * differs is written.
 */
#include "receipts/ledger_pg.h"

#include "access/relation.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/tstoreReceiver.h"
#include "executor/tuptable.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "partitioning/partbounds.h"
#include "partitioning/partdesc.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/partcache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "receipts/ledger_changes_pg.h"
#include "receipts/month_pg.h"
#include "server/identity.h"
#include "server/statement.h"

/* Arguments of both functions by their places. */
enum
{
	ARG_LEDGER, ARG_RECEIPTS, ARG_CURRENCY, ARG_RATES,
	ARG_CHANGE_COLUMN			/* of ledger_refresh alone */
};

/* The last day of all. */
#define LAST_DAY (DATE_END_JULIAN - POSTGRES_EPOCH_JDATE - 1)

/* Months with partitions of their own. */
#define FIRST_YEAR 1970
#define LAST_YEAR 2099

/* The columns behind the key, of o or c, with what else tells values apart. */
#define COMPARED(t) \
	"(" t ".receipts, " t ".lines, " t ".sales, pg_catalog.scale(" t ".sales), " t ".net, pg_catalog.scale(" t ".net), " \
	t ".quantity, pg_catalog.scale(" t ".quantity), " t ".first_date, " t ".last_date)"

#define IS_SAME COMPARED("o") " IS NOT DISTINCT FROM " COMPARED("c")

#define VALUES_OF_CELL "c.receipts, c.lines, c.sales, c.net, c.quantity, c.first_date, c.last_date"
#define VALUE_COLUMNS "receipts, lines, sales, net, quantity, first_date, last_date"

#define HAS_CELL "EXISTS (SELECT FROM ledger_cells c WHERE c.customer_id = l.customer_id AND c.month = l.month)"

typedef struct Ledger
{
	Oid			relation;
	Oid			owner;
	char	   *name;			/* as a statement needs it */
	SegReceiptsSource source;
	SegLedgerLines lines;
	SegLedgerChanges changes;
	QueryEnvironment *tables;
	Tuplestorestate *cells;
	Bitmapset  *months;			/* of the cells */
	HTAB	   *stores;			/* of SegMonthStore, for a ledger that is empty; else NULL */
	TupleDesc	shape;
	DestReceiver *dest;			/* where differences go */
} Ledger;

/* ---- the table ---- */

/* keep: the lock stays until the end of the transaction. */
static Oid
owner_of(Oid relation, LOCKMODE lock, bool keep)
{
	Relation	opened = try_relation_open(relation, lock);
	Oid			owner;

	if (opened == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relation)));
	owner = opened->rd_rel->relowner;

	if (opened->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a ledger", RelationGetRelationName(opened))));
	relation_close(opened, keep ? NoLock : lock);
	return owner;
}

/* What create_ledger makes. */
static TupleDesc
ledger_shape(void)
{
	static const struct
	{
		const char *name;
		Oid			type;
	}			columns[SEG_LEDGER_COLUMNS] = {
		{"customer_id", TEXTOID}, {"month", DATEOID}, {"receipts", INT8OID}, {"lines", INT8OID}, {"sales", NUMERICOID},
		{"net", NUMERICOID}, {"quantity", NUMERICOID}, {"first_date", DATEOID}, {"last_date", DATEOID},
	};
	TupleDesc	shape = CreateTemplateTupleDesc(SEG_LEDGER_COLUMNS);

	for (int i = 0; i < SEG_LEDGER_COLUMNS; i++)
		TupleDescInitEntry(shape, i + 1, columns[i].name, columns[i].type, -1, 0);
	return shape;
}

/* The owner of the table may have changed it since; more columns do not matter. */
static void
check_columns(Oid relation, TupleDesc shape)
{
	for (int i = 0; i < shape->natts; i++)
	{
		const FormData_pg_attribute *column = TupleDescAttr(shape, i);
		AttrNumber	number = get_attnum(relation, NameStr(column->attname));

		if (number <= 0 || get_atttype(relation, number) != column->atttypid)
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("\"%s\" is not a ledger", get_rel_name(relation)),
					 errdetail("It has no column \"%s\" of type %s.", NameStr(column->attname), format_type_be(column->atttypid))));
	}
}

/* Lock the ledger against others, and take what the arguments say. */
static Ledger *
open_ledger(FunctionCallInfo fcinfo, LOCKMODE lock)
{
	Ledger	   *ledger = palloc0(sizeof(Ledger));
	Oid			relation = PG_GETARG_OID(ARG_LEDGER);

	if (PG_ARGISNULL(ARG_LEDGER) || PG_ARGISNULL(ARG_RECEIPTS))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("ledger and receipts must not be null")));

	/*
	 * First the right, then the lock; its owner may be another one by then.  Who waits for the lock holds none: the
	 * refresh that is waited for may need the table alone, to create a partition.
	 */
	seg_check_may_set_role(owner_of(relation, AccessShareLock, false));
	ledger->relation = relation;
	ledger->owner = owner_of(relation, lock, true);
	seg_check_may_set_role(ledger->owner);
	ledger->shape = ledger_shape();
	check_columns(relation, ledger->shape);
	ledger->name = quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)), get_rel_name(relation));
	ledger->source = (SegReceiptsSource) {
		.receipts = PG_GETARG_OID(ARG_RECEIPTS), .as_of = LAST_DAY,
		.currency = PG_ARGISNULL(ARG_CURRENCY) ? NULL : PG_GETARG_TEXT_PP(ARG_CURRENCY),
		.rates = PG_ARGISNULL(ARG_RATES) ? InvalidOid : PG_GETARG_OID(ARG_RATES),
		.ledger = &ledger->lines
	};
	ledger->lines.all = true;
	ledger->tables = create_queryEnv();
	return ledger;
}

/* $1 to $3: months to read whole, and single customers with their months; $4: all these months. */
static ParamListInfo
parameters(const Ledger *ledger, Datum all_months)
{
	ParamListInfo params = makeParamList(4);
	const ParamExternData given[] = {
		{ledger->lines.months, ledger->lines.all, PARAM_FLAG_CONST, DATEARRAYOID},
		{ledger->lines.customers, ledger->lines.all, PARAM_FLAG_CONST, TEXTARRAYOID},
		{ledger->lines.customer_months, ledger->lines.all, PARAM_FLAG_CONST, DATEARRAYOID},
		{all_months, all_months == (Datum) 0, PARAM_FLAG_CONST, DATEARRAYOID},
	};

	memcpy(params->params, given, sizeof(given));
	return params;
}

static void
run(const Ledger *ledger, const char *statement, ParamListInfo params, DestReceiver *dest)
{
	seg_statement_run(statement, params, ledger->tables, &ledger->relation, 1, dest);
}

/* The arrays of a SELECT of one row, which are not NULL. */
static void
read_arrays(const Ledger *ledger, const char *statement, ParamListInfo params, Datum *arrays, int count)
{
	SegNamedStore row = seg_named_store_create();
	TupleDesc	shape = seg_statement_shape(statement, params, ledger->tables, &ledger->relation, 1);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(shape, &TTSOpsMinimalTuple);
	bool		is_null;

	run(ledger, statement, params, row.dest);
	(void) tuplestore_gettupleslot(row.store, true, false, slot);
	for (int i = 0; i < count; i++)
		arrays[i] = PointerGetDatum(DatumGetArrayTypePCopy(slot_getattr(slot, i + 1, &is_null)));
	ExecDropSingleTupleTableSlot(slot);
	tuplestore_end(row.store);
}

/* Which months are read whole: with more than 5 % of their rows changed; and which customers of the others. */
static void
plan_reading(Ledger *ledger)
{
	Datum		arrays[3];

	read_arrays(ledger, psprintf(
								 "WITH month AS (SELECT h.month FROM (SELECT month, pg_catalog.count(*) AS n, pg_catalog.count(customer_id) AS customers"
								 " FROM ledger_changes GROUP BY month) h"
								 " WHERE h.customers < h.n OR h.n * 20 > (SELECT pg_catalog.count(*) FROM (SELECT FROM %s l WHERE l.month = h.month LIMIT h.n * 20) m)),"
								 " single AS (SELECT h.customer_id, h.month FROM ledger_changes h WHERE h.month NOT IN (SELECT m.month FROM month m))"
								 " SELECT ARRAY(SELECT m.month FROM month m), ARRAY(SELECT s.customer_id FROM single s ORDER BY s.customer_id, s.month),"
								 " ARRAY(SELECT s.month FROM single s ORDER BY s.customer_id, s.month)", ledger->name),
				parameters(ledger, (Datum) 0), arrays, lengthof(arrays));
	ledger->lines.months = arrays[0];
	ledger->lines.customers = arrays[1];
	ledger->lines.customer_months = arrays[2];
}

/* ---- rows ---- */

/* The rows that the ledger should have, as the table ledger_cells. */
static void
read_cells(Ledger *ledger)
{
	SegRow		row = {.filled = 0};
	MemoryContext context = CurrentMemoryContext;

	ledger->cells = tuplestore_begin_heap(false, false, work_mem);
	row.shape = ledger->shape;
	row.store = ledger->cells;
	SPI_connect();
	ledger->months = seg_ledger_cells(&ledger->source, &row, context, ledger->stores);
	SPI_finish();
	seg_named_store_show(ledger->tables, "ledger_cells", ledger->shape, ledger->cells);
}

/* Has a partition, other than the default one, rows of that day? */
static bool
has_partition(const Ledger *ledger, DateADT day)
{
	Relation	relation = relation_open(ledger->relation, NoLock);
	PartitionKey key = RelationGetPartitionKey(relation);
	PartitionDesc partitions = RelationGetPartitionDesc(relation, false);
	Datum		value = DateADTGetDatum(day);
	bool		found = false;

	if (key->strategy != PARTITION_STRATEGY_RANGE || key->partnatts != 1 || key->parttypid[0] != DATEOID)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a ledger", RelationGetRelationName(relation))));
	if (partitions->nparts > 0)
	{
		bool		is_bound;
		int			bound = partition_range_datum_bsearch(key->partsupfunc, key->partcollation, partitions->boundinfo,
														  1, &value, &is_bound);

		found = partitions->boundinfo->indexes[bound + 1] >= 0;
	}
	relation_close(relation, NoLock);
	return found;
}

/* A partition of its own for the month. */
static void
create_partition(const Ledger *ledger, int32 day)
{
	SegMonth	month = {0};
	int			year;
	char		first[MAXDATELEN + 1];
	char		end[MAXDATELEN + 1];

	seg_month_find(&month, day);
	year = month.number / 12;
	if (year < FIRST_YEAR || year > LAST_YEAR)
		return;					/* the default partition has it */
	snprintf(first, sizeof(first), "%04d-%02d-01", year, month.number % 12 + 1);
	snprintf(end, sizeof(end), "%04d-%02d-01", (month.number + 1) / 12, (month.number + 1) % 12 + 1);
	SPI_connect();
	if (SPI_execute(psprintf("CREATE TABLE %s PARTITION OF %s FOR VALUES FROM ('%s') TO ('%s')",
							 quote_qualified_identifier(get_namespace_name(get_rel_namespace(ledger->relation)),
														psprintf("%s_%04d_%02d", get_rel_name(ledger->relation), year, month.number % 12 + 1)),
							 ledger->name, first, end), false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not create a partition");
	SPI_finish();
}

/* Partitions for the months of the cells that have none. */
static void
make_partitions(const Ledger *ledger)
{
	int			month = -1;

	while ((month = bms_next_member(ledger->months, month)) >= 0)
	{
		int32		day = seg_ledger_month_day(month);

		CHECK_FOR_INTERRUPTS();
		if (!has_partition(ledger, day))
			create_partition(ledger, day);
	}
}

/* The months of the cells, as date[]. */
static Datum
cell_months(const Ledger *ledger)
{
	ArrayBuildState *months = NULL;
	int			month = -1;

	while ((month = bms_next_member(ledger->months, month)) >= 0)
		months = accumArrayResult(months, DateADTGetDatum(seg_ledger_month_day(month)), false, DATEOID, CurrentMemoryContext);
	return months == NULL ? PointerGetDatum(construct_empty_array(DATEOID)) : makeArrayResult(months, CurrentMemoryContext);
}

static bool
has_elements(Datum array)
{
	return ARR_NDIM(DatumGetArrayTypeP(array)) > 0;
}

static bool
is_empty(const Ledger *ledger)
{
	Datum		found[1];

	read_arrays(ledger, psprintf("SELECT ARRAY(SELECT l.month FROM %s l LIMIT 1)", ledger->name), parameters(ledger, (Datum) 0), found, lengthof(found));
	return !has_elements(found[0]);
}

/*
 * Write those of the cells that fulfil the condition: rows that are other ones, and new rows, in the order of the
 * table, which is twice as fast.  `present` restricts the rows o of the ledger to those partitions.
 */
static void
update_cells(const Ledger *ledger, const char *condition, const char *present, ParamListInfo params)
{
	run(ledger, psprintf(
						 "UPDATE %s o SET (" VALUE_COLUMNS ") = ROW(" VALUES_OF_CELL ") FROM ledger_cells c"
						 " WHERE %s AND o.customer_id = c.customer_id AND o.month = c.month AND %s AND NOT (" IS_SAME ")",
						 ledger->name, condition, present), params, None_Receiver);
}

static void
insert_cells(const Ledger *ledger, const char *condition, ParamListInfo params)
{
	run(ledger, psprintf(
						 "INSERT INTO %s (customer_id, month, " VALUE_COLUMNS ") SELECT c.customer_id, c.month, " VALUES_OF_CELL " FROM ledger_cells c"
						 " WHERE %s ORDER BY c.month, c.customer_id COLLATE \"C\"", ledger->name, condition), params, None_Receiver);
}

static void
write_missing(const Ledger *ledger, const char *condition, const char *present, ParamListInfo params)
{
	insert_cells(ledger, psprintf("%s AND NOT EXISTS (SELECT FROM %s o WHERE o.customer_id = c.customer_id AND o.month = c.month AND %s)",
								  condition, ledger->name, present), params);
}

/* Remove the rows of customers and months that have no cell any more; they are found first, because there are mostly none. */
static void
delete_single_cells(const Ledger *ledger, ParamListInfo params)
{
	Datum		gone[2];
	ParamListInfo of_gone = makeParamList(lengthof(gone));

	read_arrays(ledger, "WITH gone AS (SELECT d.customer_id, d.month FROM ROWS FROM (unnest($2), unnest($3)) AS d(customer_id, month)"
				" WHERE (d.customer_id, d.month) NOT IN (SELECT c.customer_id, c.month FROM ledger_cells c))"
				" SELECT ARRAY(SELECT g.customer_id FROM gone g ORDER BY g.customer_id, g.month),"
				" ARRAY(SELECT g.month FROM gone g ORDER BY g.customer_id, g.month)", params, gone, lengthof(gone));
	if (!has_elements(gone[0]))
		return;
	of_gone->params[0] = (ParamExternData) {gone[0], false, PARAM_FLAG_CONST, TEXTARRAYOID};
	of_gone->params[1] = (ParamExternData) {gone[1], false, PARAM_FLAG_CONST, DATEARRAYOID};
	run(ledger, psprintf("DELETE FROM %s l USING ROWS FROM (unnest($1), unnest($2)) AS d(customer_id, month)"
						 " WHERE l.customer_id = d.customer_id AND l.month = d.month", ledger->name), of_gone, None_Receiver);
}

/* Single customers: each row of the ledger is found by its key, and no partition is read as a whole. */
static void
write_single_cells(const Ledger *ledger, ParamListInfo params)
{
	static const char *const single = "c.month <> ALL ($1)";
	static const char *const others[] = {"enable_hashjoin", "enable_mergejoin", "enable_seqscan", "enable_material"};

	for (int i = 0; i < lengthof(others); i++)
		(void) set_config_option(others[i], "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	delete_single_cells(ledger, params);
	update_cells(ledger, single, "true", params);
	write_missing(ledger, single, "true", params);
}

/*
 * Month after month, in the order of the engine's parts: a reader adds the rows to the same parts, and each
 * stays in the cache while its rows pass.
 */
static void
fill_empty(const Ledger *ledger)
{
	int			month = -1;

	while ((month = bms_next_member(ledger->months, month)) >= 0)
	{
		SegMonth	of_day = {0};
		SegMonthStore *found;
		Ledger		part = *ledger;

		seg_month_find(&of_day, seg_ledger_month_day(month));
		found = hash_search(ledger->stores, &of_day.number, HASH_FIND, NULL);
		part.tables = create_queryEnv();
		seg_named_store_show(part.tables, "ledger_cells", ledger->shape, found->store);
		run(&part, psprintf(
							"INSERT INTO %s (customer_id, month, " VALUE_COLUMNS ") SELECT c.customer_id, c.month, " VALUES_OF_CELL
							" FROM ledger_cells c", ledger->name), parameters(ledger, (Datum) 0), None_Receiver);
		tuplestore_end(found->store);
	}
}

/* Remove rows of which the receipts have nothing more; write those that are new or other ones. */
static void
write_cells(const Ledger *ledger)
{
	ParamListInfo params = parameters(ledger, cell_months(ledger));
	const char *condition = "true";
	const char *present = "o.month = ANY ($4)";

	make_partitions(ledger);
	if (ledger->stores != NULL)
	{
		fill_empty(ledger);
		return;
	}
	if (!ledger->lines.all)
	{
		condition = "c.month = ANY ($1)";
		present = "o.month = ANY ($1)";
	}
	if (ledger->lines.all || has_elements(ledger->lines.months))
	{
		run(ledger, psprintf("DELETE FROM %s l WHERE %s AND NOT " HAS_CELL, ledger->name, ledger->lines.all ? "true" : "l.month = ANY ($1)"),
			params, None_Receiver);
		update_cells(ledger, condition, present, params);
		write_missing(ledger, condition, present, params);
	}
	if (!ledger->lines.all && has_elements(ledger->lines.customers))
		write_single_cells(ledger, params);
}

/* The work as the owner of the ledger begins: names are fixed, and no time goes into compiling statements of many partitions. */
static void
fix_settings(void)
{
	seg_fix_search_path();
	(void) set_config_option("jit", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

static void
refresh_as_owner(void *argument)
{
	Ledger	   *ledger = argument;

	fix_settings();
	seg_changes_mark(&ledger->changes);
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	seg_changes_resolve(&ledger->changes);
	ledger->lines.all = ledger->changes.all;
	if (!ledger->lines.all)
	{
		seg_named_store_show(ledger->tables, "ledger_changes", ledger->changes.shape, ledger->changes.cells);
		plan_reading(ledger);
	}
	if (is_empty(ledger))
	{
		HASHCTL		control = {.keysize = sizeof(int32), .entrysize = sizeof(SegMonthStore), .hcxt = CurrentMemoryContext};

		ledger->stores = hash_create("segment months", 128, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	read_cells(ledger);
	PopActiveSnapshot();
	write_cells(ledger);
	tuplestore_end(ledger->cells);
}

/* (ledger, receipts, currency, rates, change_column): write what differs */
PG_FUNCTION_INFO_V1(ledger_refresh);
Datum
ledger_refresh(PG_FUNCTION_ARGS)
{
	Ledger	   *ledger;

	PreventCommandIfReadOnly("refresh_ledger");
	ledger = open_ledger(fcinfo, ShareRowExclusiveLock);
	ledger->changes = (SegLedgerChanges) {
		.ledger = ledger->relation, .receipts = ledger->source.receipts,
		.change_column = PG_ARGISNULL(ARG_CHANGE_COLUMN) ? NULL : PG_GETARG_TEXT_PP(ARG_CHANGE_COLUMN)
	};
	seg_changes_take(&ledger->changes);
	if (!ledger->changes.none)
		seg_run_as(ledger->owner, refresh_as_owner, ledger);
	PG_RETURN_VOID();
}

static void
compare_as_owner(void *argument)
{
	Ledger	   *ledger = argument;

	fix_settings();
	PushActiveSnapshot(GetTransactionSnapshot());
	read_cells(ledger);
	PopActiveSnapshot();
	run(ledger, psprintf(
						 "SELECT COALESCE(c.customer_id, o.customer_id), COALESCE(c.month, o.month),"
						 " CASE WHEN o.customer_id IS NULL THEN 'missing' WHEN c.customer_id IS NULL THEN 'surplus' ELSE pg_catalog.concat_ws(', ',"
						 " CASE WHEN o.receipts IS DISTINCT FROM c.receipts THEN 'receipts' END,"
						 " CASE WHEN o.lines IS DISTINCT FROM c.lines THEN 'lines' END,"
						 " CASE WHEN (o.sales, pg_catalog.scale(o.sales)) IS DISTINCT FROM (c.sales, pg_catalog.scale(c.sales)) THEN 'sales' END,"
						 " CASE WHEN (o.net, pg_catalog.scale(o.net)) IS DISTINCT FROM (c.net, pg_catalog.scale(c.net)) THEN 'net' END,"
						 " CASE WHEN (o.quantity, pg_catalog.scale(o.quantity)) IS DISTINCT FROM (c.quantity, pg_catalog.scale(c.quantity)) THEN 'quantity' END,"
						 " CASE WHEN o.first_date IS DISTINCT FROM c.first_date THEN 'first_date' END,"
						 " CASE WHEN o.last_date IS DISTINCT FROM c.last_date THEN 'last_date' END) END"
						 " FROM ledger_cells c FULL JOIN %s o ON o.customer_id = c.customer_id AND o.month = c.month"
						 " WHERE o.customer_id IS NULL OR c.customer_id IS NULL OR NOT (" IS_SAME ")", ledger->name),
		parameters(ledger, (Datum) 0), ledger->dest);
	tuplestore_end(ledger->cells);
}

/* (ledger, receipts, currency, rates): the rows that differ */
PG_FUNCTION_INFO_V1(ledger_differences);
Datum
ledger_differences(PG_FUNCTION_ARGS)
{
	/* a standby has no refreshes to wait for, and no such lock */
	Ledger	   *ledger = open_ledger(fcinfo, RecoveryInProgress() ? AccessShareLock : ShareRowExclusiveLock);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	ledger->dest = CreateDestReceiver(DestTuplestore);
	SetTuplestoreDestReceiverParams(ledger->dest, result->setResult, result->econtext->ecxt_per_query_memory, false, NULL, NULL);
	seg_run_as(ledger->owner, compare_as_owner, ledger);
	ledger->dest->rDestroy(ledger->dest);
	return (Datum) 0;
}
