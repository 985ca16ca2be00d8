/*
 * spill_pg.h
 *		Temporary files of lines and of customers.
 *
 * A record is the struct as it is in memory, then the texts of its long keys, the
 * numeric of its wide amount, and the details of the line with theirs.  Only the session that wrote a file reads it.
 */
#ifndef SEG_RECEIPTS_SPILL_PG_H
#define SEG_RECEIPTS_SPILL_PG_H

#include "server/compat.h"

#include "receipts/receipt_part.h"
#include "server/budget.h"

typedef struct SegSpill SegSpill;

typedef struct SegSpillRecord
{
	bool		is_customer;
	bool		has_details;
	SegReceiptLine line;
	SegReceiptDetails details;
	SegCustomer customer;
} SegSpillRecord;

/* A new file that ends with the context, at the latest.  Its buffer is reserved, even beyond segment.fit_memory. */
extern SegSpill *seg_spill_create(MemoryContext context, SegBudget *budget);

/* Write a record; a wide amount is a number of the pool, and stays there.  IN details: NULL where there are none. */
extern void seg_spill_line(SegSpill *spill, SegWidePool *pool, const SegReceiptLine *line, const SegReceiptDetails *details);
extern void seg_spill_customer(SegSpill *spill, SegWidePool *pool, const SegCustomer *customer);

/* Go back to the first record.  Returns the bytes that were written. */
extern uint64 seg_spill_rewind(SegSpill *spill);

/*
 * Read the next record; false after the last.  OUT record: texts of its keys are valid
 * until the next call; a wide amount is a new number of the pool.
 */
extern bool seg_spill_read(SegSpill *spill, SegWidePool *pool, SegSpillRecord *record);

/* Close and remove the file. */
extern void seg_spill_end(SegSpill *spill);

#endif							/* SEG_RECEIPTS_SPILL_PG_H */
