/*
 * retention.h
 *		The retention of cohorts, customer by customer.
 *
 * A customer belongs to the cohort of the period of the first receipt whose total is
 * not negative, and is active in a period with such a receipt.  For each cohort and each
 * period since, a cell counts the active customers and sums their receipts.
 */
#ifndef SEG_COHORT_RETENTION_H
#define SEG_COHORT_RETENTION_H

#include "cohort/cohort.h"
#include "receipts/receipt_part.h"

typedef struct SegRetentionCell
{
	SegTotal	net;			/* of all receipts */
	SegTotal	sales;			/* of those whose total is not negative */
	int64_t		receipts;		/* how many these are */
	int64_t		active;			/* customers who have one */
	int32_t		first_day;		/* of these receipts; SEG_NO_DAY: there are none */
} SegRetentionCell;

/* Days before as_of whose period is looked up and not computed. */
#define SEG_RETENTION_DAYS 16384

typedef struct SegRetention
{
	SegGrain	grain;
	int32_t		as_of;
	int64_t		last;			/* period of as_of */
	int64_t		periods[SEG_RETENTION_DAYS];	/* by days before as_of */
} SegRetention;

extern void seg_retention_begin(SegRetention *retention, SegGrain grain, int32_t as_of);

/* The period of a day up to as_of. */
extern int64_t seg_retention_period(const SegRetention *retention, int32_t day);

/* Where wide amounts are: those of the receipts, and those of the totals. */
typedef struct SegRetentionPools
{
	SegWidePool *receipts;
	SegWidePool *totals;
	int64_t		(*copy) (void *argument, int64_t number);	/* of a receipt's amount, into totals */
	void	   *argument;
} SegRetentionPools;

/*
 * The first receipt of a customer that counts; n for a customer who has never bought.
 * IN receipts[n] by day, all up to as_of.
 */
extern size_t seg_retention_first(SegWidePool *pool, const SegReceipt *receipts, size_t n);

/*
 * Add a customer to the cohort of receipts[first].  INOUT row[]: the cells of that cohort, from
 * its own period to the last.
 */
extern void seg_retention_add(const SegRetention *retention, const SegRetentionPools *pools,
							  const SegReceipt *receipts, size_t n, size_t first, SegRetentionCell *row);

#endif							/* SEG_COHORT_RETENTION_H */
