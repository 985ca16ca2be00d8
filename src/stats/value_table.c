/*
 * value_table.c
 *		A hash table of values and their counts; see value_table.h.
 */
#include "stats/value_table.h"

#include "base/sort.h"

#define SIGN_BIT (UINT64_C(1) << 63)

static double
value_of(uint64_t bits)
{
	double		value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* The most distinct values in a table of that size. */
static uint32_t
most_values(uint32_t log2_slots)
{
	return log2_slots == SEG_VALUE_TABLE_MAX_LOG2 ? SEG_VALUE_TABLE_MOST : UINT32_C(3) << (log2_slots - 2);
}

bool
seg_value_table_is_full(const SegValueTable *table)
{
	return table->distinct > most_values(table->log2_slots);
}

bool
seg_value_table_is_crowded(const SegValueTable *table)
{
	if (table->log2_slots == SEG_VALUE_TABLE_MAX_LOG2)
		return table->distinct > SEG_VALUE_TABLE_ROOM;
	return seg_value_table_is_full(table);
}

uint32_t
seg_value_table_log2(uint32_t log2_slots, uint32_t distinct)
{
	while (log2_slots < SEG_VALUE_TABLE_MAX_LOG2 && most_values(log2_slots) < distinct)
		log2_slots++;
	return log2_slots;
}

/* ---- counting ---- */

SegStatus
seg_value_table_fill(SegValueTable *table, SegValueSlot *slots, const SegValueSlot *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		SegStatus	status = SEG_OK;

		if (i % SEG_VALUE_TABLE_INTERRUPT == 0)
			CHECK_FOR_INTERRUPTS();
		if (from[i].count > 0)
			status = seg_value_table_count(table, slots, from[i].key, from[i].count);
		if (status != SEG_OK)
			return status;
	}
	return SEG_OK;
}

/* Fill the table again from what it had at a lower level, IN from[slots]. */
static SegStatus
fill_at(SegValueTable *table, SegValueSlot *slots, uint32_t level, const SegValueSlot *from)
{
	size_t		n = seg_value_slots(table);

	table->level = level;
	table->distinct = 0;
	memset(slots, 0, n * sizeof(SegValueSlot));
	return seg_value_table_fill(table, slots, from, n);
}

static inline bool
is_lower_key(const void *a, const void *b, const void *argument)
{
	return ((const SegValueSlot *) a)->key < ((const SegValueSlot *) b)->key;
}

/*
 * The lowest level from `level` at which at most SEG_VALUE_TABLE_MOST of INOUT slots[n] are
 * distinct.  Neighbours in the order of the keys become equal when their highest different bit
 * is dropped.
 */
static uint32_t
lowest_level(SegValueSlot *slots, size_t n, uint32_t level)
{
	size_t		different[64] = {0};	/* pairs of neighbours, by that bit */
	size_t		used = 0;
	size_t		distinct = 1;

	for (size_t i = 0; i < n; i++)
		if (slots[i].count > 0)
			slots[used++] = slots[i];
	seg_sort(slots, used, sizeof(SegValueSlot), is_lower_key, NULL);
	memset(slots + used, 0, (n - used) * sizeof(SegValueSlot));
	for (size_t i = 1; i < used; i++)
		different[63 - __builtin_clzll(slots[i].key ^ slots[i - 1].key)]++;
	for (uint32_t bit = level; bit < 64; bit++)
		distinct += different[bit];
	for (; distinct > SEG_VALUE_TABLE_MOST; level++)
		distinct -= different[level];
	return level;
}

/* The first time it may be dozens of levels; later one more is mostly enough. */
SegStatus
seg_value_table_coarsen(SegValueTable *table, SegValueSlot *slots, uint32_t level, SegValueSlot *scratch)
{
	uint32_t	enough = table->level < level ? level : table->level + 1;

	if (table->level >= level && table->distinct <= SEG_VALUE_TABLE_MOST)
		return SEG_OK;
	if (enough > SEG_VALUE_TABLE_MAX_LEVEL)
		return SEG_MALFORMED_STATE;
	memcpy(scratch, slots, seg_value_slots(table) * sizeof(SegValueSlot));
	if (enough > 1)
	{
		SegStatus	status = fill_at(table, slots, enough, scratch);

		if (status != SEG_OK || table->distinct <= SEG_VALUE_TABLE_MOST)
			return status;
	}
	enough = lowest_level(scratch, seg_value_slots(table), enough);
	return enough > SEG_VALUE_TABLE_MAX_LEVEL ? SEG_MALFORMED_STATE : fill_at(table, slots, enough, scratch);
}

