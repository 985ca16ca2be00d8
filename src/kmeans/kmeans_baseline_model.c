/*
 * kmeans_baseline_model.c
 *		The baseline of a k-means model: histograms and clusters of the fitted rows.
 */
#include "kmeans/kmeans_scorer_model.h"

static SegBaselineShape
shape(const void *scorer)
{
	const SegKmeansModel *model = &((const SegKmeansScorer *) scorer)->model;

	return (SegBaselineShape) {model->d, model->k, model->null_policy == SEG_NULL_SKIP};
}

static SegBaselineFeature
feature(const void *scorer, uint32_t j)
{
	const SegKmeansModel *model = &((const SegKmeansScorer *) scorer)->model;
	const SegFeature *from = &model->features[j];
	bool		knows_missing = model->null_policy != SEG_NULL_SKIP;

	return (SegBaselineFeature) {
		.name = from->name,
		.values = seg_histogram_total(&from->histogram),
		.mean = seg_mean_of_present(from->mean, from->fill, model->rows_used, from->missing),
		.rows = knows_missing ? model->rows_used : 0,
		.missing = knows_missing ? seg_min_size(from->missing, model->rows_used) : 0,
		.histogram = &from->histogram,
	};
}

static SegBaselineCluster
cluster(const void *scorer, uint32_t c)
{
	const SegKmeansCluster *from = &((const SegKmeansScorer *) scorer)->model.clusters[c];

	return (SegBaselineCluster) {from->cluster_id, from->name, from->size};
}

static size_t
place(const void *decoded, double *row, double *scratch)
{
	const SegKmeansScorer *scorer = decoded;
	size_t		k = scorer->model.k;
	SegNearest	nearest;
	size_t		position;

	if (seg_row_transform(&scorer->transform, row, row, &position) != SEG_OK)
		return k;
	seg_nearest_distances(&scorer->centers, row, scratch);
	nearest = seg_nearest_find(scratch, k);
	return isfinite(nearest.first_d2) ? nearest.first : k;
}

_Static_assert(SEG_CENTER_BLOCK <= SEG_BASELINE_SCRATCH, "room for the last group of centers");

const SegBaseline seg_kmeans_baseline = {
	.most_clusters = SEG_KMEANS_MAX_K,
	.shape = shape,
	.feature = feature,
	.cluster = cluster,
	.place = place,
};
