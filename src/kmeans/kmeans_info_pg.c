/*
 * kmeans_info_pg.c
 *		The k-means family for the server: model_info of a model, and its options.
 */
#include "kmeans/kmeans_options_pg.h"
#include "kmeans/kmeans_pg.h"
#include "server/family.h"
#include "server/budget.h"
#include "server/feature_words.h"
#include "server/fitted_row.h"


/* One word if all features have the same transform, else one word per feature. */
static void
transform_info(const SegKmeansModel *model, SegModelInfo *info)
{
	StringInfoData list;
	bool		alike = true;

	initStringInfo(&list);
	for (uint32_t j = 0; j < model->d; j++)
	{
		appendStringInfo(&list, "%c\"%s\"", j == 0 ? '[' : ',', seg_transform_words[model->features[j].transform]);
		alike = alike && model->features[j].transform == model->features[0].transform;
	}
	appendStringInfoChar(&list, ']');
	if (alike)
		seg_info_text(info, "transform", seg_transform_words[model->features[0].transform]);
	else
		seg_info_json(info, "transform", list.data);
}

static void
kmeans_info(const void *scorer, SegModelInfo *info)
{
	const SegKmeansModel *model = &((const SegKmeansScorer *) scorer)->model;

	info->features = model->d;
	info->rows_used = model->rows_used;
	info->rows_skipped = model->rows_skipped;
	info->k = model->k;
	info->inertia = model->inertia;
	info->between_ss = model->between_ss;
	if (model->total_ss > 0)
		info->explained_fraction = model->between_ss / model->total_ss;
	if (model->silhouette_rows > 0)
		info->silhouette = model->silhouette;
	info->iterations = model->iterations;
	info->converged = model->converged;
	info->has_seed = true;
	info->seed = (int64) model->seed;
	seg_info_text(info, "algorithm", seg_kmeans_algorithm_words[model->algorithm]);
	seg_info_text(info, "standardize", seg_standardize_words[model->standardize]);
	transform_info(model, info);
	seg_info_text(info, "null_policy", seg_null_policy_words[model->null_policy]);
	seg_info_text(info, "init_method", seg_kmeans_init_method_words[model->init_method]);
	seg_info_int(info, "n_init", model->n_init);
	seg_info_int(info, "max_iterations", model->max_iterations);
	seg_info_real(info, "tolerance", model->tolerance);
	seg_info_real(info, "weight", model->weight);
	seg_info_int(info, "next_cluster_id", model->next_cluster_id);
	if (model->silhouette_rows > 0)
	{
		seg_info_int(info, "silhouette_rows", model->silhouette_rows);
		seg_info_bool(info, "silhouette_is_exact", model->silhouette_is_exact);
	}
	seg_info_bool(info, "quartiles_are_exact", model->has_exact_quartiles);
}

static void
kmeans_features(const void *scorer, SegRow *row)
{
	const SegKmeansModel *model = &((const SegKmeansScorer *) scorer)->model;

	seg_put_features(row, model->features, model->d, model->null_policy);
}

/* Check the starting centers, with scale 1 for all features. */
static void
check_centers(const SegKmeansOptions *options, size_t k, size_t d)
{
	SegScale   *scales = palloc0(d * sizeof(SegScale));

	for (size_t j = 0; j < d; j++)
	{
		scales[j].scale = 1;
		scales[j].transform = options->transform.items[options->transform.count < 0 ? 0 : j];
	}
	seg_kmeans_start_from(&options->centroids, scales, k, d,
						  seg_take(k, d * sizeof(double)));
}

static void
kmeans_check_options(const Jsonb *jsonb, size_t d, const SegFitArguments *arguments)
{
	SegKmeansOptions options;

	seg_kmeans_options_read(jsonb, arguments->k == SEG_NUMBER_NULL ? SEG_KMEANS_BEST_K : SEG_KMEANS_FIXED_K, &options);
	seg_kmeans_options_check_width(&options, d);
	if (arguments->k == SEG_NUMBER_NULL)
	{
		seg_kmeans_check_range(&options, arguments->k_min, arguments->k_max);
		return;
	}
	seg_kmeans_check_k("k", arguments->k, SEG_KMEANS_MAX_K);
	if (options.init_method == SEG_INIT_CENTROIDS)
		check_centers(&options, arguments->k, d);
}

const SegFamily seg_kmeans_family = {
	.type = &seg_kmeans_model_type,
	.info = kmeans_info,
	.features = kmeans_features,
	.options = seg_kmeans_option_table,
	.defaults = &seg_kmeans_option_defaults,
	.check_options = kmeans_check_options,
};
