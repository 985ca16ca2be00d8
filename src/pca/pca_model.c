/*
 * pca_model.c
 *		A fitted PCA model as a struct and as bytes; see pca_model.h.
 *
 * Layout of version 1, all little-endian:
 *
 *		u32 d, components
 *		u8 standardize, null_policy, aligned
 *		u64 rows_used, rows_skipped; f64 total_variance
 *		d features: text name; u8 transform; f64 shift, scale, transformed sd, mean;
 *			u64 missing; histogram
 *		f64 variances[components], loadings[components d]
 */
#include "pca/pca_model.h"

#include "base/limits.h"

static const SegFeatureField feature_fields[] = {
	SEG_FIELD_NAME, SEG_FIELD_TRANSFORM, SEG_FIELD_SHIFT, SEG_FIELD_SCALE, SEG_FIELD_TRANSFORMED_SD, SEG_FIELD_MEAN,
	SEG_FIELD_MISSING, SEG_FIELD_HISTOGRAM, SEG_FIELD_END
};

size_t
seg_pca_decoded_size(size_t payload_size)
{
	/* structs of features, names with a terminator, rounding, arrays of doubles, and the transform */
	size_t		features = seg_min_size(payload_size / seg_feature_least_bytes(feature_fields), SEG_MAX_FEATURES);

	return payload_size + features * (sizeof(SegFeature) + 1 + SEG_ARENA_ALIGN) + 4 * SEG_ARENA_ALIGN +
		seg_row_transform_size(features);
}

/* Set the members that are computed from the bytes. */
static void
derive_figures(const SegPcaModel *model, SegFeature *feature)
{
	bool		is_plain = feature->transform == SEG_TRANSFORM_NONE;

	if (model->null_policy == SEG_NULL_ZERO)
		feature->fill = 0;
	else if (model->null_policy == SEG_NULL_MEAN)
		feature->fill = is_plain ? feature->shift : feature->mean;
	if (is_plain)
		feature->sd = feature->transformed_sd;
	if (feature->histogram.bins > 0)
	{
		feature->minimum = feature->histogram.low;
		feature->maximum = feature->histogram.high;
	}
}

/* OUT model->transform.  Without log1p the fill is the shift, so it becomes 0 without rounding. */
static SegStatus
make_transform(SegPcaModel *model, SegArena *arena)
{
	SegStatus	status = seg_row_transform_make(model->features, model->d, model->null_policy, arena, &model->transform);

	if (status == SEG_OK && model->null_policy == SEG_NULL_MEAN)
		for (uint32_t j = 0; j < model->d; j++)
			if (model->features[j].transform == SEG_TRANSFORM_NONE)
				model->transform.fill[j] = 0;
	return status;
}

SegStatus
seg_pca_decode(SegReader *reader, int version, SegArena *arena, void *decoded)
{
	SegPcaModel *model = decoded;

	Assert(version == SEG_PCA_VERSION);
	model->d = seg_read_count(reader, seg_feature_least_bytes(feature_fields));
	model->components = seg_read_u32(reader);
	model->standardize = seg_read_choice(reader, SEG_STANDARDIZE_NONE + 1);
	model->null_policy = seg_read_choice(reader, SEG_NULL_ZERO + 1);
	model->aligned = seg_read_choice(reader, 2);
	model->rows_used = seg_read_u64(reader);
	model->rows_skipped = seg_read_u64(reader);
	model->total_variance = seg_read_double(reader);
	if (reader->failed || model->d == 0 || model->d > SEG_MAX_FEATURES ||
		model->components == 0 || model->components > model->d ||
		model->standardize == SEG_STANDARDIZE_ROBUST || model->standardize == SEG_STANDARDIZE_MINMAX ||
		model->null_policy == SEG_NULL_MEDIAN || model->total_variance < 0)
		return SEG_MALFORMED_MODEL;
	model->features = seg_arena_take(arena, model->d, sizeof(SegFeature));
	if (model->features == NULL)
		return SEG_MALFORMED_MODEL;
	for (uint32_t j = 0; j < model->d && !reader->failed; j++)
	{
		seg_feature_read(reader, feature_fields, arena, &model->features[j]);
		derive_figures(model, &model->features[j]);
	}
	model->variances = seg_read_doubles(reader, arena, model->components);
	model->loadings = seg_read_doubles(reader, arena, (size_t) model->components * model->d);
	for (uint32_t c = 0; !reader->failed && c < model->components; c++)
		if (model->variances[c] < 0)
			reader->failed = true;
	return seg_reader_done(reader) ? make_transform(model, arena) : SEG_MALFORMED_MODEL;
}

void
seg_pca_encode(SegWriter *writer, const void *encoded)
{
	const SegPcaModel *model = encoded;

	seg_write_u32(writer, model->d);
	seg_write_u32(writer, model->components);
	seg_write_u8(writer, model->standardize);
	seg_write_u8(writer, model->null_policy);
	seg_write_u8(writer, model->aligned);
	seg_write_u64(writer, model->rows_used);
	seg_write_u64(writer, model->rows_skipped);
	seg_write_double(writer, model->total_variance);
	for (uint32_t j = 0; j < model->d; j++)
		seg_feature_write(writer, feature_fields, &model->features[j]);
	seg_write_doubles(writer, model->variances, model->components);
	seg_write_doubles(writer, model->loadings, (size_t) model->components * model->d);
}

const SegModelType seg_pca_model_type = {
	.kind = SEG_KIND_PCA,
	.title = "a PCA model",
	.newest = SEG_PCA_VERSION,
	.struct_size = sizeof(SegPcaModel),
	.decoded_size = seg_pca_decoded_size,
	.decode = seg_pca_decode,
	.encode = seg_pca_encode,
	.baseline = &seg_pca_baseline,
};
