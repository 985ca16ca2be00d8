/*
 * rfm_model.h
 *		A fitted RFM model as bytes.
 *
 * SegRfmModel holds no pointers, so decoding needs no arena.  Payload of version 1:
 *
 *		u8 bins  u8 ties  u64 rows_used  u64 rows_skipped
 *		and for recency_days, frequency and monetary
 *		u8 explicit  u8 level  u32 distinct  f64 min  f64 max
 *		f64 cuts[bins - 1]  f64 errors[bins - 1]
 */
#ifndef SEG_RFM_RFM_MODEL_H
#define SEG_RFM_RFM_MODEL_H

#include "model/envelope.h"
#include "rfm/rfm.h"

#define SEG_RFM_VERSION 1

/* "recency_days", "frequency", "monetary" */
extern const char *const seg_rfm_measure_names[SEG_RFM_MEASURES];

/* Write the payload; with a writer that has no buffer, only measure it. */
extern void seg_rfm_encode(SegWriter *writer, const void *model);

/*
 * OUT model: a SegRfmModel.  The arena is not used.  SEG_MALFORMED_MODEL when
 * bytes are missing or left over, or when the values are impossible: descending
 * cuts, errors outside 0 .. 1, a minimum above the maximum, a level above the
 * highest, an error of an exact cut.
 */
extern SegStatus seg_rfm_decode(SegReader *reader, int version, SegArena *arena, void *model);

/* Arena bytes that seg_rfm_decode needs: none. */
extern size_t seg_rfm_decoded_size(size_t payload_size);

#endif							/* SEG_RFM_RFM_MODEL_H */
