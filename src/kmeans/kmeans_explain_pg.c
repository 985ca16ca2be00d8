/*
 * kmeans_explain_pg.c
 *		Returns a k-means model as rows, and explains the cluster of a row:
 *		kmeans_centroids, kmeans_profile, kmeans_details, kmeans_reasons.
 */
#include "kmeans/kmeans_pg.h"

#include "utils/memutils.h"

#include "kmeans/kmeans_profile_model.h"
#include "server/error.h"
#include "server/fitted_row.h"
#include "server/rows.h"
#include "stats/cluster_indices.h"
#include "stats/profile.h"

/* Set cluster_id, cluster_name, size, share. */
static void
put_cluster(SegRow *row, const SegKmeansModel *model, const SegKmeansCluster *cluster)
{
	seg_put_int32(row, cluster->cluster_id);
	seg_put_text(row, seg_kmeans_cluster_name(cluster));
	seg_put_int64(row, cluster->size);
	seg_put_float8(row, cluster->weight / model->weight);
}

PG_FUNCTION_INFO_V1(kmeans_centroids);
Datum
kmeans_centroids(PG_FUNCTION_ARGS)
{
	const SegKmeansScorer *scorer = seg_model_argument(fcinfo, 0, 0, &seg_kmeans_model_type);
	const SegKmeansModel *model = &scorer->model;
	uint32_t   *places = palloc(model->k * sizeof(uint32_t));
	double	   *center = palloc(model->d * sizeof(double));
	MemoryContext old = CurrentMemoryContext;
	MemoryContext of_cluster = AllocSetContextCreate(old, "segment cluster", ALLOCSET_DEFAULT_SIZES);
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	seg_kmeans_order_clusters(model, places);
	MemoryContextSwitchTo(of_cluster);
	for (uint32_t at = 0; at < model->k; at++)
	{
		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(of_cluster);
		seg_kmeans_center_in_input_units(model, places[at], center);
		for (uint32_t j = 0; j < model->d; j++)
		{
			put_cluster(&row, model, &model->clusters[places[at]]);
			seg_put_text(&row, seg_feature_name(&model->features[j], j + 1));
			seg_put_int32(&row, j + 1);
			seg_put_float8(&row, center[j]);
			seg_row_store(&row);
		}
	}
	MemoryContextSwitchTo(old);
	return (Datum) 0;
}

static const char *
direction(double z)
{
	if (fabs(z) < SEG_PROFILE_NOTABLE)
		return "average";
	return z > 0 ? "high" : "low";
}

/* Append one row of the profile: the cluster at place c, feature j with its rank. */
static void
store_profile_row(SegRow *row, const SegKmeansModel *model, uint32_t c, uint32_t j, int rank, double z)
{
	const SegFeature *feature = &model->features[j];
	size_t		cell = (size_t) c * model->d + j;
	double		mean = model->means[cell];

	put_cluster(row, model, &model->clusters[c]);
	seg_put_text(row, seg_feature_name(feature, j + 1));
	seg_put_float8(row, mean);
	seg_put_float8(row, model->sds[cell]);
	seg_put_float8(row, feature->mean);
	seg_put_float8(row, feature->sd);
	seg_put_float8(row, 100 * seg_profile_ratio(mean, feature->mean, feature->sd, feature->minimum));
	seg_put_float8(row, z);
	seg_put_int32(row, rank);
	seg_put_text(row, direction(z));
	for (int q = 0; q < 3; q++)
		seg_put_float8(row, model->quartiles[cell * 3 + q]);
	seg_put_float8(row, feature->median);
	seg_row_store(row);
}

