/*
 * ledger_scan_pg.h
 *		The table of a ledger: its shape, and its rows without a statement.
 */
#ifndef SEG_RECEIPTS_LEDGER_SCAN_PG_H
#define SEG_RECEIPTS_LEDGER_SCAN_PG_H

#include "server/compat.h"

#include "utils/date.h"
#include "utils/rel.h"

/* Columns of a ledger, in the order of its table: those of fixed length first, which a reader finds at once. */
enum
{
	SEG_LEDGER_RECEIPTS, SEG_LEDGER_LINES, SEG_LEDGER_MONTH, SEG_LEDGER_FIRST, SEG_LEDGER_LAST,
	SEG_LEDGER_NET, SEG_LEDGER_SALES, SEG_LEDGER_QUANTITY, SEG_LEDGER_CUSTOMER, SEG_LEDGER_COLUMNS
};

/* What create_ledger makes, palloc'd. */
extern TupleDesc seg_ledger_shape(void);

/* Has the table these columns, in this order, and no others? */
extern bool seg_ledger_has_shape(Relation relation, TupleDesc shape);

/*
 * Give each row of a ledger whose month is up to as_of to the function, with the columns above; what they refer to
 * is there until it returns.  With the active snapshot and the rights of the caller.  False, and nothing was read, when
 * the relation is not a table of create_ledger's, or the caller may not read all of it: then a statement is needed.
 */
typedef void (*SegLedgerVisitor) (const Datum *values, const bool *nulls, void *argument);
extern bool seg_ledger_scan(Oid relation, DateADT as_of, SegLedgerVisitor visit, void *argument);

#endif							/* SEG_RECEIPTS_LEDGER_SCAN_PG_H */
