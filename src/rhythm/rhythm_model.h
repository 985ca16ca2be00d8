/*
 * rhythm_model.h
 *		A fitted model of rhythm as a struct and as bytes.
 *
 * Payload of version 1, little-endian:
 *
 *		u64 without_gaps, rows_skipped, customers, gaps; f64 mu, tau2, sigma2;
 *		u32 count; f64 points[count]
 *
 * count is gaps, but at most SEG_RHYTHM_POINTS.
 */
#ifndef SEG_RHYTHM_RHYTHM_MODEL_H
#define SEG_RHYTHM_RHYTHM_MODEL_H

#include "model/family.h"
#include "rhythm/rhythm.h"

#define SEG_RHYTHM_VERSION 1

typedef struct SegRhythmModel
{
	SegRhythm	fit;
	uint64_t	without_gaps;	/* customers without gaps */
	uint64_t	rows_skipped;
} SegRhythmModel;

/* As in SegModelType; the array comes out of the arena. */
extern size_t seg_rhythm_decoded_size(size_t payload_size);
extern SegStatus seg_rhythm_decode(SegReader *reader, int version, SegArena *arena, void *model);
extern void seg_rhythm_encode(SegWriter *writer, const void *model);

#endif							/* SEG_RHYTHM_RHYTHM_MODEL_H */
