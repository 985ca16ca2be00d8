/*
 * kmeans_scorer_model.c
 *		A k-means model made ready to score rows; see kmeans_scorer_model.h.
 */
#include "kmeans/kmeans_scorer_model.h"

#include "base/finite.h"

size_t
seg_kmeans_scorer_size(size_t payload_size)
{
	/* centers side by side take up to SEG_CENTER_BLOCK times their bytes (k = 1) */
	return seg_kmeans_decoded_size(payload_size) + (SEG_CENTER_BLOCK + 1) * payload_size;
}

SegStatus
seg_kmeans_scorer_decode(SegReader *reader, int version, SegArena *arena, void *result)
{
	SegKmeansScorer *scorer = result;
	SegKmeansModel *model = &scorer->model;
	SegStatus	status = seg_kmeans_decode(reader, version, arena, model);
	double	   *by_feature;

	if (status != SEG_OK)
		return status;
	scorer->shift = seg_arena_take(arena, model->d, sizeof(double));
	scorer->inverse = seg_arena_take(arena, model->d, sizeof(double));
	by_feature = seg_arena_take(arena, model->d, seg_nearest_stride(model->k) * sizeof(double));
	if (scorer->shift == NULL || scorer->inverse == NULL || by_feature == NULL)
		return SEG_MALFORMED_MODEL;
	seg_nearest_pack(&scorer->centers, model->centers, model->k, model->d, by_feature);
	scorer->has_transform = false;
	for (uint32_t j = 0; j < model->d; j++)
	{
		const SegKmeansFeature *feature = &model->features[j];

		scorer->shift[j] = feature->shift;
		scorer->inverse[j] = seg_scale_inverse(feature->scale);
		if (!isfinite(scorer->inverse[j]))
			return SEG_MALFORMED_MODEL;
		if (feature->transform != SEG_TRANSFORM_NONE)
			scorer->has_transform = true;
	}
	return SEG_OK;
}

static SegStatus
fill_nulls(const SegKmeansModel *model, double *row, size_t *position)
{
	bool		imputes = model->null_policy != SEG_NULL_ERROR && model->null_policy != SEG_NULL_SKIP;

	for (uint32_t j = 0; j < model->d; j++)
	{
		if (!isnan(row[j]))
			continue;
		*position = j + 1;
		if (!imputes)
			return SEG_NULL_FEATURE;
		row[j] = model->features[j].fill;
	}
	return SEG_OK;
}

static SegStatus
take_logarithms(const SegKmeansModel *model, double *row, size_t *position)
{
	for (uint32_t j = 0; j < model->d; j++)
	{
		if (model->features[j].transform != SEG_TRANSFORM_LOG1P)
			continue;
		*position = j + 1;
		if (row[j] <= -1)
			return SEG_LOG_DOMAIN;
		row[j] = log1p(row[j]);
	}
	return SEG_OK;
}

SegStatus
seg_kmeans_to_fitted(const SegKmeansScorer *scorer, double *row, size_t *position)
{
	size_t		d = scorer->model.d;
	SegStatus	status = SEG_OK;

	if (!seg_all_finite(row, d))
		status = fill_nulls(&scorer->model, row, position);
	if (status == SEG_OK && scorer->has_transform)
		status = take_logarithms(&scorer->model, row, position);
	if (status != SEG_OK)
		return status;
	for (size_t j = 0; j < d; j++)
		row[j] = seg_fitted_value(row[j], scorer->shift[j], scorer->inverse[j]);
	return SEG_OK;
}

SEG_CLONES bool
seg_kmeans_plain_to_fitted(const SegKmeansScorer *scorer, const char *values, double *z)
{
	const uint64_t exponent = UINT64_C(0x7FF) << 52;
	const double *restrict shift = scorer->shift;
	const double *restrict inverse = scorer->inverse;
	size_t		d = scorer->model.d;
	uint64_t	not_finite = 0;

	if (scorer->has_transform)
		return false;
	for (size_t j = 0; j < d; j++)
	{
		uint64_t	bits;
		double		x;

		memcpy(&bits, values + j * sizeof(double), sizeof(bits));
		memcpy(&x, &bits, sizeof(x));
		not_finite |= (bits & exponent) == exponent;
		z[j] = seg_fitted_value(x, shift[j], inverse[j]);
	}
	return not_finite == 0;
}

void
seg_kmeans_center_in_input_units(const SegKmeansModel *model, size_t c, double *center)
{
	for (uint32_t j = 0; j < model->d; j++)
	{
		const SegKmeansFeature *feature = &model->features[j];
		double		x = seg_unscale_value(feature->transform, feature->shift, feature->scale,
										  model->centers[c * model->d + j]);

		center[j] = seg_shortest_within(x, seg_return_error(feature->transform, feature->shift, x, feature->scale));
	}
}
