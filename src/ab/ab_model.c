/*
 * ab_model.c
 *		A fitted test as a struct and as bytes; see ab_model.h.
 */
#include "ab/ab_model.h"

#include "ab/ab_state.h"

/* The bytes of the smallest arm: an empty name, n, ones. */
#define LEAST_ARM 20

void
seg_ab_fill_binary(SegAbMoments *arm)
{
	double		n = (double) arm->n;
	double		ones = (double) arm->ones;

	arm->mean = ones / n;
	arm->ss = ones * (n - ones) / n;
}

size_t
seg_ab_decoded_size(size_t payload_size)
{
	/* each arm: its moments, a pointer, the terminator and the alignment of its name */
	return payload_size + payload_size / LEAST_ARM * (sizeof(SegAbMoments) + sizeof(char *) + 1 + SEG_ARENA_ALIGN) +
		3 * SEG_ARENA_ALIGN;
}

static void
read_arm(SegReader *reader, const SegAbModel *model, SegAbMoments *arm)
{
	arm->n = seg_read_u64(reader);
	if (model->is_binary)
	{
		arm->ones = seg_read_u64(reader);
		if (arm->n > 0)
			seg_ab_fill_binary(arm);
	}
	else
	{
		arm->mean = seg_read_double(reader);
		arm->ss = seg_read_double(reader);
	}
	if (model->has_covariate)
	{
		arm->covariate_mean = seg_read_double(reader);
		arm->covariate_ss = seg_read_double(reader);
		arm->cross = seg_read_double(reader);
	}
}

SegStatus
seg_ab_decode(SegReader *reader, int version, SegArena *arena, void *decoded)
{
	SegAbModel *model = decoded;

	Assert(version == SEG_AB_VERSION);
	model->null_policy = seg_read_choice(reader, SEG_NULL_ZERO + 1);
	model->is_binary = seg_read_choice(reader, 2);
	model->has_covariate = seg_read_choice(reader, 2);
	model->rows_skipped = seg_read_u64(reader);
	model->count = seg_read_count(reader, LEAST_ARM);
	if (reader->failed || model->null_policy == SEG_NULL_MEAN || model->null_policy == SEG_NULL_MEDIAN ||
		model->rows_skipped > SEG_STATE_MOST_ROWS ||
		model->count == 0 || model->count > SEG_AB_MOST_ARMS)
		return SEG_MALFORMED_MODEL;
	model->names = seg_arena_take(arena, model->count, sizeof(char *));
	model->arms = seg_arena_take(arena, model->count, sizeof(SegAbMoments));
	if (model->names == NULL || model->arms == NULL)
		return SEG_MALFORMED_MODEL;
	memset(model->arms, 0, model->count * sizeof(SegAbMoments));
	for (uint32_t a = 0; a < model->count; a++)
	{
		SegAbMoments *arm = &model->arms[a];

		model->names[a] = seg_read_text(reader, arena);
		read_arm(reader, model, arm);
		if (reader->failed || arm->n == 0 || arm->n > SEG_STATE_MOST_ROWS || arm->ones > arm->n || arm->ss < 0 ||
			arm->covariate_ss < 0 || model->names[a][0] == '\0' ||
			(a > 0 && strcmp(model->names[a - 1], model->names[a]) >= 0))
			return SEG_MALFORMED_MODEL;
	}
	return seg_reader_done(reader) ? SEG_OK : SEG_MALFORMED_MODEL;
}

void
seg_ab_encode(SegWriter *writer, const void *encoded)
{
	const SegAbModel *model = encoded;

	seg_write_u8(writer, model->null_policy);
	seg_write_u8(writer, model->is_binary);
	seg_write_u8(writer, model->has_covariate);
	seg_write_u64(writer, model->rows_skipped);
	seg_write_u32(writer, model->count);
	for (uint32_t a = 0; a < model->count; a++)
	{
		const SegAbMoments *arm = &model->arms[a];

		seg_write_text(writer, model->names[a]);
		seg_write_u64(writer, arm->n);
		if (model->is_binary)
			seg_write_u64(writer, arm->ones);
		else
		{
			seg_write_double(writer, arm->mean);
			seg_write_double(writer, arm->ss);
		}
		if (model->has_covariate)
		{
			seg_write_double(writer, arm->covariate_mean);
			seg_write_double(writer, arm->covariate_ss);
			seg_write_double(writer, arm->cross);
		}
	}
}

const SegModelType seg_ab_model_type = {
	.kind = SEG_KIND_AB,
	.title = "an A/B test model",
	.newest = SEG_AB_VERSION,
	.struct_size = sizeof(SegAbModel),
	.decoded_size = seg_ab_decoded_size,
	.decode = seg_ab_decode,
	.encode = seg_ab_encode,
};