PG_FUNCTION_INFO_V1(kmeans_profile);
Datum
kmeans_profile(PG_FUNCTION_ARGS)
{
	const SegKmeansScorer *scorer = seg_model_argument(fcinfo, 0, 0, &seg_kmeans_model_type);
	const SegKmeansModel *model = &scorer->model;
	uint32_t   *places = palloc(model->k * sizeof(uint32_t));
	double	   *z = palloc(model->d * sizeof(double));
	double	   *strength = palloc(model->d * sizeof(double));
	uint32_t   *order = palloc(model->d * sizeof(uint32_t));
	MemoryContext old = CurrentMemoryContext;
	MemoryContext of_cluster = AllocSetContextCreate(old, "segment cluster", ALLOCSET_DEFAULT_SIZES);
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	seg_kmeans_order_clusters(model, places);
	MemoryContextSwitchTo(of_cluster);
	for (uint32_t at = 0; at < model->k; at++)
	{
		uint32_t	c = places[at];

		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(of_cluster);
		for (uint32_t j = 0; j < model->d; j++)
		{
			z[j] = seg_kmeans_z(model, c, j);
			strength[j] = fabs(z[j]);
		}
		seg_profile_order(strength, model->d, order);
		for (uint32_t rank = 0; rank < model->d; rank++)
			store_profile_row(&row, model, c, order[rank], rank + 1, z[order[rank]]);
	}
	MemoryContextSwitchTo(old);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(kmeans_details);
Datum
kmeans_details(PG_FUNCTION_ARGS)
{
	SegKmeansRow scored;
	SegRow		row;
	const SegKmeansCluster *clusters;
	double		distance;

	if (!seg_kmeans_score_row(fcinfo, &scored))
		PG_RETURN_NULL();
	if (!isfinite(scored.nearest.second_d2))
		seg_raise((SegFault) {SEG_TOO_FAR});
	seg_row_begin(&row, seg_call_shape(fcinfo));
	clusters = scored.scorer->model.clusters;
	distance = sqrt(scored.nearest.first_d2);
	seg_put_int32(&row, clusters[scored.nearest.first].cluster_id);
	seg_put_text(&row, seg_kmeans_cluster_name(&clusters[scored.nearest.first]));
	seg_put_float8(&row, distance);
	if (scored.scorer->model.k == 1)
	{
		seg_put_null(&row);
		seg_put_null(&row);
		seg_put_null(&row);
	}
	else
	{
		double		second_distance = sqrt(scored.nearest.second_d2);

		seg_put_int32(&row, clusters[scored.nearest.second].cluster_id);
		seg_put_float8(&row, second_distance);
		seg_put_float8(&row, seg_silhouette_simplified(distance, second_distance));
	}
	PG_RETURN_DATUM(seg_row_value(&row));
}

/*
 * OUT contribution: d, (z_j - second_j)^2 - (z_j - first_j)^2 as the product
 * (first_j - second_j) (2 z_j - first_j - second_j), which has less cancellation.
 */
static void
split_distance(const SegKmeansRow *scored, double *contribution)
{
	size_t		d = scored->scorer->model.d;
	const double *first = scored->scorer->model.centers + scored->nearest.first * d;
	const double *second = scored->scorer->model.centers + scored->nearest.second * d;

	for (size_t j = 0; j < d; j++)
		contribution[j] = (first[j] - second[j]) *
			((scored->z[j] - first[j]) + (scored->z[j] - second[j]));
}

PG_FUNCTION_INFO_V1(kmeans_reasons);
Datum
kmeans_reasons(PG_FUNCTION_ARGS)
{
	SegKmeansRow scored;
	SegRow		row;
	const SegKmeansModel *model;
	uint32_t   *order;
	double	   *contribution;
	double	   *values;
	double	   *first;
	double	   *second;
	double		total;

	seg_rows_begin(fcinfo, &row);
	if (!seg_kmeans_score_row(fcinfo, &scored))
		return (Datum) 0;
	if (!isfinite(scored.nearest.second_d2))
		seg_raise((SegFault) {SEG_TOO_FAR});
	model = &scored.scorer->model;
	order = palloc(model->d * sizeof(uint32_t));
	contribution = palloc(model->d * sizeof(double));
	first = palloc(model->d * sizeof(double));
	second = palloc(model->d * sizeof(double));
	values = seg_filled_row(PG_GETARG_DATUM(1), &scored.scorer->transform);
	split_distance(&scored, contribution);
	seg_profile_order(contribution, model->d, order);
	seg_kmeans_center_in_input_units(model, scored.nearest.first, first);
	seg_kmeans_center_in_input_units(model, scored.nearest.second, second);
	total = scored.nearest.second_d2 - scored.nearest.first_d2;
	for (uint32_t rank = 0; rank < model->d; rank++)
	{
		uint32_t	j = order[rank];
		bool		alone = model->k == 1;

		seg_put_text(&row, seg_feature_name(&model->features[j], j + 1));
		seg_put_float8(&row, values[j]);
		seg_put_float8(&row, first[j]);
		seg_put_float8(&row, alone ? NAN : second[j]);
		seg_put_float8(&row, alone ? NAN : contribution[j]);
		seg_put_float8(&row, alone || total == 0 ? NAN : contribution[j] / total);
		seg_put_int32(&row, rank + 1);
		seg_row_store(&row);
	}
	return (Datum) 0;
}
