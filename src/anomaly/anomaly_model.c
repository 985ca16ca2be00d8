/*
 * anomaly_model.c
 *		A fitted anomaly model as bytes; see anomaly_model.h.
 */
#include "anomaly/anomaly_model.h"

#include "base/limits.h"
#include "kmeans/kmeans.h"

#define LEAF 0xFFFF
#define LEAST_NODE_BYTES 4		/* a leaf */

static const SegFeatureField feature_fields[] = {
	SEG_FIELD_NAME, SEG_FIELD_TRANSFORM, SEG_FIELD_FILL, SEG_FIELD_MEDIAN, SEG_FIELD_MEAN, SEG_FIELD_SD,
	SEG_FIELD_MINIMUM, SEG_FIELD_MAXIMUM, SEG_FIELD_MISSING, SEG_FIELD_HISTOGRAM, SEG_FIELD_END
};

size_t
seg_anomaly_decoded_size(size_t payload_size)
{
	/*
	 * A feature of 81 bytes needs a struct of about 460, a name of 1 to 16 bytes, and
	 * three numbers of the transform.  A node of 4 bytes needs 28.  Centers need their
	 * size and up to SEG_CENTER_BLOCK copies.  A whitening matrix of d features needs
	 * twice its size and 8 d + 64 numbers.  Sizes are rounded up.
	 */
	size_t		size;

	return seg_mul_size(payload_size, 12, &size) && size <= SIZE_MAX - 4096 ? size + 4096 : SIZE_MAX;
}

/* ---- forest ---- */

/* A node that is not read yet, and its depth. */
typedef struct Pending
{
	uint32_t	node;
	int			depth;
} Pending;

/* Read one node; its children are placed after all nodes placed so far. */
static void
decode_node(SegReader *reader, SegForest *forest, size_t room, uint32_t at, bool may_cut)
{
	uint32_t	feature = (uint32_t) seg_read_bits(reader, 2);
	SegTreeNode *node = &forest->nodes[at];

	node->feature = 0;
	node->split = INFINITY;
	node->child = at;
	forest->sizes[at] = 0;
	if (feature == LEAF)
	{
		forest->sizes[at] = (uint32_t) seg_read_bits(reader, 2);
		if (forest->sizes[at] == 0)
			reader->failed = true;
		return;
	}
	if (feature >= forest->d || !may_cut || room - forest->n_nodes < 2)
	{
		reader->failed = true;
		return;
	}
	node->feature = feature;
	node->split = seg_read_double(reader);
	node->child = (uint32_t) forest->n_nodes;
	forest->n_nodes += 2;
}

/* Read one tree in preorder; its depth is limited by the size of its sample. */
static void
decode_tree(SegReader *reader, SegForest *forest, size_t room)
{
	Pending		stack[SEG_IFOREST_MAX_HEIGHT + 2];
	size_t		waiting = 0;
	int			limit = seg_iforest_height_limit(forest->sample_size);
	size_t		first = forest->n_nodes;

	if (room == forest->n_nodes)
	{
		reader->failed = true;
		return;
	}
	forest->roots[forest->n_trees++] = (uint32_t) first;
	stack[waiting++] = (Pending) {(uint32_t) forest->n_nodes++, 0};
	while (waiting > 0 && !reader->failed)
	{
		Pending		next = stack[--waiting];

		decode_node(reader, forest, room, next.node, next.depth < limit);
		if (reader->failed || forest->nodes[next.node].child == next.node)
			continue;
		stack[waiting++] = (Pending) {forest->nodes[next.node].child + 1, next.depth + 1};
		stack[waiting++] = (Pending) {forest->nodes[next.node].child, next.depth + 1};
	}
	if (reader->failed)
		return;
	for (size_t node = forest->n_nodes; node-- > first;)
	{
		size_t		child = forest->nodes[node].child;

		if (child != node)
			forest->sizes[node] = forest->sizes[child] + forest->sizes[child + 1];
	}
	if (forest->sizes[first] != forest->sample_size)
		reader->failed = true;
}

