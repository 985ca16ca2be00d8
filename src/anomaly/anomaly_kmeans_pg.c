/*
 * anomaly_kmeans_pg.c
 *		anomaly_from_kmeans: an anomaly model from a k-means model.
 */
#include "anomaly/anomaly_pg.h"

#include "anomaly/anomaly_kmeans_model.h"
#include "kmeans/kmeans_pg.h"
#include "server/budget.h"

PG_FUNCTION_INFO_V1(anomaly_from_kmeans);
Datum
anomaly_from_kmeans(PG_FUNCTION_ARGS)
{
	const SegKmeansScorer *scorer = seg_model_argument(fcinfo, 0, 0, &seg_kmeans_model_type);
	double		contamination = PG_GETARG_FLOAT8(1);
	size_t		size = seg_anomaly_of_kmeans_size(&scorer->model);
	SegAnomalyModel model;
	SegArena	arena;

	if (!(contamination > 0 && contamination <= 0.5))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("contamination must be greater than 0 and at most 0.5")));
	arena = seg_arena(seg_take(1, size), size);
	seg_anomaly_of_kmeans(&scorer->model, contamination, &arena, &model);
	PG_RETURN_BYTEA_P(seg_model_bytes(&seg_anomaly_model_type, &model));
}
