/*
 * score_model.h
 *		A fitted model of score as a struct and as bytes.
 *
 * A model is a SegHitList of one group: the distinct scores with their rows and positives.
 * The payload of version 1 is that of model/hits_codec.h.
 */
#ifndef SEG_SCORE_SCORE_MODEL_H
#define SEG_SCORE_SCORE_MODEL_H

#include "model/family.h"
#include "model/hits_codec.h"

#define SEG_SCORE_VERSION 1
#define SEG_SCORE_GROUPS 1

/* The four bytes that tell the state of score_fit from others. */
#define SEG_SCORE_STATE_MAGIC UINT32_C(0xB58EF44C)

/* As in SegModelType; the arrays come out of the arena. */
extern size_t seg_score_decoded_size(size_t payload_size);
extern SegStatus seg_score_decode(SegReader *reader, int version, SegArena *arena, void *model);
extern void seg_score_encode(SegWriter *writer, const void *model);

#endif							/* SEG_SCORE_SCORE_MODEL_H */
