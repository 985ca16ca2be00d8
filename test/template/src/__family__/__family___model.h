/*
 * __family___model.h
 *		A fitted model of __family__ as a struct and as bytes.
 *
 * Payload of version 1, little-endian:
 *
 *		u8 null_policy; u64 rows_used, rows_skipped; u32 d; f64 means[d]
 */
#ifndef SEG___FAMILY_____FAMILY___MODEL_H
#define SEG___FAMILY_____FAMILY___MODEL_H

#include "model/family.h"
#include "stats/scale.h"

#define SEG___FAMILY___VERSION 1

typedef struct Seg__Family__Model
{
	SegNullPolicy null_policy;	/* error or skip */
	uint64_t	rows_used;
	uint64_t	rows_skipped;
	uint32_t	d;
	double	   *means;			/* d */
} Seg__Family__Model;

/* As in SegModelType; the array comes out of the arena. */
extern size_t seg___family___decoded_size(size_t payload_size);
extern SegStatus seg___family___decode(SegReader *reader, int version, SegArena *arena, void *model);
extern void seg___family___encode(SegWriter *writer, const void *model);

#endif							/* SEG___FAMILY_____FAMILY___MODEL_H */
