/*
 * ledger_changes_pg.c
 *		Which customers and months have changed; see ledger_changes_pg.h.
 */
#include "receipts/ledger_changes_pg.h"

#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"

#include "receipts/lines_pg.h"
#include "server/statement.h"

/* Columns of segment_internal.take_changes. */
enum
{
	CHANGE_CUSTOMER, CHANGE_MONTH, CHANGE_DOCUMENT, CHANGE_PARTITION, CHANGE_COLUMNS
};

/* Run a query of these arguments in a connection of SPI.  A NULL is the argument (Datum) 0 of a type by reference. */
static void
run(const char *query, int count, const Oid *types, const Datum *values, bool read_only, DestReceiver *dest)
{
	SPIExecuteOptions options = {.read_only = read_only, .params = makeParamList(count), .dest = dest};

	for (int i = 0; i < count; i++)
		options.params->params[i] = (ParamExternData) {
			values[i], values[i] == (Datum) 0 && !get_typbyval(types[i]), PARAM_FLAG_CONST, types[i]
		};
	seg_receipts_run(query, &options);
}

static Datum
ledger_schema(const SegLedgerChanges *changes)
{
	return CStringGetTextDatum(get_namespace_name(get_rel_namespace(changes->ledger)));
}

static Datum
ledger_name(const SegLedgerChanges *changes)
{
	return CStringGetTextDatum(get_rel_name(changes->ledger));
}

static void
put_cell(SegLedgerChanges *changes, Datum customer, bool no_customer, Datum month)
{
	Datum		values[] = {customer, month};
	bool		nulls[] = {no_customer, false};

	tuplestore_putvalues(changes->cells, changes->shape, values, nulls);
}

/* ---- the log ---- */

static void
take_change(SegLedgerChanges *changes, TupleTableSlot *slot)
{
	const Datum *values = slot->tts_values;
	const bool *nulls = slot->tts_isnull;

	slot_getallattrs(slot);
	changes->none = false;
	if (!nulls[CHANGE_MONTH])
		put_cell(changes, values[CHANGE_CUSTOMER], nulls[CHANGE_CUSTOMER], values[CHANGE_MONTH]);
	else if (!nulls[CHANGE_CUSTOMER])
		changes->customers = accumArrayResult(changes->customers, values[CHANGE_CUSTOMER], false, TEXTOID, CurrentMemoryContext);
	else if (!nulls[CHANGE_DOCUMENT])
		changes->documents = accumArrayResult(changes->documents, values[CHANGE_DOCUMENT], false, TEXTOID, CurrentMemoryContext);
	else if (!nulls[CHANGE_PARTITION])
		changes->partitions = accumArrayResult(changes->partitions, values[CHANGE_PARTITION], false, OIDOID, CurrentMemoryContext);
	else
		changes->all = true;
}

void
seg_changes_take(SegLedgerChanges *changes)
{
	Oid			types[] = {TEXTOID, TEXTOID};
	Datum		values[] = {ledger_schema(changes), ledger_name(changes)};
	SegNamedStore log = seg_named_store_create();
	TupleDesc	shape = CreateTemplateTupleDesc(CHANGE_COLUMNS);
	TupleTableSlot *slot;

	TupleDescInitEntry(shape, CHANGE_CUSTOMER + 1, "customer_id", TEXTOID, -1, 0);
	TupleDescInitEntry(shape, CHANGE_MONTH + 1, "month", DATEOID, -1, 0);
	TupleDescInitEntry(shape, CHANGE_DOCUMENT + 1, "document", TEXTOID, -1, 0);
	TupleDescInitEntry(shape, CHANGE_PARTITION + 1, "partition_id", OIDOID, -1, 0);
	changes->shape = CreateTemplateTupleDesc(2);
	TupleDescCopyEntry(changes->shape, 1, shape, CHANGE_CUSTOMER + 1);
	TupleDescCopyEntry(changes->shape, 2, shape, CHANGE_MONTH + 1);
	changes->cells = tuplestore_begin_heap(true, false, work_mem);
	changes->none = changes->change_column == NULL;

	SPI_connect();
	run("SELECT t.customer_id, t.month, t.document, t.partition_id FROM segment_internal.take_changes($1, $2) t",
		lengthof(types), types, values, false, log.dest);
	SPI_finish();
	seg_trigger_forget();
	slot = MakeSingleTupleTableSlot(shape, &TTSOpsMinimalTuple);
	while (tuplestore_gettupleslot(log.store, true, false, slot))
	{
		CHECK_FOR_INTERRUPTS();
		take_change(changes, slot);
	}
	ExecDropSingleTupleTableSlot(slot);
	tuplestore_end(log.store);
}

