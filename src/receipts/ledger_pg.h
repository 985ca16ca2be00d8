/*
 * ledger_pg.h
 *		Ledgers: receipts by customer and month.
 *
 * A ledger is a table with the columns below.  To be read, any relation will do that has customer_id,
 * month, receipts, sales, net, first_date and last_date, and no column receipt_date.
 */
#ifndef SEG_RECEIPTS_LEDGER_PG_H
#define SEG_RECEIPTS_LEDGER_PG_H

#include "receipts/lines_pg.h"

#include "nodes/bitmapset.h"
#include "utils/hsearch.h"
#include "utils/tuplestore.h"

/*
 * As seg_receipts_read, but source->receipts may be a ledger.  In mode SUMS each customer gets the
 * sums since the day `since` (SEG_NO_DAY: all), the first of a month.  In mode LIST each month of a customer gets as
 * many receipts as it has, whose totals, not the single ones, are right: all at its first day with a sale.
 * Errors besides: those of segment_internal.ledger_cells; 22004 and 22023 the rows are not those of a ledger.
 */
extern void seg_receipts_or_ledger_read(const SegReceiptsSource *source, SegReceiptsEngine *engine,
										SegReceiptsMode mode, int32 since);

/*
 * When the argument at that place is a ledger, put its receipts, currency and rates in the place of the three
 * arguments: for functions that need the receipts one by one.  In a connection of SPI.
 * Errors: those of segment_internal.ledger_source; 22023 currency or rates are given, too.
 */
extern void seg_ledger_to_receipts(FunctionCallInfo fcinfo, int receipts, int currency, int rates);

/* Where the rows of a month go: into a store of its own, of which the caller makes one for each month that it meets. */
typedef struct SegMonthStore
{
	int32		month;			/* the key: its number */
	Tuplestorestate *store;
} SegMonthStore;

/*
 * The rows that a ledger of the source should have: read the lines, and put the rows.  Returns their months, in the
 * context.  IN stores: NULL, or a hash table of SegMonthStore: then each month's rows go to its store and not to
 * that of the row.
 */
extern Bitmapset *seg_ledger_cells(const SegReceiptsSource *source, SegRow *row, MemoryContext context, HTAB *stores);

/* The first day of a month that is a member of such a set. */
extern int32 seg_ledger_month_day(int member);

#endif							/* SEG_RECEIPTS_LEDGER_PG_H */
