/*
 * pca_info_pg.c
 *		model_info and model_features of a PCA model.
 */
#include "pca/pca_pg.h"

#include "server/feature_words.h"
#include "server/fitted_row.h"

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
	seg_info_text(info, "standardize", seg_standardize_words[model->standardize]);
	seg_info_text(info, "null_policy", seg_null_policy_words[model->null_policy]);
	seg_info_bool(info, "aligned", model->aligned);
}

void
seg_pca_features(const void *decoded, SegRow *row)
{
	const SegPcaModel *model = decoded;

	seg_put_features(row, model->features, model->d, model->null_policy);
}
