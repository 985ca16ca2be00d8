/*
 * uplift_model.h
 *		A fitted model of uplift as a struct and as bytes.
 *
 * A model is a SegHitList of two groups, treated and control: the distinct scores with their
 * rows and hits.  The payload of version 1 is that of model/hits_codec.h.
 */
#ifndef SEG_UPLIFT_UPLIFT_MODEL_H
#define SEG_UPLIFT_UPLIFT_MODEL_H

#include "model/family.h"
#include "model/hits_codec.h"
#include "uplift/uplift.h"

#define SEG_UPLIFT_VERSION 1

/* The four bytes that tell the state of uplift_fit from others. */
#define SEG_UPLIFT_STATE_MAGIC UINT32_C(0x3A6C51F7)

/* As in SegModelType; the arrays come out of the arena. */
extern size_t seg_uplift_decoded_size(size_t payload_size);
extern SegStatus seg_uplift_decode(SegReader *reader, int version, SegArena *arena, void *model);
extern void seg_uplift_encode(SegWriter *writer, const void *model);

#endif							/* SEG_UPLIFT_UPLIFT_MODEL_H */
