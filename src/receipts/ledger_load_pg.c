/*
 * ledger_load_pg.c
 *		Filling a new partition of a ledger; see seg_ledger_load in ledger_refresh_pg.h.
 *
 * Rows are written in batches, as COPY writes them, and the indexes are built when all rows are there.  That
 * passes by what a statement would do besides, such as triggers.  So it is only done where there is no such thing.
 */
#include "receipts/ledger_refresh_pg.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "rewrite/prs2lock.h"
#include "storage/bufmgr.h"
#include "utils/acl.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#define BATCH_ROWS 1000			/* as COPY */

/* ---- what a statement would do besides ---- */

static bool
has_additions(Relation relation)
{
	const TupleConstr *constraints = RelationGetDescr(relation)->constr;

	return relation->trigdesc != NULL || relation->rd_rules != NULL || relation->rd_rel->relrowsecurity ||
		(constraints != NULL && constraints->num_check > 0);
}

/* A partition that this subtransaction made ends with it, whatever happens to it until then. */
static bool
is_new(Relation partition)
{
	return partition->rd_createSubid == GetCurrentSubTransactionId() && RelationGetNumberOfBlocks(partition) == 0;
}

static bool
can_be_loaded(const SegLedger *ledger, Relation partition)
{
	Relation	table = table_open(ledger->relation, NoLock);
	bool		plain = !has_additions(table);

	table_close(table, NoLock);
	return plain && pg_class_aclcheck(ledger->relation, ledger->owner, ACL_INSERT) == ACLCHECK_OK &&
		partition->rd_rel->relkind == RELKIND_RELATION && partition->rd_rel->relam == HEAP_TABLE_AM_OID &&
		partition->rd_rel->relowner == ledger->owner &&
		is_new(partition) && seg_ledger_has_shape(partition, ledger->shape) && !has_additions(partition);
}

/* ---- writing ---- */

/* Up to BATCH_ROWS rows; returns their number. */
static int
read_batch(Tuplestorestate *rows, TupleTableSlot **slots)
{
	int			n = 0;

	/* a row in memory stays where it is until the store ends */
	while (n < BATCH_ROWS && tuplestore_gettupleslot(rows, true, false, slots[n]))
		n++;
	return n;
}

static void
write_rows(Relation partition, TupleDesc shape, Tuplestorestate *rows)
{
	MemoryContext batch = AllocSetContextCreate(CurrentMemoryContext, "segment ledger batch", ALLOCSET_DEFAULT_SIZES);
	TupleTableSlot **slots = palloc(BATCH_ROWS * sizeof(TupleTableSlot *));
	BulkInsertState state = GetBulkInsertState();
	CommandId	command = GetCurrentCommandId(true);
	int			n;

	for (int i = 0; i < BATCH_ROWS; i++)
		slots[i] = MakeSingleTupleTableSlot(shape, &TTSOpsMinimalTuple);
	while ((n = read_batch(rows, slots)) > 0)
	{
		MemoryContext old = MemoryContextSwitchTo(batch);

		CHECK_FOR_INTERRUPTS();
		table_multi_insert(partition, slots, n, command, TABLE_INSERT_SKIP_FSM, state);
		MemoryContextSwitchTo(old);
		MemoryContextReset(batch);
	}
	FreeBulkInsertState(state);
	table_finish_bulk_insert(partition, TABLE_INSERT_SKIP_FSM);
	for (int i = 0; i < BATCH_ROWS; i++)
		ExecDropSingleTupleTableSlot(slots[i]);
	pfree(slots);
	MemoryContextDelete(batch);
}

bool
seg_ledger_load(const SegLedger *ledger, Oid partition, Tuplestorestate *rows)
{
	Relation	relation = OidIsValid(partition) ? table_open(partition, RowExclusiveLock) : NULL;
	bool		loaded = relation != NULL && can_be_loaded(ledger, relation);

	if (loaded)
		write_rows(relation, ledger->shape, rows);
	if (relation != NULL)
		table_close(relation, NoLock);
	if (!loaded)
		return false;
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	SEG_REINDEX_RELATION(partition);
	PopActiveSnapshot();
	CommandCounterIncrement();
	return true;
}
