/*
 * value_tables.h
 *		Several tables of values, as one state holds them: heads in an array, and all slots
 *		one table after another in one buffer.
 */
#ifndef SEG_STATS_VALUE_TABLES_H
#define SEG_STATS_VALUE_TABLES_H

#include "stats/value_table.h"

/* The slots of IN tables[n] together. */
extern size_t seg_value_tables_slots(const SegValueTable *tables, size_t n);

/* True if one of them must grow, or drop low bits, before the next value is added. */
extern bool seg_value_tables_want_room(const SegValueTable *tables, size_t n);

/*
 * OUT log2_slots[n]: sizes with room for the distinct values of IN tables[n] and, when not
 * NULL, of IN others[n].  True when they differ from the present sizes.
 */
extern bool seg_value_tables_room(const SegValueTable *tables, const SegValueTable *others, size_t n,
								  uint32_t *log2_slots);

/*
 * Copy the values to tables of other sizes.  INOUT grown[n]: copies of tables with the new
 * log2_slots.  OUT grown_slots: zeroed.  SEG_MALFORMED_STATE as seg_value_table_fill.
 */
extern SegStatus seg_value_tables_grow(const SegValueTable *tables, const SegValueSlot *slots, size_t n,
									   SegValueTable *grown, SegValueSlot *grown_slots);

/*
 * Add the values of IN from[n]; the ranges are not touched.  `into` has the sizes of
 * seg_value_tables_room.  INOUT scratch: as
 * many slots as the largest table of `into` has.
 */
extern SegStatus seg_value_tables_merge(SegValueTable *into, SegValueSlot *slots, const SegValueTable *from,
										const SegValueSlot *from_slots, size_t n, SegValueSlot *scratch);

/* The slots of the largest table: the size of a scratch. */
extern size_t seg_value_tables_largest(const SegValueTable *tables, size_t n);

#endif							/* SEG_STATS_VALUE_TABLES_H */
