/*
 * kmeans_pg.c
 *		Scoring rows with a k-means model: kmeans_assign, kmeans_distance.
 */
#include "kmeans/kmeans_pg.h"

#include "server/error.h"
#include "server/features.h"
#include "server/fitted_row.h"
#include "server/model_text.h"
#include "stats/profile.h"

char *
seg_kmeans_cluster_name(const SegKmeansCluster *cluster)
{
	return seg_name_from_model(cluster->name, "cluster", cluster->cluster_id);
}

void
seg_kmeans_order_numbers(const uint32_t *numbers, uint32_t count, uint32_t *places)
{
	double	   *strength = palloc(count * sizeof(double));

	for (uint32_t at = 0; at < count; at++)
		strength[at] = -(double) numbers[at];
	seg_profile_order(strength, count, places);
	pfree(strength);
}

void
seg_kmeans_order_clusters(const SegKmeansModel *model, uint32_t *places)
{
	uint32_t   *numbers = palloc(model->k * sizeof(uint32_t));

	for (uint32_t c = 0; c < model->k; c++)
		numbers[c] = model->clusters[c].cluster_id;
	seg_kmeans_order_numbers(numbers, model->k, places);
	pfree(numbers);
}

bool
seg_kmeans_score_row(FunctionCallInfo fcinfo, SegKmeansRow *result)
{
	static double z[SEG_MAX_FEATURES];
	static double d2[SEG_KMEANS_MAX_K + SEG_CENTER_BLOCK];
	const SegKmeansScorer *scorer = seg_model_argument(fcinfo, 0, 0, &seg_kmeans_model_type);

	if (!seg_fitted_row(PG_GETARG_DATUM(1), &scorer->transform, z))
		return false;
	seg_nearest_distances(&scorer->centers, z, d2);
	result->scorer = scorer;
	result->z = z;
	result->d2 = d2;
	result->nearest = seg_nearest_find(d2, scorer->model.k);
	if (!isfinite(result->nearest.first_d2))
		seg_raise((SegFault) {SEG_TOO_FAR});
	return true;
}

PG_FUNCTION_INFO_V1(kmeans_assign);
Datum
kmeans_assign(PG_FUNCTION_ARGS)
{
	SegKmeansRow row;

	if (!seg_kmeans_score_row(fcinfo, &row))
		PG_RETURN_NULL();
	PG_RETURN_INT32(row.scorer->model.clusters[row.nearest.first].cluster_id);
}

PG_FUNCTION_INFO_V1(kmeans_distance);
Datum
kmeans_distance(PG_FUNCTION_ARGS)
{
	SegKmeansRow row;

	if (!seg_kmeans_score_row(fcinfo, &row))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(sqrt(row.nearest.first_d2));
}
