/*
 * ledger_changes_pg.h
 *		Which customers and months of a ledger may have changed since its last refresh.
 *
 * Changes are taken from a log that triggers write (ledger_trigger_pg.c), or found by the
 * partitions of the receipts, or by a column.  What is committed after they were taken stays in the
 * log, or above the mark, although its receipts may have been read: the next refresh reads them again, which
 * changes nothing.  So no change is lost.
 */
#ifndef SEG_RECEIPTS_LEDGER_CHANGES_PG_H
#define SEG_RECEIPTS_LEDGER_CHANGES_PG_H

#include "server/compat.h"

#include "executor/spi.h"
#include "utils/array.h"
#include "utils/tuplestore.h"

typedef struct SegLedgerChanges
{
	Oid			ledger;			/* the first three are given */
	Oid			receipts;
	text	   *change_column;	/* NULL: not detect column */
	bool		all;			/* everything is to be read */
	bool		none;			/* nothing has changed */
	TupleDesc	shape;			/* customer_id, month */
	Tuplestorestate *cells;		/* customer_id is NULL for all of the month */
	ArrayBuildState *customers;
	ArrayBuildState *documents;
	ArrayBuildState *partitions;
	char	   *low_mark;		/* of the column; NULL: none */
} SegLedgerChanges;

/* Take the changes that are logged, as the caller of the refresh, with the ledger locked. */
extern void seg_changes_take(SegLedgerChanges *changes);

/* As the owner of the ledger: move the mark of detect column. */
extern void seg_changes_mark(SegLedgerChanges *changes);

/*
 * As the owner of the ledger, with the active snapshot that the receipts are read with: the customers and months
 * of what was logged otherwise.
 */
extern void seg_changes_resolve(SegLedgerChanges *changes);

/* The log was taken: changes of this transaction that follow are logged again. */
extern void seg_trigger_forget(void);

#endif							/* SEG_RECEIPTS_LEDGER_CHANGES_PG_H */
