/*
 * kmeans_scorer_model.c
 *		A decoded k-means model, prepared for scoring rows; see kmeans_scorer_model.h.
 */
#include "kmeans/kmeans_scorer_model.h"

size_t
seg_kmeans_scorer_size(size_t payload_size)
{
	/* packed centers need up to SEG_CENTER_BLOCK times their bytes (k = 1), the transform less than once */
	return seg_kmeans_decoded_size(payload_size) + (SEG_CENTER_BLOCK + 1) * payload_size + 4 * SEG_ARENA_ALIGN;
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
	by_feature = seg_arena_take(arena, model->d, seg_nearest_stride(model->k) * sizeof(double));
	if (by_feature == NULL)
		return SEG_MALFORMED_MODEL;
	seg_nearest_pack(&scorer->centers, model->centers, model->k, model->d, by_feature);
	return seg_row_transform_make(model->features, model->d, model->null_policy, arena, &scorer->transform);
}

void
seg_kmeans_center_in_input_units(const SegKmeansModel *model, size_t c, double *center)
{
	for (uint32_t j = 0; j < model->d; j++)
		center[j] = seg_feature_mean_to_input(&model->features[j], model->centers[c * model->d + j]);
}

const SegModelType seg_kmeans_model_type = {
	.kind = SEG_KIND_KMEANS,
	.title = "a k-means model",
	.newest = SEG_KMEANS_VERSION,
	.struct_size = sizeof(SegKmeansScorer),
	.decoded_size = seg_kmeans_scorer_size,
	.decode = seg_kmeans_scorer_decode,
	.encode = seg_kmeans_encode,
	.baseline = &seg_kmeans_baseline,
};
