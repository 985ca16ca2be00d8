/*
 * value_cuts.c
 *		Cuts from counted values; see value_cuts.h.
 */
#include "stats/value_cuts.h"

bool
seg_cuts_valid(const double *cuts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!isfinite(cuts[i]) || (i > 0 && cuts[i] < cuts[i - 1]))
			return false;
	return true;
}

/* low + share (high - low), without overflow, and exact when both are equal. */
static double
between(double low, double high, double share)
{
	if (isfinite(high - low))
		return low + share * (high - low);
	return (1 - share) * low + share * high;
}

/*
 * With n values x[0] .. x[n-1], the quantile at i / bins has the position
 * h = (n - 1) i / bins, between x[floor h] and the next value.  Integers split h
 * exactly.
 */
static void
interpolate(const SegValueTable *table, const SegValueSlot *sorted, size_t used, uint64_t n, int bins,
			double *cuts, double *errors)
{
	size_t		at = 0;
	uint64_t	upto = sorted[0].count; /* values in sorted[0 .. at] */

	for (int i = 1; i < bins; i++)
	{
		unsigned __int128 h = (unsigned __int128) (n - 1) * i;
		uint64_t	whole = (uint64_t) (h / bins);
		double		share = (double) (h % bins) / bins;
		double		low;
		size_t		next;
		uint64_t	touched;

		while (upto <= whole)
			upto += sorted[++at].count;
		next = share > 0 && upto == whole + 1 && at + 1 < used ? at + 1 : at;
		touched = sorted[at].count + (next > at ? sorted[next].count : 0);
		low = seg_value_of_key(table, sorted[at].key);
		cuts[i - 1] = between(low, seg_value_of_key(table, sorted[next].key), share);
		if (errors != NULL)
			errors[i - 1] = table->level == 0 ? 0 : fmin((double) touched / n, 1);
	}
}

SegStatus
seg_value_cuts(const SegValueTable *table, const SegValueSlot *slots, uint64_t rows, int bins,
			   SegValueSlot *scratch, double *cuts, double *errors)
{
	size_t		used = seg_value_table_sort(table, slots, scratch);
	uint64_t	n = 0;

	for (size_t i = 0; i < used; i++)
	{
		n += scratch[i].count;
		if (!seg_value_key_is_sound(table, scratch[i].key))
			return SEG_MALFORMED_STATE;
	}
	if (n != rows || used > SEG_VALUE_TABLE_MOST)
		return SEG_MALFORMED_STATE;
	if (n == 0)
		return SEG_NO_ROWS;
	interpolate(table, scratch, used, n, bins, cuts, errors);
	return SEG_OK;
}

void
seg_value_cuts_count(const SegValueTable *table, const SegValueSlot *slots,
					 const double *cuts, size_t count, uint64_t *counts)
{
	memset(counts, 0, (count + 1) * sizeof(*counts));
	for (size_t at = 0; at < seg_value_slots(table); at++)
	{
		if (at % SEG_VALUE_TABLE_INTERRUPT == 0)
			CHECK_FOR_INTERRUPTS();
		if (slots[at].count > 0)
			counts[seg_cuts_below(cuts, count, seg_value_of_key(table, slots[at].key))] += slots[at].count;
	}
}
