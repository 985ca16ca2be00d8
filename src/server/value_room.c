/*
 * value_room.c
 *		Memory beside tables of values; see value_room.h.
 */
#include "server/value_room.h"

#include "server/budget.h"

SegValueSlot *
seg_value_scratch(const SegValueTable *tables, size_t n)
{
	size_t		size = seg_value_tables_largest(tables, n) * sizeof(SegValueSlot);

	seg_budget_check(size);
	return palloc_extended(Max(size, 1), MCXT_ALLOC_HUGE);
}
