/*
 * value_room.h
 *		Memory beside tables of values (stats/value_tables.h).
 */
#ifndef SEG_SERVER_VALUE_ROOM_H
#define SEG_SERVER_VALUE_ROOM_H

#include "server/compat.h"

#include "stats/value_tables.h"

/* As many slots as the largest of IN tables[n] has; palloc'd, after a check of the budget. */
extern SegValueSlot *seg_value_scratch(const SegValueTable *tables, size_t n);

#endif							/* SEG_SERVER_VALUE_ROOM_H */
