/*
 * score_model.c
 *		A fitted model of score as bytes; see score_model.h.
 */
#include "score/score_model.h"

size_t
seg_score_decoded_size(size_t payload_size)
{
	return seg_hits_decoded_size(payload_size);
}

SegStatus
seg_score_decode(SegReader *reader, int version, SegArena *arena, void *model)
{
	Assert(version == SEG_SCORE_VERSION);
	return seg_hits_read(reader, arena, SEG_SCORE_GROUPS, model);
}

void
seg_score_encode(SegWriter *writer, const void *model)
{
	seg_hits_write(writer, SEG_SCORE_GROUPS, model);
}

const SegModelType seg_score_model_type = {
	.kind = SEG_KIND_SCORE,
	.title = "a score model",
	.newest = SEG_SCORE_VERSION,
	.struct_size = sizeof(SegHitList),
	.decoded_size = seg_score_decoded_size,
	.decode = seg_score_decode,
	.encode = seg_score_encode,
};
