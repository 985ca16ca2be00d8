/*
 * __family___model.c
 *		A fitted model of __family__ as a struct and as bytes; see __family___model.h.
 */
#include "__family__/__family___model.h"

#include "base/limits.h"

size_t
seg___family___decoded_size(size_t payload_size)
{
	return payload_size + SEG_ARENA_ALIGN;
}

SegStatus
seg___family___decode(SegReader *reader, int version, SegArena *arena, void *decoded)
{
	Seg__Family__Model *model = decoded;

	Assert(version == SEG___FAMILY___VERSION);
	model->null_policy = seg_read_choice(reader, SEG_NULL_SKIP + 1);
	model->rows_used = seg_read_u64(reader);
	model->rows_skipped = seg_read_u64(reader);
	model->d = seg_read_count(reader, sizeof(double));
	if (reader->failed || model->d == 0 || model->d > SEG_MAX_FEATURES || model->rows_used == 0)
		return SEG_MALFORMED_MODEL;
	model->means = seg_read_doubles(reader, arena, model->d);
	return seg_reader_done(reader) ? SEG_OK : SEG_MALFORMED_MODEL;
}

void
seg___family___encode(SegWriter *writer, const void *encoded)
{
	const Seg__Family__Model *model = encoded;

	seg_write_u8(writer, model->null_policy);
	seg_write_u64(writer, model->rows_used);
	seg_write_u64(writer, model->rows_skipped);
	seg_write_u32(writer, model->d);
	seg_write_doubles(writer, model->means, model->d);
}

const SegModelType seg___family___model_type = {
	.kind = SEG_KIND___FAMILY__,
	.title = "__article__ __family__ model",
	.newest = SEG___FAMILY___VERSION,
	.struct_size = sizeof(Seg__Family__Model),
	.decoded_size = seg___family___decoded_size,
	.decode = seg___family___decode,
	.encode = seg___family___encode,
};
