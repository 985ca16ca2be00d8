/*
 * ledger_scan_pg.c
 *		Reading the table of a ledger without a statement; see ledger_scan_pg.h.
 *
 * The executor would do the same with each row, and besides a projection, a filter and calls
 * between its nodes, which take longer than the sums.
 */
#include "receipts/ledger_scan_pg.h"

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "partitioning/partbounds.h"
#include "partitioning/partdesc.h"
#include "utils/acl.h"
#include "utils/partcache.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"

/* ---- the shape of the table ---- */

TupleDesc
seg_ledger_shape(void)
{
	static const struct
	{
		const char *name;
		Oid			type;
	}			columns[SEG_LEDGER_COLUMNS] = {
		{"receipts", INT8OID}, {"lines", INT8OID}, {"month", DATEOID}, {"first_date", DATEOID}, {"last_date", DATEOID},
		{"net", NUMERICOID}, {"sales", NUMERICOID}, {"quantity", NUMERICOID}, {"customer_id", TEXTOID},
	};
	TupleDesc	shape = CreateTemplateTupleDesc(SEG_LEDGER_COLUMNS);

	for (int i = 0; i < SEG_LEDGER_COLUMNS; i++)
		TupleDescInitEntry(shape, i + 1, columns[i].name, columns[i].type, -1, 0);
	return shape;
}

bool
seg_ledger_has_shape(Relation relation, TupleDesc shape)
{
	TupleDesc	found = RelationGetDescr(relation);

	if (found->natts != shape->natts)
		return false;
	for (int i = 0; i < shape->natts; i++)
	{
		const FormData_pg_attribute *wanted = TupleDescAttr(shape, i);
		const FormData_pg_attribute *column = TupleDescAttr(found, i);

		if (column->attisdropped || column->atttypid != wanted->atttypid || column->attgenerated != '\0' ||
			strcmp(NameStr(column->attname), NameStr(wanted->attname)) != 0)
			return false;
	}
	return true;
}

/* ---- the partitions ---- */

/* Only what the caller may read in any case is read here; of the rest the executor has the say. */
static bool
may_read(Relation ledger)
{
	Oid			relation = RelationGetRelid(ledger);

	return ExecutorCheckPerms_hook == NULL && pg_class_aclcheck(relation, GetUserId(), ACL_SELECT) == ACLCHECK_OK &&
		check_enable_rls(relation, InvalidOid, true) != RLS_ENABLED;
}

static bool
is_by_month(Relation ledger)
{
	PartitionKey key = RelationGetPartitionKey(ledger);

	return key->strategy == PARTITION_STRATEGY_RANGE && key->partnatts == 1 && key->parttypid[0] == DATEOID &&
		key->partattrs[0] == SEG_LEDGER_MONTH + 1;
}

/* The partitions that may have days up to as_of. */
static List *
partitions_until(Relation ledger, DateADT as_of)
{
	PartitionDesc partitions = RelationGetPartitionDesc(ledger, true);
	PartitionBoundInfo bounds = partitions->boundinfo;
	List	   *found = NIL;

	if (partitions->nparts == 0)
		return NIL;
	/* the partition indexes[i] begins at bound i - 1 */
	for (int i = 0; i <= bounds->ndatums; i++)
	{
		if (bounds->indexes[i] < 0)
			continue;
		if (i > 0 && bounds->kind[i - 1][0] == PARTITION_RANGE_DATUM_VALUE && DatumGetDateADT(bounds->datums[i - 1][0]) > as_of)
			break;
		found = lappend_oid(found, partitions->oids[bounds->indexes[i]]);
	}
	if (bounds->default_index >= 0)
		found = lappend_oid(found, partitions->oids[bounds->default_index]);
	return found;
}

/* Open them all; NIL when one of them is not as create_ledger makes it. */
static List *
open_partitions(List *partitions, TupleDesc shape)
{
	List	   *opened = NIL;
	bool		plain = true;
	ListCell   *cell;

	foreach(cell, partitions)
	{
		Relation	partition = table_open(lfirst_oid(cell), AccessShareLock);

		opened = lappend(opened, partition);
		plain &= partition->rd_rel->relkind == RELKIND_RELATION && partition->rd_rel->relam == HEAP_TABLE_AM_OID &&
			seg_ledger_has_shape(partition, shape);
	}
	if (plain)
		return opened;
	foreach(cell, opened)
		table_close(lfirst(cell), NoLock);
	return NIL;
}

/* ---- the rows ---- */

static void
scan_partition(Relation partition, DateADT as_of, SegLedgerVisitor visit, void *argument)
{
	TupleTableSlot *slot = table_slot_create(partition, NULL);
	TableScanDesc scan = table_beginscan(partition, GetActiveSnapshot(), 0, NULL);

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		slot_getallattrs(slot);
		if (!slot->tts_isnull[SEG_LEDGER_MONTH] && DatumGetDateADT(slot->tts_values[SEG_LEDGER_MONTH]) <= as_of)
			visit(slot->tts_values, slot->tts_isnull, argument);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
}

bool
seg_ledger_scan(Oid relation, DateADT as_of, SegLedgerVisitor visit, void *argument)
{
	Relation	ledger = table_open(relation, AccessShareLock);
	TupleDesc	shape = seg_ledger_shape();
	List	   *partitions = NIL;
	ListCell   *cell;

	if (ledger->rd_rel->relkind == RELKIND_PARTITIONED_TABLE && seg_ledger_has_shape(ledger, shape) && is_by_month(ledger) && may_read(ledger))
		partitions = open_partitions(partitions_until(ledger, as_of), shape);
	foreach(cell, partitions)
	{
		scan_partition(lfirst(cell), as_of, visit, argument);
		table_close(lfirst(cell), NoLock);
	}
	table_close(ledger, NoLock);
	return partitions != NIL;
}
