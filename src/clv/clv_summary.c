/*
 * clv_summary.c
 *		A customer's days of purchase, out of receipts; see clv_summary.h.
 */
#include "clv/clv_summary.h"

bool
seg_clv_summarize(SegWidePool *pool, const SegReceipt *receipts, size_t n, SegClvSummary *summary)
{
	SegTotal	total = {0};
	bool		any = false;

	*summary = (SegClvSummary) {.mean_value = NAN};
	for (size_t i = 0; i < n; i++)
	{
		SegAmount	amount = seg_receipt_amount(&receipts[i]);

		seg_check_step(i);
		if (seg_amount_is_negative(pool, amount))
			continue;
		if (!any)
			summary->first = summary->last = receipts[i].day;
		any = true;
		if (receipts[i].day != summary->last)
			summary->x++;
		summary->last = receipts[i].day;
		if (summary->x > 0)
			seg_total_add_copy(pool, &total, amount);
	}
	if (summary->x > 0)
		summary->mean_value = seg_total_value(pool, &total) / (double) summary->x;
	seg_total_clear(pool, &total);
	return any;
}
