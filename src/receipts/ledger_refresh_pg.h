/*
 * ledger_refresh_pg.h
 *		A ledger that is compared with its receipts and written: what the files of the refresh share.
 */
#ifndef SEG_RECEIPTS_LEDGER_REFRESH_PG_H
#define SEG_RECEIPTS_LEDGER_REFRESH_PG_H

#include "receipts/ledger_changes_pg.h"
#include "receipts/ledger_pg.h"
#include "receipts/ledger_scan_pg.h"
#include "server/statement.h"

/* The columns behind the key, of o or c, with what else tells values apart. */
#define SEG_LEDGER_COMPARED(t) \
	"(" t ".receipts, " t ".lines, " t ".sales, pg_catalog.scale(" t ".sales), " t ".net, pg_catalog.scale(" t ".net), " \
	t ".quantity, pg_catalog.scale(" t ".quantity), " t ".first_date, " t ".last_date)"

#define SEG_LEDGER_IS_SAME SEG_LEDGER_COMPARED("o") " IS NOT DISTINCT FROM " SEG_LEDGER_COMPARED("c")

typedef struct SegLedger
{
	Oid			relation;
	Oid			owner;
	char	   *name;			/* as a statement needs it */
	SegReceiptsSource source;
	SegLedgerLines lines;
	SegLedgerChanges changes;
	QueryEnvironment *tables;	/* with the table ledger_cells, once they were read */
	Tuplestorestate *cells;
	Bitmapset  *months;			/* of the cells */
	HTAB	   *stores;			/* of SegMonthStore, for a ledger that is empty; else NULL */
	TupleDesc	shape;
	DestReceiver *dest;			/* where differences go */
} SegLedger;

/* $1 to $3: months to read whole, and single customers with their months; $4: all_months, or NULL for (Datum) 0. */
extern ParamListInfo seg_ledger_parameters(const SegLedger *ledger, Datum all_months);

/* Run one statement that names no tables but the ledger and ledger->tables. */
extern void seg_ledger_run(const SegLedger *ledger, const char *statement, ParamListInfo params, DestReceiver *dest);

/* The arrays of a SELECT of one row, which are not NULL, and whether such an array has elements. */
extern void seg_ledger_read_arrays(const SegLedger *ledger, const char *statement, ParamListInfo params, Datum *arrays, int count);
extern bool seg_ledger_has_elements(Datum array);

/* As the owner: remove rows of which the receipts have nothing more; write those that are new or other ones. */
extern void seg_ledger_write(const SegLedger *ledger);

/*
 * Write rows, which have the shape of a ledger, into a partition that this subtransaction made, and build its
 * indexes afterwards.  False, and nothing is written, when the partition is not as create_ledger makes it, or has
 * rows: then they must be inserted.
 */
extern bool seg_ledger_load(const SegLedger *ledger, Oid partition, Tuplestorestate *rows);

#endif							/* SEG_RECEIPTS_LEDGER_REFRESH_PG_H */
