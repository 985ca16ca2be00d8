/*
 * retention.c
 *		The retention of cohorts, customer by customer; see retention.h.
 */
#include "cohort/retention.h"

void
seg_retention_begin(SegRetention *retention, SegGrain grain, int32_t as_of)
{
	retention->grain = grain;
	retention->as_of = as_of;
	retention->last = seg_period_of_day(grain, as_of);
	for (int32_t before = 0; before < SEG_RETENTION_DAYS; before++)
		retention->periods[before] = seg_period_of_day(grain, (int64_t) as_of - before);
}

int64_t
seg_retention_period(const SegRetention *retention, int32_t day)
{
	int64_t		before = (int64_t) retention->as_of - day;

	return before < SEG_RETENTION_DAYS ? retention->periods[before] : seg_period_of_day(retention->grain, day);
}

size_t
seg_retention_first(SegWidePool *pool, const SegReceipt *receipts, size_t n)
{
	size_t		first = 0;

	while (first < n && seg_amount_is_negative(pool, seg_receipt_amount(&receipts[first])))
		first++;
	return first;
}

/* A copy of an amount of receipts, for a total to use up. */
static SegAmount
copied(const SegRetentionPools *pools, SegAmount amount)
{
	if (amount.scale == SEG_AMOUNT_WIDE)
		amount.value = pools->copy(pools->argument, amount.value);
	return amount;
}

void
seg_retention_add(const SegRetention *retention, const SegRetentionPools *pools,
				  const SegReceipt *receipts, size_t n, size_t first, SegRetentionCell *row)
{
	int64_t		born = seg_retention_period(retention, receipts[first].day);
	int64_t		active = born - 1;	/* the last period that counts the customer */

	/* returns before the first purchase count when they lie in its period */
	for (size_t i = 0; i < n; i++)
	{
		SegAmount	amount = seg_receipt_amount(&receipts[i]);
		int64_t		period = seg_retention_period(retention, receipts[i].day);
		SegRetentionCell *cell;

		if (period < born)
			continue;
		cell = &row[period - born];
		seg_total_add(pools->totals, &cell->net, copied(pools, amount));
		if (seg_amount_is_negative(pools->receipts, amount))
			continue;
		seg_total_add(pools->totals, &cell->sales, copied(pools, amount));
		cell->receipts++;
		cell->active += period > active;
		active = period;
		if (cell->first_day == SEG_NO_DAY || receipts[i].day < cell->first_day)
			cell->first_day = receipts[i].day;
	}
}
