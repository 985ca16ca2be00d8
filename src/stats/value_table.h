/*
 * value_table.h
 *		A hash table of values and their counts, in a buffer of the caller.
 *
 * Exact quantiles need every distinct value.  A table keeps up to
 * SEG_VALUE_TABLE_MOST of them, each with its count.  When there are more, the
 * lowest bits of all values are dropped, one bit after the other, until at most
 * so many are distinct.  The number of dropped bits is the level of the table.
 * The level is always the smallest that is enough for all rows.  It therefore
 * depends neither on the order of the rows nor on how they were split into
 * parts: a part never needs a higher level than all rows together.
 *
 * A table is a SegValueTable and 2^log2_slots slots.  The two are flat, so they
 * can be copied and sent to another process.  The slots use open addressing with
 * linear probing and are at most three quarters full.
 */
#ifndef SEG_STATS_VALUE_TABLE_H
#define SEG_STATS_VALUE_TABLE_H

#include "base/hash.h"
#include "base/port.h"
#include "base/status.h"

#define SEG_VALUE_TABLE_MOST 100000 /* distinct values */
#define SEG_VALUE_TABLE_ROOM 117000 /* of the largest size, where the owner drops bits later */
#define SEG_VALUE_TABLE_MIN_LOG2 4
#define SEG_VALUE_TABLE_MAX_LOG2 17 /* 2^17 slots are three quarters full at the most values */
#define SEG_VALUE_TABLE_MAX_LEVEL 52	/* sign and exponent are never dropped */
#define SEG_VALUE_TABLE_INTERRUPT 4096	/* slots between two checks for interrupts */

typedef struct SegValueSlot
{
	uint64_t	key;			/* bits of the value, the low ones zero */
	uint64_t	count;			/* 0: the slot is free */
} SegValueSlot;

typedef struct SegValueTable
{
	double		min;
	double		max;
	uint32_t	level;			/* low bits dropped; 0: the values are exact */
	uint32_t	distinct;		/* slots in use */
	uint32_t	log2_slots;
	uint32_t	unused;
} SegValueTable;

static inline size_t
seg_value_slots(const SegValueTable *table)
{
	return (size_t) 1 << table->log2_slots;
}

/* Widen the range of the values; the first value sets it. */
static inline void
seg_value_table_widen(SegValueTable *table, double value, bool is_first)
{
	if (is_first || value < table->min)
		table->min = value + 0.0;
	if (is_first || value > table->max)
		table->max = value + 0.0;
}

/* The bits of a value; 0.0 and -0.0 are one value. */
static inline uint64_t
seg_value_bits(double value)
{
	uint64_t	bits;

	value += 0.0;
	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

/* Clear low bits: this rounds towards zero, to an interval of 2^level units in the last place. */
static inline uint64_t
seg_value_drop_bits(uint64_t bits, uint32_t level)
{
	return bits >> level << level;
}

/*
 * Count the bits of a finite value `count` times more.  INOUT slots[2^log2_slots].
 * O(1); inline, because it is called for each row and measure.
 * SEG_MALFORMED_STATE when no slot is free, which only a damaged table has.
 */
static inline SegStatus
seg_value_table_count(SegValueTable *table, SegValueSlot *slots, uint64_t bits, uint64_t count)
{
	uint64_t	key = seg_value_drop_bits(bits, table->level);
	size_t		mask = seg_value_slots(table) - 1;
	size_t		at = seg_hash_finish(key) & mask;

	for (size_t probes = 0; probes <= mask; probes++)
	{
		SegValueSlot *slot = &slots[at];

		if (slot->count == 0)
		{
			slot->key = key;
			slot->count = count;
			table->distinct++;
			return SEG_OK;
		}
		if (slot->key == key)
		{
			slot->count += count;
			return SEG_OK;
		}
		/* a user can choose values that collide */
		if ((probes + 1) % SEG_VALUE_TABLE_INTERRUPT == 0)
			CHECK_FOR_INTERRUPTS();
		at = (at + 1) & mask;
	}
	return SEG_MALFORMED_STATE;
}

/* Count a finite value once more; see seg_value_table_count. */
static inline SegStatus
seg_value_table_add(SegValueTable *table, SegValueSlot *slots, double value)
{
	return seg_value_table_count(table, slots, seg_value_bits(value), 1);
}

/* True if the table must grow, or drop a bit, before the next value is added. */
extern bool seg_value_table_is_full(const SegValueTable *table);

/*
 * The same for an owner who lets a table of the largest size go up to SEG_VALUE_TABLE_ROOM
 * values, and calls seg_value_table_coarsen before the values are used.  So bits are dropped
 * a few times instead of one by one, and the level at the end is the same.
 */
extern bool seg_value_table_is_crowded(const SegValueTable *table);

/* The size (log2 of slots) for that many distinct values, at least log2_slots, at most the largest. */
extern uint32_t seg_value_table_log2(uint32_t log2_slots, uint32_t distinct);

/*
 * Fill an empty table with the slots IN from[n] of a table of the same level.
 * INOUT slots[2^log2_slots], all free.  O(n).  SEG_MALFORMED_STATE as above.
 */
extern SegStatus seg_value_table_fill(SegValueTable *table, SegValueSlot *slots,
									  const SegValueSlot *from, size_t n);

/*
 * Drop low bits until the level is at least `level` and at most
 * SEG_VALUE_TABLE_MOST values are distinct.  INOUT slots, scratch:
 * [2^log2_slots] each.  O(slots) for each level.
 * SEG_MALFORMED_STATE when the highest level is not enough.
 */
extern SegStatus seg_value_table_coarsen(SegValueTable *table, SegValueSlot *slots,
										 uint32_t level, SegValueSlot *scratch);

/*
 * Add the values of another table; the ranges are not touched.  `into` has the
 * size by seg_value_table_log2 for the distinct values of both.
 * INOUT scratch[2^log2_slots of into].
 */
extern SegStatus seg_value_table_merge(SegValueTable *into, SegValueSlot *slots,
									   const SegValueTable *from, const SegValueSlot *from_slots,
									   SegValueSlot *scratch);

/* For bytes of unknown origin: true if size, level, number and range are possible. */
extern bool seg_value_table_head_is_sound(const SegValueTable *table);

/*
 * True if the slots of a sound head can be the result of `rows` calls of
 * seg_value_table_add: values in range, in their places, with `rows` counts.  O(slots).
 */
extern bool seg_value_table_is_sound(const SegValueTable *table, const SegValueSlot *slots,
									 uint64_t rows);

/*
 * The used slots in ascending order of their values.  OUT sorted[2^log2_slots];
 * returns how many.  O(slots + m log m) for m distinct values.
 */
extern size_t seg_value_table_sort(const SegValueTable *table, const SegValueSlot *slots,
								   SegValueSlot *sorted);

/* True if the key is that of a finite value at the level of the table. */
extern bool seg_value_key_is_sound(const SegValueTable *table, uint64_t key);

/* The value of a key; if bits were dropped, the middle of its interval, within the range. */
extern double seg_value_of_key(const SegValueTable *table, uint64_t key);

#endif							/* SEG_STATS_VALUE_TABLE_H */
