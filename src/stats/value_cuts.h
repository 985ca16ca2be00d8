/*
 * value_cuts.h
 *		Cuts between groups of a measure: quantiles of counted values.
 */
#ifndef SEG_STATS_VALUE_CUTS_H
#define SEG_STATS_VALUE_CUTS_H

#include "stats/value_table.h"

/* True if all cuts are finite, and none is below the one before it. */
extern bool seg_cuts_valid(const double *cuts, size_t count);

/*
 * Compute the cuts of `rows` counted values into `bins` groups.  INOUT
 * scratch[2^log2_slots].  OUT cuts[bins - 1], ascending.  OUT errors[bins - 1], or NULL:
 * for each cut the largest share of rows on its wrong side, 0 for an exact cut.
 * SEG_NO_ROWS when there are no rows, SEG_MALFORMED_STATE when the counts do not add up
 * to them.  O(m log m) for m distinct values.
 * Source: R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages",
 * The American Statistician 50 (1996), definition 7.
 */
extern SegStatus seg_value_cuts(const SegValueTable *table, const SegValueSlot *slots, uint64_t rows,
								int bins, SegValueSlot *scratch, double *cuts, double *errors);

/*
 * Count the values in each group: OUT counts[count + 1] for IN cuts[count], ascending.  A
 * value that equals a cut is in the group below it.  O(slots * log count).
 */
extern void seg_value_cuts_count(const SegValueTable *table, const SegValueSlot *slots,
								 const double *cuts, size_t count, uint64_t *counts);

/* The number of IN cuts[count] that are below the value: its group, from 0. */
static inline size_t
seg_cuts_below(const double *cuts, size_t count, double value)
{
	size_t		below = 0;

	for (size_t i = 0; i < count; i++)
		below += cuts[i] < value;
	return below;
}

#endif							/* SEG_STATS_VALUE_CUTS_H */
