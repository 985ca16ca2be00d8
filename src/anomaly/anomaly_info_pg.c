/*
 * anomaly_info_pg.c
 *		model_info and model_features of an anomaly model.
 */
#include "anomaly/anomaly_pg.h"

#include "server/feature_words.h"
#include "server/fitted_row.h"

/* True if the scores were computed from all rows; false for a sample. */
static bool
is_exact(const SegAnomalyModel *model)
{
	return !model->partial ||
		(model->method == SEG_ANOMALY_MAHALANOBIS && !model->robust && model->core_rows == model->rows_used);
}

void
seg_anomaly_info(const void *decoded, SegModelInfo *info)
{
	const SegAnomalyModel *model = decoded;

	info->method = is_exact(model) ? "exact" : "sketch";
	/* the standard error of the share of rows above the threshold */
	if (model->partial && model->sample_rows > 0)
		info->estimated_error = sqrt(model->contamination * (1 - model->contamination) / model->sample_rows);
	info->features = model->d;
	info->rows_used = model->rows_used;
	info->rows_skipped = model->rows_skipped;
	info->has_seed = true;
	info->seed = (int64) model->seed;
	seg_info_text(info, "method", seg_anomaly_method_words[model->method]);
	switch (model->method)
	{
		case SEG_ANOMALY_IFOREST:
			seg_info_int(info, "trees", model->forest.n_trees);
			seg_info_int(info, "sample_size", model->forest.sample_size);
			break;
		case SEG_ANOMALY_MAHALANOBIS:
			seg_info_bool(info, "robust", model->robust);
			seg_info_real(info, "shrinkage", model->metric.shrinkage);
			seg_info_int(info, "degrees_of_freedom", model->metric.df);
			seg_info_int(info, "core_rows", model->core_rows);
			break;
		case SEG_ANOMALY_KMEANS:
			info->k = model->spread.k;
			seg_info_int(info, "degrees_of_freedom", model->spread.df);
			break;
	}
	seg_info_real(info, "contamination", model->contamination);
	seg_info_real(info, "threshold", model->threshold);
	seg_info_int(info, "sample_rows", model->sample_rows);
	/* the rows of a k-means model are not available for scoring */
	if (model->sample_rows > 0)
		seg_info_real(info, "flagged_share", (double) model->flagged / (double) model->sample_rows);
	seg_info_text(info, "null_policy", seg_null_policy_words[model->null_policy]);
}

void
seg_anomaly_features(const void *decoded, SegRow *row)
{
	const SegAnomalyModel *model = decoded;

	seg_put_features(row, model->features, model->d, model->null_policy);
}
