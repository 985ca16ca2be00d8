/*
 * hit_counts.h
 *		Counts of rows by score: the flat state of score_fit and uplift_fit.
 *
 * Each row has a score, belongs to a group (from 0), and is a hit or not.  A group has a
 * table of values (stats/value_table.h) with a slot for each distinct score.  The count of
 * a slot is two numbers: the rows in the lower 32 bits, and the hits among them in the
 * upper 32 bits.  So two states are merged like other tables of values: by addition.  It
 * limits a group to 2^32 - 1 rows.
 *
 * The state is a header and the slots of all groups, one after another, in one buffer that
 * the caller owns.  It can be sent to another process as it is.
 */
#ifndef SEG_STATS_HIT_COUNTS_H
#define SEG_STATS_HIT_COUNTS_H

#include "base/state.h"
#include "stats/value_tables.h"

#define SEG_HIT_GROUPS 2		/* the most groups */
#define SEG_HIT_MOST_ROWS ((uint64_t) UINT32_MAX)	/* of a group */

typedef struct SegHitCounts
{
	SegFitHead	fit;			/* d: the number of groups */
	uint64_t	totals[SEG_HIT_GROUPS]; /* rows and hits of each group, as in a slot; 0 for a group that is not there */
	SegValueTable tables[SEG_HIT_GROUPS];
	SegValueSlot slots[];
} SegHitCounts;

/* Rows and hits of one score in one group. */
typedef struct SegHits
{
	uint32_t	rows;
	uint32_t	hits;			/* at most rows */
} SegHits;

static inline uint64_t
seg_hits_pack(SegHits hits)
{
	return (uint64_t) hits.hits << 32 | hits.rows;
}

static inline SegHits
seg_hits_unpack(uint64_t count)
{
	return (SegHits) {(uint32_t) count, (uint32_t) (count >> 32)};
}

/* Bytes of a state with tables of 2^log2_slots[groups] slots. */
extern size_t seg_hit_counts_size(const uint32_t *log2_slots, size_t groups);

/* Make OUT state, zeroed bytes for that many groups with the smallest tables, an empty state. */
extern void seg_hit_counts_init(SegHitCounts *state, uint32_t magic, size_t groups);

/*
 * For bytes of unknown origin, aligned to 8: true for a state of that size, kind and number of
 * groups, as the functions here make it.  Cost: about that of adding its values again.
 */
extern bool seg_hit_counts_is_sound(const SegHitCounts *state, size_t size, uint32_t magic, size_t groups);

/*
 * Count one row.  IN score: finite; group < groups, with fewer than SEG_HIT_MOST_ROWS rows.
 * Ask seg_value_table_is_crowded for the group afterwards.  O(1).  SEG_MALFORMED_STATE as
 * seg_value_table_count.
 */
extern SegStatus seg_hit_counts_add(SegHitCounts *state, size_t group, bool hit, double score);

/* Copy state into OUT grown, seg_hit_counts_size(log2_slots) zeroed bytes. */
extern SegStatus seg_hit_counts_grow(const SegHitCounts *state, const uint32_t *log2_slots, SegHitCounts *grown);

/*
 * Drop low bits of the scores of a group until the level is at least `level` and the table is
 * within its limit.  INOUT scratch: as many slots as the table has.
 */
extern SegStatus seg_hit_counts_coarsen(SegHitCounts *state, size_t group, uint32_t level, SegValueSlot *scratch);

/* True if the rows of both states together are within SEG_HIT_MOST_ROWS in each group. */
extern bool seg_hit_counts_can_merge(const SegHitCounts *into, const SegHitCounts *from);

/*
 * Add the rows of `from`, with as many groups and room by seg_value_tables_room.
 * INOUT scratch: as many slots as the largest table has.
 */
extern SegStatus seg_hit_counts_merge(SegHitCounts *into, const SegHitCounts *from, SegValueSlot *scratch);

/*
 * The distinct scores of all groups, ascending: OUT scores[n], and OUT hits[n][groups], where
 * n is what the function returns, at most the sum of the groups' distinct values.  All groups
 * must have the same level and be within the limit (seg_hit_counts_coarsen).  INOUT scratch: as
 * many slots as the groups have distinct values.  O(m log m) for m values.
 */
extern size_t seg_hit_counts_list(const SegHitCounts *state, SegValueSlot *scratch, double *scores, SegHits *hits);

#endif							/* SEG_STATS_HIT_COUNTS_H */
