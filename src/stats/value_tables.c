/*
 * value_tables.c
 *		Several tables of values in one state; see value_tables.h.
 */
#include "stats/value_tables.h"

size_t
seg_value_tables_slots(const SegValueTable *tables, size_t n)
{
	size_t		slots = 0;

	for (size_t i = 0; i < n; i++)
		slots += seg_value_slots(&tables[i]);
	return slots;
}

size_t
seg_value_tables_largest(const SegValueTable *tables, size_t n)
{
	size_t		largest = 0;

	for (size_t i = 0; i < n; i++)
		if (seg_value_slots(&tables[i]) > largest)
			largest = seg_value_slots(&tables[i]);
	return largest;
}

bool
seg_value_tables_want_room(const SegValueTable *tables, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (seg_value_table_is_full(&tables[i]))
			return true;
	return false;
}

bool
seg_value_tables_room(const SegValueTable *tables, const SegValueTable *others, size_t n, uint32_t *log2_slots)
{
	bool		differ = false;

	for (size_t i = 0; i < n; i++)
	{
		uint32_t	wanted = tables[i].distinct + (others == NULL ? 0 : others[i].distinct);

		log2_slots[i] = seg_value_table_log2(tables[i].log2_slots, wanted);
		differ |= log2_slots[i] != tables[i].log2_slots;
	}
	return differ;
}

SegStatus
seg_value_tables_grow(const SegValueTable *tables, const SegValueSlot *slots, size_t n,
					  SegValueTable *grown, SegValueSlot *grown_slots)
{
	for (size_t i = 0; i < n; i++)
	{
		size_t		count = seg_value_slots(&tables[i]);
		SegStatus	status = SEG_OK;

		if (grown[i].log2_slots == tables[i].log2_slots)
			memcpy(grown_slots, slots, count * sizeof(SegValueSlot));
		else
		{
			grown[i].distinct = 0;
			status = seg_value_table_fill(&grown[i], grown_slots, slots, count);
		}
		if (status != SEG_OK)
			return status;
		slots += count;
		grown_slots += seg_value_slots(&grown[i]);
	}
	return SEG_OK;
}

SegStatus
seg_value_tables_merge(SegValueTable *into, SegValueSlot *slots, const SegValueTable *from,
					   const SegValueSlot *from_slots, size_t n, SegValueSlot *scratch)
{
	for (size_t i = 0; i < n; i++)
	{
		SegStatus	status = seg_value_table_merge(&into[i], slots, &from[i], from_slots, scratch);

		if (status != SEG_OK)
			return status;
		slots += seg_value_slots(&into[i]);
		from_slots += seg_value_slots(&from[i]);
	}
	return SEG_OK;
}