SegStatus
seg_value_table_merge(SegValueTable *into, SegValueSlot *slots, const SegValueTable *from,
					  const SegValueSlot *from_slots, SegValueSlot *scratch)
{
	size_t		n = seg_value_slots(from);
	SegStatus	status = seg_value_table_coarsen(into, slots, from->level, scratch);

	for (size_t i = 0; i < n && status == SEG_OK; i++)
	{
		if (i % SEG_VALUE_TABLE_INTERRUPT == 0)
			CHECK_FOR_INTERRUPTS();
		if (from_slots[i].count == 0)
			continue;
		status = seg_value_table_count(into, slots, from_slots[i].key, from_slots[i].count);
		if (status == SEG_OK && into->distinct > SEG_VALUE_TABLE_MOST)
			status = seg_value_table_coarsen(into, slots, 0, scratch);
	}
	return status;
}

/* ---- checks ---- */

bool
seg_value_table_head_is_sound(const SegValueTable *table)
{
	return table->log2_slots >= SEG_VALUE_TABLE_MIN_LOG2 && table->log2_slots <= SEG_VALUE_TABLE_MAX_LOG2 &&
		table->level <= SEG_VALUE_TABLE_MAX_LEVEL && !seg_value_table_is_crowded(table) &&
		isfinite(table->min) && isfinite(table->max) && table->min <= table->max;
}

bool
seg_value_key_is_sound(const SegValueTable *table, uint64_t key)
{
	double		value = value_of(key);

	return isfinite(value) && key == seg_value_drop_bits(table->level == 0 ? seg_value_bits(value) : key, table->level);
}

/* True if the search for the key of a slot ends at that slot. */
static bool
is_in_place(const SegValueTable *table, const SegValueSlot *slots, size_t at)
{
	size_t		mask = seg_value_slots(table) - 1;
	size_t		seen = seg_hash_finish(slots[at].key) & mask;

	while (seen != at)
	{
		if (slots[seen].count == 0 || slots[seen].key == slots[at].key)
			return false;
		seen = (seen + 1) & mask;
	}
	return true;
}

static bool
slot_is_sound(const SegValueTable *table, const SegValueSlot *slots, size_t at)
{
	uint64_t	key = slots[at].key;
	double		value = value_of(key);

	/* values and the limits of the range are rounded towards zero in the same way */
	return seg_value_key_is_sound(table, key) &&
		value >= value_of(seg_value_drop_bits(seg_value_bits(table->min), table->level)) &&
		value <= value_of(seg_value_drop_bits(seg_value_bits(table->max), table->level)) &&
		is_in_place(table, slots, at);
}

bool
seg_value_table_is_sound(const SegValueTable *table, const SegValueSlot *slots, uint64_t rows)
{
	size_t		used = 0;
	uint64_t	total = 0;

	for (size_t at = 0; at < seg_value_slots(table); at++)
	{
		if (at % SEG_VALUE_TABLE_INTERRUPT == 0)
			CHECK_FOR_INTERRUPTS();
		if (slots[at].count == 0)
			continue;
		if (slots[at].count > rows - total)
			return false;
		total += slots[at].count;
		used++;
	}
	if (used != table->distinct || total != rows)
		return false;
	/* a quarter of the slots is free, so every search ends */
	for (size_t at = 0; at < seg_value_slots(table); at++)
	{
		CHECK_FOR_INTERRUPTS();
		if (slots[at].count > 0 && !slot_is_sound(table, slots, at))
			return false;
	}
	return true;
}

/* ---- values in order ---- */

/* Convert the bits of a double to an unsigned integer with the same order. */
static uint64_t
ordered(uint64_t bits)
{
	return bits & SIGN_BIT ? ~bits : bits | SIGN_BIT;
}

static inline bool
is_smaller(const void *a, const void *b, const void *argument)
{
	return ordered(((const SegValueSlot *) a)->key) < ordered(((const SegValueSlot *) b)->key);
}

size_t
seg_value_table_sort(const SegValueTable *table, const SegValueSlot *slots, SegValueSlot *sorted)
{
	size_t		n = seg_value_slots(table);
	size_t		used = 0;

	for (size_t i = 0; i < n; i++)
		if (slots[i].count > 0)
			sorted[used++] = slots[i];
	seg_sort(sorted, used, sizeof(SegValueSlot), is_smaller, NULL);
	return used;
}

double
seg_value_of_key(const SegValueTable *table, uint64_t key)
{
	double		value;

	if (table->level == 0)
		return value_of(key);
	value = value_of(key | UINT64_C(1) << (table->level - 1));
	return fmin(fmax(value, table->min), table->max);
}