/* ---- the mark ---- */

void
seg_changes_mark(SegLedgerChanges *changes)
{
	Oid			types[] = {TEXTOID, TEXTOID, REGCLASSOID, TEXTOID};
	Datum		values[] = {
		ledger_schema(changes), ledger_name(changes), ObjectIdGetDatum(changes->receipts), PointerGetDatum(changes->change_column)
	};
	MemoryContext context = CurrentMemoryContext;
	char	   *mark;

	if (changes->change_column == NULL)
		return;
	SPI_connect();
	run("SELECT segment_internal.take_mark($1, $2, m.high_mark, m.running) FROM segment_internal.high_mark($3, $4) m",
		lengthof(types), types, values, false, NULL);
	mark = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (mark == NULL)
		changes->all = true;
	else
		changes->low_mark = MemoryContextStrdup(context, mark);
	SPI_finish();
}

/* ---- customers and months ---- */

/* The months of the changed partitions: to be read, and stored for when they change again. */
static void
resolve_partitions(SegLedgerChanges *changes)
{
	Oid			types[] = {REGCLASSOID, OIDARRAYOID};
	Datum		values[] = {ObjectIdGetDatum(changes->receipts), makeArrayResult(changes->partitions, CurrentMemoryContext)};
	Oid			stored_types[] = {TEXTOID, TEXTOID, OIDARRAYOID, DATEARRAYOID};
	Datum		stored[] = {ledger_schema(changes), ledger_name(changes), values[1], (Datum) 0};
	ArrayBuildState *ids = NULL;
	ArrayBuildState *months = NULL;
	MemoryContext context = CurrentMemoryContext;

	SPI_connect();
	run("SELECT p.partition_id, p.month FROM segment_internal.partition_months($1, $2) p", lengthof(types), types, values, true, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		no_id;
		bool		no_month;
		Datum		id = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &no_id);
		Datum		month = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2, &no_month);

		put_cell(changes, (Datum) 0, true, month);
		ids = accumArrayResult(ids, id, no_id, OIDOID, context);
		months = accumArrayResult(months, month, no_month, DATEOID, context);
	}
	if (ids != NULL)
	{
		stored[2] = makeArrayResult(ids, context);
		stored[3] = makeArrayResult(months, context);
		run("SELECT segment_internal.set_partition_months($1, $2, $3, $4)", lengthof(stored_types), stored_types, stored, false, NULL);
	}
	SPI_finish();
}

static void
add_cells(SegLedgerChanges *changes, const char *query, Oid type, Datum value)
{
	Oid			types[] = {REGCLASSOID, REGCLASSOID, TEXTOID, type};
	Datum		values[] = {
		ObjectIdGetDatum(changes->ledger), ObjectIdGetDatum(changes->receipts), PointerGetDatum(changes->change_column), value
	};
	SegNamedStore found = seg_named_store_create();
	TupleTableSlot *slot = MakeSingleTupleTableSlot(changes->shape, &TTSOpsMinimalTuple);

	SPI_connect();
	run(query, lengthof(types), types, values, true, found.dest);
	SPI_finish();
	while (tuplestore_gettupleslot(found.store, true, false, slot))
	{
		CHECK_FOR_INTERRUPTS();
		tuplestore_puttupleslot(changes->cells, slot);
	}
	ExecDropSingleTupleTableSlot(slot);
	tuplestore_end(found.store);
}

void
seg_changes_resolve(SegLedgerChanges *changes)
{
	MemoryContext context = CurrentMemoryContext;

	if (changes->partitions != NULL)
		resolve_partitions(changes);
	if (changes->all)
		return;
	if (changes->customers != NULL)
		add_cells(changes, "SELECT c.customer_id, c.month FROM segment_internal.customer_cells($1, $2, $4) c",
				  TEXTARRAYOID, makeArrayResult(changes->customers, context));
	if (changes->documents != NULL)
		add_cells(changes, "SELECT c.customer_id, c.month FROM segment_internal.document_cells($2, $4) c",
				  TEXTARRAYOID, makeArrayResult(changes->documents, context));
	if (changes->low_mark != NULL)
		add_cells(changes, "SELECT c.customer_id, c.month FROM segment_internal.marked_cells($2, $3, $4) c",
				  TEXTOID, CStringGetTextDatum(changes->low_mark));
}
