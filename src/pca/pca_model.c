/*
 * pca_model.c
 *		A fitted PCA model as a struct and as bytes; see pca_model.h.
 *
 * Layout of version 1, all little-endian:
 *
 *		u32 d, components
 *		u8 standardize, null_policy, aligned
 *		u64 rows_used, rows_skipped; f64 total_variance
 *		d features: text name; u8 transform; f64 shift, scale, sd, mean;
 *			u64 missing; histogram
 *		f64 variances[components], loadings[components d]
 */
#include "pca/pca_model.h"

#include "model/histogram_codec.h"
#include "stats/linalg.h"

/* the smallest encoded feature, for checking counts */
#define FEATURE_BYTES (4 + 1 + 4 * 8 + 8 + SEG_HISTOGRAM_BYTES)

size_t
seg_pca_decoded_size(size_t payload_size)
{
	/* structs of features, names with a terminator, rounding, and arrays of doubles */
	size_t		features = seg_min_size(payload_size / FEATURE_BYTES, SEG_LINALG_MAX);

	return payload_size + features * (sizeof(SegPcaFeature) + 1 + SEG_ARENA_ALIGN) + 4 * SEG_ARENA_ALIGN;
}

static void
read_features(SegReader *reader, SegArena *arena, SegPcaModel *model)
{
	for (uint32_t j = 0; j < model->d && !reader->failed; j++)
	{
		SegPcaFeature *feature = &model->features[j];

		feature->name = seg_read_text(reader, arena);
		feature->transform = seg_read_choice(reader, SEG_TRANSFORM_LOG1P + 1);
		feature->shift = seg_read_double(reader);
		feature->scale = seg_read_double(reader);
		feature->sd = seg_read_double(reader);
		feature->mean = seg_read_double(reader);
		feature->missing = seg_read_u64(reader);
		seg_read_histogram(reader, &feature->histogram);
		if (feature->scale < 0 || feature->sd < 0)
			reader->failed = true;
	}
}

SegStatus
seg_pca_decode(SegReader *reader, int version, SegArena *arena, void *decoded)
{
	SegPcaModel *model = decoded;

	Assert(version == SEG_PCA_VERSION);
	model->d = seg_read_count(reader, FEATURE_BYTES);
	model->components = seg_read_u32(reader);
	model->standardize = seg_read_choice(reader, SEG_STANDARDIZE_NONE + 1);
	model->null_policy = seg_read_choice(reader, SEG_NULL_ZERO + 1);
	model->aligned = seg_read_choice(reader, 2);
	model->rows_used = seg_read_u64(reader);
	model->rows_skipped = seg_read_u64(reader);
	model->total_variance = seg_read_double(reader);
	if (reader->failed || model->d == 0 || model->d > SEG_LINALG_MAX ||
		model->components == 0 || model->components > model->d ||
		model->standardize == SEG_STANDARDIZE_ROBUST || model->standardize == SEG_STANDARDIZE_MINMAX ||
		model->null_policy == SEG_NULL_MEDIAN || model->total_variance < 0)
		return SEG_MALFORMED_MODEL;
	model->features = seg_arena_take(arena, model->d, sizeof(SegPcaFeature));
	if (model->features == NULL)
		return SEG_MALFORMED_MODEL;
	read_features(reader, arena, model);
	model->variances = seg_read_doubles(reader, arena, model->components);
	model->loadings = seg_read_doubles(reader, arena, (size_t) model->components * model->d);
	for (uint32_t c = 0; !reader->failed && c < model->components; c++)
		if (model->variances[c] < 0)
			reader->failed = true;
	return seg_reader_done(reader) ? SEG_OK : SEG_MALFORMED_MODEL;
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
	{
		const SegPcaFeature *feature = &model->features[j];

		seg_write_text(writer, feature->name);
		seg_write_u8(writer, feature->transform);
		seg_write_double(writer, feature->shift);
		seg_write_double(writer, feature->scale);
		seg_write_double(writer, feature->sd);
		seg_write_double(writer, feature->mean);
		seg_write_u64(writer, feature->missing);
		seg_write_histogram(writer, &feature->histogram);
	}
	seg_write_doubles(writer, model->variances, model->components);
	seg_write_doubles(writer, model->loadings, (size_t) model->components * model->d);
}

SegStatus
seg_pca_to_fitted(const SegPcaModel *model, const double *row, double *z, size_t *position)
{
	for (uint32_t j = 0; j < model->d; j++)
	{
		const SegPcaFeature *feature = &model->features[j];
		double		x = row[j];

		*position = j + 1;
		if (isnan(x))
		{
			if (model->null_policy == SEG_NULL_ERROR || model->null_policy == SEG_NULL_SKIP)
				return SEG_NULL_FEATURE;
			x = model->null_policy == SEG_NULL_ZERO ? 0 : feature->shift;
		}
		else if (feature->transform == SEG_TRANSFORM_LOG1P)
		{
			if (x <= -1)
				return SEG_LOG_DOMAIN;
			x = log1p(x);
		}
		z[j] = feature->scale == 0 ? 0 : (x - feature->shift) / feature->scale;
	}
	return SEG_OK;
}
