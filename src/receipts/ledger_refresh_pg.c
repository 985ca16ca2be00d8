/*
 * ledger_refresh_pg.c
 *		Comparing a ledger with its receipts; ledger_write_pg.c writes the differences.
 *
 * A refresh locks the ledger, so that refreshes take turns, and only then takes what
 * has changed (receipts/ledger_changes_pg.h) and looks at the receipts.
 *
 * Receipts are read and the ledger is written as its owner, in a security-restricted
 * operation.  What the receipts give is compared with the table in SQL, and only what
 * differs is written.
 */
#include "receipts/ledger_refresh_pg.h"

#include "access/relation.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/tstoreReceiver.h"
#include "executor/tuptable.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "server/identity.h"

/* Arguments of both functions by their places. */
enum
{
	ARG_LEDGER, ARG_RECEIPTS, ARG_CURRENCY, ARG_RATES,
	ARG_CHANGE_COLUMN			/* of ledger_refresh alone */
};

/* The last day of all. */
#define LAST_DAY (DATE_END_JULIAN - POSTGRES_EPOCH_JDATE - 1)

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
static SegLedger *
open_ledger(FunctionCallInfo fcinfo, LOCKMODE lock)
{
	SegLedger  *ledger = palloc0(sizeof(SegLedger));
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
	ledger->shape = seg_ledger_shape();
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

/* ---- what is read ---- */

/* Which months are read whole: with more than 5 % of their rows changed; and which customers of the others. */
static void
plan_reading(SegLedger *ledger)
{
	Datum		arrays[3];

	seg_ledger_read_arrays(ledger, psprintf(
											"WITH month AS (SELECT h.month FROM (SELECT month, pg_catalog.count(*) AS n, pg_catalog.count(customer_id) AS customers"
											" FROM ledger_changes GROUP BY month) h"
											" WHERE h.customers < h.n OR h.n * 20 > (SELECT pg_catalog.count(*) FROM (SELECT FROM %s l WHERE l.month = h.month LIMIT h.n * 20) m)),"
											" single AS (SELECT h.customer_id, h.month FROM ledger_changes h WHERE h.month NOT IN (SELECT m.month FROM month m))"
											" SELECT ARRAY(SELECT m.month FROM month m), ARRAY(SELECT s.customer_id FROM single s ORDER BY s.customer_id, s.month),"
											" ARRAY(SELECT s.month FROM single s ORDER BY s.customer_id, s.month)", ledger->name),
						   seg_ledger_parameters(ledger, (Datum) 0), arrays, lengthof(arrays));
	ledger->lines.months = arrays[0];
	ledger->lines.customers = arrays[1];
	ledger->lines.customer_months = arrays[2];
}

/* ---- rows ---- */

/* The rows that the ledger should have, as the table ledger_cells. */
static void
read_cells(SegLedger *ledger)
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

static bool
is_empty(const SegLedger *ledger)
{
	Datum		found[1];

	seg_ledger_read_arrays(ledger, psprintf("SELECT ARRAY(SELECT l.month FROM %s l LIMIT 1)", ledger->name), seg_ledger_parameters(ledger, (Datum) 0), found, lengthof(found));
	return !seg_ledger_has_elements(found[0]);
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
	SegLedger  *ledger = argument;

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
	seg_ledger_write(ledger);
	tuplestore_end(ledger->cells);
}

/* (ledger, receipts, currency, rates, change_column): write what differs */
PG_FUNCTION_INFO_V1(ledger_refresh);
Datum
ledger_refresh(PG_FUNCTION_ARGS)
{
	SegLedger  *ledger;

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
	SegLedger  *ledger = argument;

	fix_settings();
	PushActiveSnapshot(GetTransactionSnapshot());
	read_cells(ledger);
	PopActiveSnapshot();
	seg_ledger_run(ledger, psprintf(
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
									" WHERE o.customer_id IS NULL OR c.customer_id IS NULL OR NOT (" SEG_LEDGER_IS_SAME ")", ledger->name),
				   seg_ledger_parameters(ledger, (Datum) 0), ledger->dest);
	tuplestore_end(ledger->cells);
}

/* (ledger, receipts, currency, rates): the rows that differ */
PG_FUNCTION_INFO_V1(ledger_differences);
Datum
ledger_differences(PG_FUNCTION_ARGS)
{
	/* a standby has no refreshes to wait for, and no such lock */
	SegLedger  *ledger = open_ledger(fcinfo, RecoveryInProgress() ? AccessShareLock : ShareRowExclusiveLock);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	ledger->dest = CreateDestReceiver(DestTuplestore);
	SetTuplestoreDestReceiverParams(ledger->dest, result->setResult, result->econtext->ecxt_per_query_memory, false, NULL, NULL);
	seg_run_as(ledger->owner, compare_as_owner, ledger);
	ledger->dest->rDestroy(ledger->dest);
	return (Datum) 0;
}
