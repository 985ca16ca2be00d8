/*
 * drift_model.c
 *		A drift report as a struct and as bytes; see drift_model.h.
 *
 * Layout of version 1, all little-endian:
 *
 *		u8 source; u32 d, clusters; u64 rows_used, rows_skipped
 *		d features: text name; baseline and current, each u64 values; f64 mean;
 *			u64 rows, missing; histogram baseline; u64 counts[bins] current
 *		clusters: u32 cluster_id; text name; u64 baseline, current
 */
#include "drift/drift_model.h"

#include "base/limits.h"
#include "model/histogram_codec.h"

/* the smallest sizes of an encoded feature and cluster, for checking counts */
#define FEATURE_BYTES (4 + 2 * 4 * 8 + SEG_HISTOGRAM_BYTES)
#define CLUSTER_BYTES (4 + 4 + 2 * 8)

size_t
seg_drift_decoded_size(size_t payload_size)
{
	/* structs of features and clusters, names with a terminator, rounding */
	size_t		features = seg_min_size(payload_size / FEATURE_BYTES, SEG_MAX_FEATURES);

	return 2 * payload_size + payload_size / CLUSTER_BYTES * (1 + SEG_ARENA_ALIGN) +
		features * (sizeof(SegDriftFeature) + 1 + SEG_ARENA_ALIGN) + 2 * SEG_ARENA_ALIGN;
}

static void
read_side(SegReader *reader, SegDriftSide *side)
{
	side->values = seg_read_u64(reader);
	side->mean = seg_read_double(reader);
	side->rows = seg_read_u64(reader);
	side->missing = seg_read_u64(reader);
	if (side->missing > side->rows)
		reader->failed = true;
}

static void
read_feature(SegReader *reader, SegArena *arena, SegDriftFeature *feature)
{
	feature->name = seg_read_text(reader, arena);
	read_side(reader, &feature->baseline);
	read_side(reader, &feature->current);
	seg_read_histogram(reader, &feature->histogram);
	for (uint32_t b = 0; !reader->failed && b < feature->histogram.bins; b++)
		feature->counts[b] = seg_read_u64(reader);
}

static void
read_cluster(SegReader *reader, SegArena *arena, SegDriftCluster *cluster)
{
	cluster->cluster_id = seg_read_u32(reader);
	cluster->name = seg_read_text(reader, arena);
	cluster->baseline = seg_read_u64(reader);
	cluster->current = seg_read_u64(reader);
}

SegStatus
seg_drift_decode(SegReader *reader, int version, SegArena *arena, void *decoded)
{
	SegDriftModel *model = decoded;

	Assert(version == SEG_DRIFT_VERSION);
	model->source = seg_read_u8(reader);
	model->d = seg_read_count(reader, FEATURE_BYTES);
	model->clusters = seg_read_count(reader, CLUSTER_BYTES);
	model->rows_used = seg_read_u64(reader);
	model->rows_skipped = seg_read_u64(reader);
	if (reader->failed || model->d == 0 || model->d > SEG_MAX_FEATURES ||
		seg_model_type(model->source) == NULL || seg_model_type(model->source)->baseline == NULL)
		return SEG_MALFORMED_MODEL;
	model->features = seg_arena_take(arena, model->d, sizeof(SegDriftFeature));
	model->shares = seg_arena_take(arena, model->clusters, sizeof(SegDriftCluster));
	if (model->features == NULL || model->shares == NULL)
		return SEG_MALFORMED_MODEL;
	memset(model->features, 0, model->d * sizeof(SegDriftFeature));
	for (uint32_t j = 0; !reader->failed && j < model->d; j++)
		read_feature(reader, arena, &model->features[j]);
	for (uint32_t c = 0; !reader->failed && c < model->clusters; c++)
		read_cluster(reader, arena, &model->shares[c]);
	return seg_reader_done(reader) ? SEG_OK : SEG_MALFORMED_MODEL;
}

static void
write_side(SegWriter *writer, const SegDriftSide *side)
{
	seg_write_u64(writer, side->values);
	seg_write_double(writer, side->mean);
	seg_write_u64(writer, side->rows);
	seg_write_u64(writer, side->missing);
}

void
seg_drift_encode(SegWriter *writer, const void *encoded)
{
	const SegDriftModel *model = encoded;

	seg_write_u8(writer, model->source);
	seg_write_u32(writer, model->d);
	seg_write_u32(writer, model->clusters);
	seg_write_u64(writer, model->rows_used);
	seg_write_u64(writer, model->rows_skipped);
	for (uint32_t j = 0; j < model->d; j++)
	{
		const SegDriftFeature *feature = &model->features[j];

		seg_write_text(writer, feature->name);
		write_side(writer, &feature->baseline);
		write_side(writer, &feature->current);
		seg_write_histogram(writer, &feature->histogram);
		seg_write_u64s(writer, feature->counts, feature->histogram.bins);
	}
	for (uint32_t c = 0; c < model->clusters; c++)
	{
		const SegDriftCluster *cluster = &model->shares[c];

		seg_write_u32(writer, cluster->cluster_id);
		seg_write_text(writer, cluster->name);
		seg_write_u64(writer, cluster->baseline);
		seg_write_u64(writer, cluster->current);
	}
}

const SegModelType seg_drift_model_type = {
	.kind = SEG_KIND_DRIFT,
	.title = "a drift report",
	.newest = SEG_DRIFT_VERSION,
	.struct_size = sizeof(SegDriftModel),
	.decoded_size = seg_drift_decoded_size,
	.decode = seg_drift_decode,
	.encode = seg_drift_encode,
};
