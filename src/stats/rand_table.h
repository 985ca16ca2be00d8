/*
 * rand_table.h
 *		A hash table of pairs of labels: the flat state of an adjusted Rand index.
 *
 * The table has no pointers, is in a buffer that the caller owns, uses open addressing,
 * and is at most three quarters full.  Labels are 128-bit keys: the integer itself, or
 * the hash of a text with two seeds.  The bytes of the table depend on the order of the
 * pairs; the index does not.
 */
#ifndef SEG_STATS_RAND_TABLE_H
#define SEG_STATS_RAND_TABLE_H

#include "base/port.h"
#include "base/status.h"

typedef struct SegRandLabel
{
	uint64_t	words[2];
} SegRandLabel;

typedef struct SegRandPair
{
	SegRandLabel a;
	SegRandLabel b;
	uint64_t	rows;			/* 0: an empty slot */
} SegRandPair;

typedef struct SegRandTable
{
	uint64_t	capacity;		/* slots, a power of two */
	uint64_t	used;
	uint64_t	rows;			/* of all pairs */
	uint64_t	key;			/* of the hash: secret, so a user cannot choose labels that collide */
	SegRandPair pairs[];
} SegRandTable;

#define SEG_RAND_MIN_CAPACITY ((size_t) 16)
#define SEG_RAND_MAX_CAPACITY ((size_t) 1 << 20)

static inline size_t
seg_rand_table_size(size_t capacity)
{
	return sizeof(SegRandTable) + capacity * sizeof(SegRandPair);
}

/* Make an empty table with key 0; the caller may set the key.  capacity: a power of two within the two bounds. */
extern void seg_rand_table_init(SegRandTable *table, size_t capacity);

/*
 * True if size bytes, aligned to 8, are a valid table: every pair once and in its
 * place, and the sums correct.  For bytes of unknown origin.  Cost: about that of
 * adding its pairs.
 */
extern bool seg_rand_table_is_sound(const SegRandTable *table, size_t size);

/* True if the table must be moved to a larger one before the next pair. */
static inline bool
seg_rand_table_is_full(const SegRandTable *table)
{
	return table->used >= table->capacity / 4 * 3;
}

/* Add `rows` to the count of a pair; the table is not full.  False: no slot is free, the table is not valid. */
extern bool seg_rand_table_add(SegRandTable *table, SegRandLabel a, SegRandLabel b, uint64_t rows);

/*
 * OUT index: NaN without rows.  OUT workspace: table->used pairs.  Returns SEG_OK, or
 * SEG_MALFORMED_STATE if the count of pairs is wrong or there are more than
 * SEG_RAND_MAX_ROWS rows.  Cost: u log u for u pairs.
 */
extern SegStatus seg_rand_table_index(const SegRandTable *table, SegRandPair *workspace, double *index);

#endif							/* SEG_STATS_RAND_TABLE_H */
