/*
 * pca_info_pg.c
 *		What a PCA model tells in model_info and model_features.
 */
#include "pca/pca_pg.h"

static const char *const standardize_names[] = {"zscore", "robust", "minmax", "none"};
static const char *const transform_names[] = {"none", "log1p"};
static const char *const null_policy_names[] = {"error", "skip", "mean", "median", "zero"};

void
seg_pca_info(const void *decoded, SegModelInfo *info)
{
	const SegPcaModel *model = decoded;
	double		explained = 0;

	for (uint32_t c = 0; c < model->components; c++)
		explained += model->variances[c];
	info->features = model->d;
	info->rows_used = model->rows_used;
	info->rows_skipped = model->rows_skipped;
	if (model->total_variance > 0)
		info->explained_fraction = explained / model->total_variance;
	seg_info_int(info, "n_components", model->components);
	seg_info_text(info, "standardize", standardize_names[model->standardize]);
	seg_info_text(info, "null_policy", null_policy_names[model->null_policy]);
	seg_info_bool(info, "aligned", model->aligned);
}

/* What a null becomes, in input units; NaN when it becomes nothing. */
static double
fill_of(const SegPcaModel *model, const SegPcaFeature *feature)
{
	if (model->null_policy == SEG_NULL_ZERO)
		return 0;
	if (model->null_policy != SEG_NULL_MEAN)
		return NAN;
	return feature->transform == SEG_TRANSFORM_LOG1P ? expm1(feature->shift) : feature->shift;
}

void
seg_pca_features(const void *decoded, SegRow *row)
{
	const SegPcaModel *model = decoded;

	for (uint32_t j = 0; j < model->d; j++)
	{
		const SegPcaFeature *feature = &model->features[j];
		SegFeatureInfo line = seg_feature_info(j + 1, seg_pca_feature_name(feature, j + 1));

		line.transform = transform_names[feature->transform];
		line.shift = feature->shift;
		line.scale = feature->scale;
		line.fill = fill_of(model, feature);
		line.imputed = isnan(line.fill) ? 0 : (int64) feature->missing;
		if (feature->histogram.bins > 0)
		{
			line.minimum = feature->histogram.low;
			line.maximum = feature->histogram.high;
			line.mean = feature->mean;
		}
		if (feature->transform == SEG_TRANSFORM_NONE)
			line.sd = feature->sd;
		seg_store_feature(row, &line);
	}
}
