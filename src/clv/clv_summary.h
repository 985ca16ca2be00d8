/*
 * clv_summary.h
 *		A customer's days of purchase, out of receipts.
 *
 * A day of purchase is a day with a receipt whose total is not negative.  Receipts whose total is
 * negative do not count, here or in the value of a day.
 */
#ifndef SEG_CLV_CLV_SUMMARY_H
#define SEG_CLV_CLV_SUMMARY_H

#include "receipts/receipt_part.h"

typedef struct SegClvSummary
{
	int64_t		x;				/* days of purchase after the first */
	int32_t		first;			/* days */
	int32_t		last;
	double		mean_value;		/* of the x days; NAN when x is 0 */
} SegClvSummary;

/* IN receipts[n] by day.  False when the customer has no day of purchase.  Cost: O(n). */
extern bool seg_clv_summarize(SegWidePool *pool, const SegReceipt *receipts, size_t n, SegClvSummary *summary);

#endif							/* SEG_CLV_CLV_SUMMARY_H */
