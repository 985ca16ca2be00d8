/*
 * rand_table.h
 *		How often each pair of labels occurs: the flat state of an adjusted Rand index.
 *
 * A hash table without pointers in a buffer that the caller owns, open
 * addressing, at most three quarters full.  Labels are 128-bit keys: an integer
 * stands for itself, a text for its hash under two seeds.  The order in which
 * pairs came shows in the table's bytes, never in the index.
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
	uint64_t	key;			/* of the hash: secret, so that nobody makes up labels that collide */
	SegRandPair pairs[];
} SegRandTable;

#define SEG_RAND_MIN_CAPACITY ((size_t) 16)
#define SEG_RAND_MAX_CAPACITY ((size_t) 1 << 20)

static inline size_t
seg_rand_table_size(size_t capacity)
{
	return sizeof(SegRandTable) + capacity * sizeof(SegRandPair);
}

/* An empty table with key 0, which may be set; capacity is a power of two within the two bounds. */
extern void seg_rand_table_init(SegRandTable *table, size_t capacity);

/*
 * Is what stands in size bytes, aligned to 8, a table as the functions here make
 * it: every pair once and in its place, and the sums right?  For bytes that come
 * from elsewhere.  Cost: about that of adding its pairs.
 */
extern bool seg_rand_table_is_sound(const SegRandTable *table, size_t size);

/* Must it be moved to a larger one before another pair comes? */
static inline bool
seg_rand_table_is_full(const SegRandTable *table)
{
	return table->used >= table->capacity / 4 * 3;
}

/* Count rows more of the pair; the table is not full.  False: it was made up, and has no slot free. */
extern bool seg_rand_table_add(SegRandTable *table, SegRandLabel a, SegRandLabel b, uint64_t rows);

/*
 * OUT index, NaN for no rows.  OUT workspace: table->used pairs.  Returns SEG_OK;
 * SEG_MALFORMED_STATE for a table that lies about its pairs or counts more than
 * SEG_RAND_MAX_ROWS.  Cost: u log u.
 */
extern SegStatus seg_rand_table_index(const SegRandTable *table, SegRandPair *workspace, double *index);

#endif							/* SEG_STATS_RAND_TABLE_H */
