/*
 * text_table.h
 *		A hash table of texts and their counts, in a buffer of the caller.
 *
 * A table is a SegTextTable, 2^log2_slots slots, and behind them a pool of pool_size bytes
 * that holds the texts one after another.  All three are flat, so they can be copied and
 * sent to another process.  The slots use open addressing with linear probing and are at
 * most three quarters full.  Texts are not terminated and contain no NUL.
 */
#ifndef SEG_STATS_TEXT_TABLE_H
#define SEG_STATS_TEXT_TABLE_H

#include "base/hash.h"
#include "base/port.h"
#include "base/status.h"

#define SEG_TEXT_TABLE_MOST 100000	/* distinct texts */
#define SEG_TEXT_TABLE_LONGEST 1000 /* bytes of a text */
#define SEG_TEXT_TABLE_MIN_LOG2 4
#define SEG_TEXT_TABLE_MAX_LOG2 18
#define SEG_TEXT_TABLE_MIN_POOL 256
#define SEG_TEXT_TABLE_MAX_POOL (UINT32_C(1) << 27) /* the most texts, each of the longest, are below it */
#define SEG_TEXT_TABLE_INTERRUPT 4096	/* slots between two checks for interrupts */

typedef struct SegTextSlot
{
	uint64_t	hash;
	uint64_t	count;			/* 0: the slot is free */
	uint32_t	offset;			/* in the pool */
	uint32_t	length;
} SegTextSlot;

typedef struct SegTextTable
{
	uint32_t	log2_slots;
	uint32_t	distinct;		/* slots in use */
	uint32_t	pool_size;		/* a power of 2 */
	uint32_t	pool_used;
} SegTextTable;

static inline size_t
seg_text_slots(const SegTextTable *table)
{
	return (size_t) 1 << table->log2_slots;
}

/* The bytes of the slots and the pool. */
static inline size_t
seg_text_table_size(const SegTextTable *table)
{
	return seg_text_slots(table) * sizeof(SegTextSlot) + table->pool_size;
}

/* The texts of a table: IN slots. */
static inline const char *
seg_text_pool(const SegTextTable *table, const SegTextSlot *slots)
{
	return (const char *) (slots + seg_text_slots(table));
}

static inline uint64_t
seg_text_hash(const char *text, size_t length)
{
	return seg_hash_bytes(0, text, length);
}

/* An empty table of the smallest size. */
extern SegTextTable seg_text_table_empty(void);

/*
 * OUT *grown: the table with sizes for `distinct` more texts of `bytes` bytes together.
 * Returns true if they differ from the present sizes.  distinct at most
 * SEG_TEXT_TABLE_MOST + 1, bytes at most SEG_TEXT_TABLE_MAX_POOL.
 */
extern bool seg_text_table_room(const SegTextTable *table, uint32_t distinct, size_t bytes, SegTextTable *grown);

/*
 * Count a text `count` times more.  INOUT slots, with room by seg_text_table_room for a new
 * text.  O(length).  SEG_MALFORMED_STATE when there is no room.
 */
extern SegStatus seg_text_table_count(SegTextTable *table, SegTextSlot *slots, const char *text, size_t length,
									  uint64_t count);

/* Count all texts of IN from, which may be another size of the same table.  INOUT slots as above. */
extern SegStatus seg_text_table_merge(SegTextTable *table, SegTextSlot *slots, const SegTextTable *from,
									  const SegTextSlot *from_slots);

/* For bytes of unknown origin: true if the sizes are possible. */
extern bool seg_text_table_head_is_sound(const SegTextTable *table);

/*
 * True if the slots and the pool of a sound head can be the result of `rows` calls of
 * seg_text_table_count: texts within the pool, one after another, in their places, with
 * `rows` counts.  O(slots + pool).
 */
extern bool seg_text_table_is_sound(const SegTextTable *table, const SegTextSlot *slots, uint64_t rows);

/*
 * The used slots by falling count, then by text (as bytes).  OUT sorted[distinct].
 * O(slots + m log m) for m texts.
 */
extern void seg_text_table_sort(const SegTextTable *table, const SegTextSlot *slots, SegTextSlot *sorted);

#endif							/* SEG_STATS_TEXT_TABLE_H */