static void
decode_forest(SegReader *reader, SegArena *arena, SegForest *forest, size_t d)
{
	size_t		trees;
	size_t		room;

	forest->d = d;
	forest->sample_size = seg_read_u32(reader);
	trees = seg_read_count(reader, LEAST_NODE_BYTES);
	room = seg_read_count(reader, LEAST_NODE_BYTES);
	if (reader->failed || forest->sample_size < 1 || forest->sample_size > SEG_IFOREST_MAX_SAMPLE ||
		trees < 1 || trees > SEG_IFOREST_MAX_TREES || room < trees)
	{
		reader->failed = true;
		return;
	}
	forest->roots = seg_arena_take(arena, trees, sizeof(uint32_t));
	forest->nodes = seg_arena_take(arena, room, sizeof(SegTreeNode));
	forest->sizes = seg_arena_take(arena, room, sizeof(uint32_t));
	forest->paths = seg_arena_take(arena, room, sizeof(double));
	if (forest->roots == NULL || forest->nodes == NULL || forest->sizes == NULL || forest->paths == NULL)
		reader->failed = true;
	while (!reader->failed && forest->n_trees < trees)
	{
		CHECK_FOR_INTERRUPTS();
		decode_tree(reader, forest, room);
	}
	if (forest->n_nodes != room)
		reader->failed = true;
	if (!reader->failed)
		seg_iforest_finish(forest);
}

static void
encode_tree(SegWriter *writer, const SegForest *forest, uint32_t root)
{
	uint32_t	stack[SEG_IFOREST_MAX_HEIGHT + 2];
	size_t		waiting = 0;

	stack[waiting++] = root;
	while (waiting > 0)
	{
		uint32_t	at = stack[--waiting];
		const SegTreeNode *node = &forest->nodes[at];

		if (node->child == at)
		{
			seg_write_bits(writer, LEAF, 2);
			seg_write_bits(writer, forest->sizes[at], 2);
			continue;
		}
		seg_write_bits(writer, node->feature, 2);
		seg_write_double(writer, node->split);
		stack[waiting++] = node->child + 1;
		stack[waiting++] = node->child;
	}
}

static void
encode_forest(SegWriter *writer, const SegForest *forest)
{
	seg_write_u32(writer, forest->sample_size);
	seg_write_u32(writer, forest->n_trees);
	seg_write_u32(writer, forest->n_nodes);
	for (size_t t = 0; t < forest->n_trees; t++)
	{
		CHECK_FOR_INTERRUPTS();
		encode_tree(writer, forest, forest->roots[t]);
	}
}

/* ---- mahalanobis ---- */

static void
decode_metric(SegReader *reader, SegArena *arena, SegAnomalyModel *model)
{
	SegMahalanobis *metric = &model->metric;

	metric->d = model->d;
	metric->df = seg_read_u32(reader);
	metric->shrinkage = seg_read_double(reader);
	model->core_rows = seg_read_u64(reader);
	metric->center = seg_read_doubles(reader, arena, metric->d);
	metric->whiten = seg_read_doubles(reader, arena, seg_mahalanobis_size(metric->d));
	if (metric->df > metric->d || !(metric->shrinkage >= 0 && metric->shrinkage <= 1))
		reader->failed = true;
	metric->blocks = seg_arena_take(arena, seg_mahalanobis_blocks_size(metric->d), sizeof(double));
	if (metric->blocks == NULL)
		reader->failed = true;
	if (!reader->failed)
		seg_mahalanobis_pack(metric);
}

static void
encode_metric(SegWriter *writer, const SegAnomalyModel *model)
{
	const SegMahalanobis *metric = &model->metric;

	seg_write_u32(writer, metric->df);
	seg_write_double(writer, metric->shrinkage);
	seg_write_u64(writer, model->core_rows);
	seg_write_doubles(writer, metric->center, metric->d);
	seg_write_doubles(writer, metric->whiten, seg_mahalanobis_size(metric->d));
}

/* ---- kmeans ---- */

static void
decode_spread(SegReader *reader, SegArena *arena, SegClusterSpread *spread, size_t d)
{
	double	   *by_feature;

	spread->d = d;
	spread->k = seg_read_count(reader, (d + 1) * sizeof(double));
	spread->df = seg_read_u32(reader);
	if (reader->failed || spread->k < 1 || spread->k > SEG_KMEANS_MAX_K || spread->df > d)
	{
		reader->failed = true;
		return;
	}
	spread->shift = seg_read_doubles(reader, arena, d);
	spread->scale = seg_read_doubles(reader, arena, d);
	spread->centers = seg_read_doubles(reader, arena, spread->k * d);
	spread->variances = seg_read_doubles(reader, arena, spread->k);
	by_feature = seg_arena_take(arena, d, seg_nearest_stride(spread->k) * sizeof(double));
	if (by_feature == NULL)
		reader->failed = true;
	if (reader->failed)
		return;
	for (size_t j = 0; j < d; j++)
		if (spread->scale[j] < 0 || !isfinite(seg_scale_inverse(spread->scale[j])))
			reader->failed = true;
	for (size_t c = 0; c < spread->k; c++)
		if (spread->variances[c] < 0)
			reader->failed = true;
	seg_nearest_pack(&spread->packed, spread->centers, spread->k, d, by_feature);
}

