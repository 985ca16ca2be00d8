/*
 * ab_model.h
 *		A fitted test: the moments of its arms, as a struct and as bytes.
 *
 * Payload of version 1, little-endian:
 *
 *		u8 null_policy, is_binary, has_covariate; u64 rows_skipped; u32 arms;
 *		for each arm, by rising name: text name; u64 n;
 *			binary: u64 ones; else f64 mean, ss;
 *			with a covariate: f64 covariate_mean, covariate_ss, cross
 */
#ifndef SEG_AB_AB_MODEL_H
#define SEG_AB_AB_MODEL_H

#include "ab/ab.h"
#include "model/family.h"
#include "stats/scale.h"

#define SEG_AB_VERSION 1

typedef struct SegAbModel
{
	SegNullPolicy null_policy;	/* error, skip or zero */
	bool		is_binary;
	bool		has_covariate;
	uint64_t	rows_skipped;
	uint32_t	count;			/* arms */
	const char **names;			/* count */
	SegAbMoments *arms;			/* count */
} SegAbModel;

/* The mean and ss that binary outcomes have by their counts. */
extern void seg_ab_fill_binary(SegAbMoments *arm);

/* As in SegModelType; the arrays come out of the arena. */
extern size_t seg_ab_decoded_size(size_t payload_size);
extern SegStatus seg_ab_decode(SegReader *reader, int version, SegArena *arena, void *model);
extern void seg_ab_encode(SegWriter *writer, const void *model);

#endif							/* SEG_AB_AB_MODEL_H */
