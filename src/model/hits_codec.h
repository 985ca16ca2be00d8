/*
 * hits_codec.h
 *		Counts of rows by score, in the payload of a model.
 *
 *		u8 level; u64 rows_skipped; u32 n; f64 scores[n];
 *		and for each score and group: u32 rows, u32 hits
 */
#ifndef SEG_MODEL_HITS_CODEC_H
#define SEG_MODEL_HITS_CODEC_H

#include "model/codec.h"
#include "stats/hit_counts.h"

typedef struct SegHitList
{
	int			level;			/* low bits of the scores dropped; 0: the scores are exact */
	uint64_t	rows_skipped;
	uint32_t	n;				/* distinct scores, above 0 */
	double	   *scores;			/* n, ascending */
	SegHits    *hits;			/* [n][groups] */
} SegHitList;

/* Arena bytes that seg_hits_read needs. */
static inline size_t
seg_hits_decoded_size(size_t payload_size)
{
	return payload_size + 2 * SEG_ARENA_ALIGN;
}

/*
 * OUT list, with arrays from the arena.  SEG_MALFORMED_MODEL when bytes are missing or left
 * over, when there is no score, when scores do not ascend, a score has no row, hits are more
 * than rows, or a group has more rows than SEG_HIT_MOST_ROWS.
 */
extern SegStatus seg_hits_read(SegReader *reader, SegArena *arena, size_t groups, SegHitList *list);

extern void seg_hits_write(SegWriter *writer, size_t groups, const SegHitList *list);

#endif							/* SEG_MODEL_HITS_CODEC_H */