static void
encode_spread(SegWriter *writer, const SegClusterSpread *spread)
{
	seg_write_u32(writer, spread->k);
	seg_write_u32(writer, spread->df);
	seg_write_doubles(writer, spread->shift, spread->d);
	seg_write_doubles(writer, spread->scale, spread->d);
	seg_write_doubles(writer, spread->centers, spread->k * spread->d);
	seg_write_doubles(writer, spread->variances, spread->k);
}

/* ---- the model ---- */

SegStatus
seg_anomaly_decode(SegReader *reader, int version, SegArena *arena, void *decoded)
{
	SegAnomalyModel *model = decoded;

	Assert(version == SEG_ANOMALY_VERSION);
	memset(model, 0, sizeof(*model));
	model->method = seg_read_choice(reader, SEG_ANOMALY_METHODS);
	model->robust = seg_read_choice(reader, 2);
	model->null_policy = seg_read_choice(reader, SEG_NULL_ZERO + 1);
	model->partial = seg_read_choice(reader, 2);
	model->d = seg_read_count(reader, seg_feature_least_bytes(feature_fields));
	if (reader->failed || model->d < 1 || model->d > SEG_MAX_FEATURES)
		return SEG_MALFORMED_MODEL;
	model->features = seg_arena_take(arena, model->d, sizeof(SegFeature));
	if (model->features == NULL)
		return SEG_MALFORMED_MODEL;
	for (size_t j = 0; j < model->d && !reader->failed; j++)
		seg_feature_read(reader, feature_fields, arena, &model->features[j]);
	model->rows_used = seg_read_u64(reader);
	model->rows_skipped = seg_read_u64(reader);
	model->sample_rows = seg_read_u64(reader);
	model->seed = seg_read_u64(reader);
	model->contamination = seg_read_double(reader);
	model->threshold = seg_read_double(reader);
	model->flagged = seg_read_u64(reader);
	if (model->flagged > model->sample_rows ||
		!(model->contamination > 0 && model->contamination <= 0.5) ||
		!(model->threshold >= 0 && model->threshold <= 1))
		return SEG_MALFORMED_MODEL;
	switch (model->method)
	{
		case SEG_ANOMALY_IFOREST:
			decode_forest(reader, arena, &model->forest, model->d);
			break;
		case SEG_ANOMALY_MAHALANOBIS:
			decode_metric(reader, arena, model);
			break;
		case SEG_ANOMALY_KMEANS:
			decode_spread(reader, arena, &model->spread, model->d);
			break;
	}
	if (!seg_reader_done(reader))
		return SEG_MALFORMED_MODEL;
	return seg_row_transform_make(model->features, model->d, model->null_policy, arena, &model->transform);
}

void
seg_anomaly_encode(SegWriter *writer, const void *encoded)
{
	const SegAnomalyModel *model = encoded;

	seg_write_u8(writer, model->method);
	seg_write_u8(writer, model->robust);
	seg_write_u8(writer, model->null_policy);
	seg_write_u8(writer, model->partial);
	seg_write_u32(writer, model->d);
	for (size_t j = 0; j < model->d; j++)
		seg_feature_write(writer, feature_fields, &model->features[j]);
	seg_write_u64(writer, model->rows_used);
	seg_write_u64(writer, model->rows_skipped);
	seg_write_u64(writer, model->sample_rows);
	seg_write_u64(writer, model->seed);
	seg_write_double(writer, model->contamination);
	seg_write_double(writer, model->threshold);
	seg_write_u64(writer, model->flagged);
	switch (model->method)
	{
		case SEG_ANOMALY_IFOREST:
			encode_forest(writer, &model->forest);
			break;
		case SEG_ANOMALY_MAHALANOBIS:
			encode_metric(writer, model);
			break;
		case SEG_ANOMALY_KMEANS:
			encode_spread(writer, &model->spread);
			break;
	}
}

const SegModelType seg_anomaly_model_type = {
	.kind = SEG_KIND_ANOMALY,
	.title = "an anomaly model",
	.newest = SEG_ANOMALY_VERSION,
	.struct_size = sizeof(SegAnomalyModel),
	.decoded_size = seg_anomaly_decoded_size,
	.decode = seg_anomaly_decode,
	.encode = seg_anomaly_encode,
	.baseline = &seg_anomaly_baseline,
};
