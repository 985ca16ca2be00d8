/*
 * forecast_reconcile_model.c
 *		Reconciled forecasts as a struct and as bytes; see forecast_reconcile_model.h.
 */
#include "forecast/forecast_reconcile_model.h"

/* Least bytes of a node, of a text of a path. */
#define NODE_BYTES (5 + 4 * sizeof(double))
#define TEXT_BYTES 4

size_t
seg_reconciled_decoded_size(size_t payload_size)
{
	/* a text of no bytes takes a pointer and an aligned byte */
	return payload_size / NODE_BYTES * (sizeof(SegReconciledNode) + 6 * SEG_ARENA_ALIGN) +
		payload_size / TEXT_BYTES * (sizeof(char *) + 2 * SEG_ARENA_ALIGN) + 2 * payload_size + 4 * SEG_ARENA_ALIGN;
}

static bool
read_node(SegReader *reader, SegArena *arena, uint32_t horizon, SegReconciledNode *node)
{
	node->depth = seg_read_count(reader, TEXT_BYTES);
	node->path = seg_arena_take(arena, node->depth, sizeof(char *));
	if (reader->failed || node->path == NULL)
		return false;
	for (uint32_t i = 0; i < node->depth; i++)
	{
		seg_check_step(i);
		node->path[i] = seg_read_text(reader, arena);
		if (node->path[i] == NULL)
			return false;
	}
	node->has_base = seg_read_choice(reader, 2);
	node->base = seg_read_doubles(reader, arena, horizon);
	node->value = seg_read_doubles(reader, arena, horizon);
	node->lower = seg_read_doubles(reader, arena, horizon);
	node->upper = seg_read_doubles(reader, arena, horizon);
	return !reader->failed;
}

SegStatus
seg_reconciled_decode(SegReader *reader, int version, SegArena *arena, void *decoded)
{
	SegReconciledModel *model = decoded;

	Assert(version == SEG_FORECAST_RECONCILE_VERSION);
	memset(model, 0, sizeof(*model));
	model->grain = seg_read_choice(reader, SEG_GRAINS);
	model->method = seg_read_choice(reader, SEG_RECONCILE_METHODS);
	model->first = (int64_t) seg_read_u64(reader);
	model->horizon = seg_read_u32(reader);
	model->level = seg_read_double(reader);
	model->count = seg_read_count(reader, NODE_BYTES);
	if (reader->failed || model->horizon < 1 || model->horizon > SEG_FORECAST_MOST_HORIZON || model->count == 0 ||
		!(model->level > 0 && model->level < 1) ||
		model->first < -SEG_FORECAST_MOST_NUMBER || model->first > SEG_FORECAST_MOST_NUMBER)
		return SEG_MALFORMED_MODEL;
	model->nodes = seg_arena_take(arena, model->count, sizeof(SegReconciledNode));
	if (model->nodes == NULL)
		return SEG_MALFORMED_MODEL;
	for (uint32_t i = 0; i < model->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!read_node(reader, arena, model->horizon, &model->nodes[i]))
			return SEG_MALFORMED_MODEL;
	}
	return seg_reader_done(reader) ? SEG_OK : SEG_MALFORMED_MODEL;
}

void
seg_reconciled_encode(SegWriter *writer, const void *encoded)
{
	const SegReconciledModel *model = encoded;

	seg_write_u8(writer, model->grain);
	seg_write_u8(writer, model->method);
	seg_write_u64(writer, (uint64_t) model->first);
	seg_write_u32(writer, model->horizon);
	seg_write_double(writer, model->level);
	seg_write_u32(writer, model->count);
	for (uint32_t i = 0; i < model->count; i++)
	{
		const SegReconciledNode *node = &model->nodes[i];

		CHECK_FOR_INTERRUPTS();
		seg_write_u32(writer, node->depth);
		for (uint32_t j = 0; j < node->depth; j++)
		{
			seg_check_step(j);
			seg_write_text(writer, node->path[j]);
		}
		seg_write_u8(writer, node->has_base);
		seg_write_doubles(writer, node->base, model->horizon);
		seg_write_doubles(writer, node->value, model->horizon);
		seg_write_doubles(writer, node->lower, model->horizon);
		seg_write_doubles(writer, node->upper, model->horizon);
	}
}

const SegModelType seg_forecast_reconcile_model_type = {
	.kind = SEG_KIND_FORECAST_RECONCILE,
	.title = "a forecast reconciliation",
	.newest = SEG_FORECAST_RECONCILE_VERSION,
	.struct_size = sizeof(SegReconciledModel),
	.decoded_size = seg_reconciled_decoded_size,
	.decode = seg_reconciled_decode,
	.encode = seg_reconciled_encode,
};
