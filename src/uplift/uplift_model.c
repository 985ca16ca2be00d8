/*
 * uplift_model.c
 *		A fitted model of uplift as bytes; see uplift_model.h.
 */
#include "uplift/uplift_model.h"

size_t
seg_uplift_decoded_size(size_t payload_size)
{
	return seg_hits_decoded_size(payload_size);
}

SegStatus
seg_uplift_decode(SegReader *reader, int version, SegArena *arena, void *model)
{
	Assert(version == SEG_UPLIFT_VERSION);
	return seg_hits_read(reader, arena, SEG_UPLIFT_GROUPS, model);
}

void
seg_uplift_encode(SegWriter *writer, const void *model)
{
	seg_hits_write(writer, SEG_UPLIFT_GROUPS, model);
}

const SegModelType seg_uplift_model_type = {
	.kind = SEG_KIND_UPLIFT,
	.title = "an uplift model",
	.newest = SEG_UPLIFT_VERSION,
	.struct_size = sizeof(SegHitList),
	.decoded_size = seg_uplift_decoded_size,
	.decode = seg_uplift_decode,
	.encode = seg_uplift_encode,
};
