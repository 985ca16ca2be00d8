/*
 * logit_info_pg.c
 *		Logit models in model_info and model_features, names of their parts, and the family.
 */
#include "logit/logit_pg.h"

#include "utils/json.h"

#include "server/family.h"
#include "server/feature_words.h"
#include "server/fitted_row.h"
#include "server/model_text.h"

char *
seg_logit_feature_name(const SegLogitModel *model, uint32 j)
{
	return seg_feature_name(&model->features[j], j + 1);
}

char *
seg_logit_category_name(const SegLogitModel *model, uint32 k)
{
	return seg_name_from_model(model->categories[k].name, "category", k + 1);
}

char *
seg_logit_level_text(const SegLogitModelLevel *level)
{
	return level->kind == SEG_LOGIT_MISSING ? SEG_LOGIT_MISSING_TEXT : level->kind == SEG_LOGIT_OTHER ? SEG_LOGIT_OTHER_TEXT
		: seg_text_from_model(level->text);
}

static void
names_info(const SegLogitModel *model, SegModelInfo *info)
{
	StringInfoData list;

	if (model->c == 0)
		return;
	initStringInfo(&list);
	for (uint32 k = 0; k < model->c; k++)
	{
		appendStringInfoChar(&list, k == 0 ? '[' : ',');
		escape_json(&list, seg_logit_category_name(model, k));
	}
	appendStringInfoChar(&list, ']');
	seg_info_json(info, "category_names", list.data);
}

void
seg_logit_info(const void *decoded, SegModelInfo *info)
{
	const SegLogitModel *model = decoded;

	info->features = model->d;
	info->rows_used = model->rows_used;
	info->rows_skipped = model->rows_skipped;
	info->iterations = model->iterations;
	info->converged = model->converged;
	seg_info_text(info, "penalty", seg_logit_penalty_words[model->penalty]);
	if (model->penalty == SEG_LOGIT_RIDGE)
		seg_info_real(info, "lambda", model->lambda);
	seg_info_text(info, "null_policy", seg_null_policy_words[model->null_policy]);
	seg_info_bool(info, "indicator", model->indicator);
	seg_info_int(info, "min_level_count", model->min_level_count);
	seg_info_int(info, "max_iterations", model->max_iterations);
	names_info(model, info);
	seg_info_real(info, "log_likelihood", model->log_likelihood);
	seg_info_real(info, "weight", model->weight);
}

void
seg_logit_features(const void *decoded, SegRow *row)
{
	const SegLogitModel *model = decoded;

	seg_put_features(row, model->features, model->d, model->null_policy);
}

static void
check_options(const Jsonb *jsonb, size_t d, const SegFitArguments *arguments)
{
	SegLogitOptions options;

	seg_logit_options_read(jsonb, &options);
	seg_logit_options_check(&options, d, -1);
}

const SegFamily seg_logit_family = {
	.type = &seg_logit_model_type,
	.info = seg_logit_info,
	.features = seg_logit_features,
	.options = seg_logit_option_table,
	.defaults = &seg_logit_defaults,
	.check_options = check_options,
};
