/*
 * kmeans_align_pg.c
 *		Keeps cluster numbers over refits: kmeans_align, kmeans_align_rows.
 */
#include "kmeans/kmeans_pg.h"

#include "kmeans/kmeans_align_model.h"
#include "server/budget.h"
#include "server/error.h"
#include "server/fitted_row.h"
#include "server/rows.h"

typedef struct Aligned
{
	SegKmeansModel *new_model;	/* a copy that the caller may renumber */
	const SegKmeansModel *old_model;
	SegKmeansAlignment pairs;
} Aligned;

static void
require_same_features(const SegKmeansModel *new_model, const SegKmeansModel *old_model)
{
	size_t		position;

	if (seg_kmeans_same_features(new_model, old_model, &position))
		return;
	if (position == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("new model has %u features, but the old model has %u", new_model->d, old_model->d)));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("feature %zu is \"%s\" in the new model, but \"%s\" in the old model", position,
					seg_feature_name(&new_model->features[position - 1], position),
					seg_feature_name(&old_model->features[position - 1], position)),
			 errhint("Fit both models on the same features in the same order.")));
}

/* Decode arguments 0 (new) and 1 (old) and pair their clusters. */
static Aligned
align_arguments(FunctionCallInfo fcinfo)
{
	SegKmeansScorer *new_scorer = seg_model_decode(PG_GETARG_BYTEA_PP(0), &seg_kmeans_model_type);
	SegKmeansScorer *old_scorer = seg_model_decode(PG_GETARG_BYTEA_PP(1), &seg_kmeans_model_type);
	Aligned		aligned = {&new_scorer->model, &old_scorer->model};
	SegArena	arena;
	SegStatus	status;
	size_t		position;

	require_same_features(aligned.new_model, aligned.old_model);
	arena = seg_arena(NULL, seg_kmeans_align_workspace(aligned.new_model, aligned.old_model));
	arena.base = seg_take(1, arena.size);
	status = seg_kmeans_align(aligned.new_model, aligned.old_model, &arena, &aligned.pairs, &position);
	if (status != SEG_OK)
		seg_raise((SegFault) {status, .feature = position});
	if (aligned.pairs.next_cluster_id > SEG_KMEANS_MAX_ID)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("cluster numbers up to %d are used up", SEG_KMEANS_MAX_ID)));
	return aligned;
}

PG_FUNCTION_INFO_V1(kmeans_align);
Datum
kmeans_align(PG_FUNCTION_ARGS)
{
	Aligned		aligned = align_arguments(fcinfo);

	seg_kmeans_renumber(aligned.new_model, aligned.old_model, &aligned.pairs);
	PG_RETURN_BYTEA_P(seg_model_bytes(&seg_kmeans_model_type, aligned.new_model));
}

/* Append the row of the cluster at place c of the new model. */
static void
store_new_cluster(SegRow *row, const Aligned *aligned, uint32_t c)
{
	const SegKmeansCluster *cluster = &aligned->new_model->clusters[c];
	const SegKmeansCluster *partner = NULL;
	SegKmeansCluster after = *cluster;

	if (aligned->pairs.old_of[c] < aligned->old_model->k)
		partner = &aligned->old_model->clusters[aligned->pairs.old_of[c]];
	after.cluster_id = aligned->pairs.cluster_id[c];
	if (partner != NULL)
		after.name = partner->name;
	seg_put_text(row, partner != NULL ? "matched" : "new");
	seg_put_int32(row, cluster->cluster_id);
	seg_put_int32(row, after.cluster_id);
	seg_put(row, Int32GetDatum(partner != NULL ? partner->cluster_id : 0), partner == NULL);
	seg_put_text(row, seg_kmeans_cluster_name(&after));
	seg_put_float8(row, aligned->pairs.distance[c]);
	seg_put_int64(row, cluster->size);
	seg_put(row, Int64GetDatum(partner != NULL ? partner->size : 0), partner == NULL);
	seg_row_store(row);
}

static void
store_retired_cluster(SegRow *row, const SegKmeansCluster *cluster)
{
	seg_put_text(row, "retired");
	seg_put_null(row);
	seg_put_null(row);
	seg_put_int32(row, cluster->cluster_id);
	seg_put_text(row, seg_kmeans_cluster_name(cluster));
	seg_put_null(row);
	seg_put_null(row);
	seg_put_int64(row, cluster->size);
	seg_row_store(row);
}

PG_FUNCTION_INFO_V1(kmeans_align_rows);
Datum
kmeans_align_rows(PG_FUNCTION_ARGS)
{
	Aligned		aligned = align_arguments(fcinfo);
	uint32_t	new_k = aligned.new_model->k;
	uint32_t	old_k = aligned.old_model->k;
	uint32_t   *places = palloc(Max(new_k, old_k) * sizeof(uint32_t));
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	seg_kmeans_order_numbers(aligned.pairs.cluster_id, new_k, places);
	for (uint32_t at = 0; at < new_k; at++)
		store_new_cluster(&row, &aligned, places[at]);
	seg_kmeans_order_clusters(aligned.old_model, places);
	for (uint32_t at = 0; at < old_k; at++)
		if (aligned.pairs.new_of[places[at]] == new_k)
			store_retired_cluster(&row, &aligned.old_model->clusters[places[at]]);
	return (Datum) 0;
}
