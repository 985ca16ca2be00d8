/*
 * clv_model.h
 *		A fitted model of clv as a struct and as bytes.
 *
 * Payload of version 1, little-endian:
 *
 *		u8 kind; u64 rows_skipped; part(4) purchases;
 *		part(3) value; where value.n > 0: u8 has_correlation, f64 correlation if it has
 *
 *		part(d): u64 n; where n > 0: u8 at_boundary; f64 parameters[d], log_likelihood;
 *				 f64 std_errors[d] where not at_boundary
 */
#ifndef SEG_CLV_CLV_MODEL_H
#define SEG_CLV_CLV_MODEL_H

#include "clv/clv_fit.h"
#include "model/family.h"

#define SEG_CLV_VERSION 1

typedef struct SegClvModel
{
	SegClvFit	fit;
	uint64_t	rows_skipped;
} SegClvModel;

/* The model of purchases, for the functions of clv.h. */
extern SegClvPurchases seg_clv_model_purchases(const SegClvModel *model);

/* As in SegModelType. */
extern size_t seg_clv_decoded_size(size_t payload_size);
extern SegStatus seg_clv_decode(SegReader *reader, int version, SegArena *arena, void *model);
extern void seg_clv_encode(SegWriter *writer, const void *model);

#endif							/* SEG_CLV_CLV_MODEL_H */
