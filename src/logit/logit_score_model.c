/*
 * logit_score_model.c
 *		Scoring rows with a logit model; see logit_model.h.
 */
#include "logit/logit_model.h"

size_t
seg_logit_prepared_size(uint32_t d)
{
	return seg_row_transform_size(d);
}

SegStatus
seg_logit_prepare(SegLogitModel *model, SegArena *arena)
{
	for (uint32_t k = 0; k < model->c; k++)
	{
		SegLogitCategory *category = &model->categories[k];

		category->mean = 0;
		for (uint32_t l = 0; l < category->count; l++)
			category->mean += category->levels[l].share * category->levels[l].effect.coefficient;
	}
	/* nulls are handled before the transform */
	return seg_row_transform_make(model->features, model->d, SEG_NULL_ZERO, arena, &model->transform);
}

double
seg_logit_indicator_sd(double share, double weight)
{
	return weight > 1 ? sqrt(share * (1 - share) * weight / (weight - 1)) : 0;
}

double
seg_logit_slope(const SegLogitModel *model, uint32_t j)
{
	return model->slopes[j].effect.coefficient * seg_scale_inverse(model->features[j].scale);
}

double
seg_logit_intercept(const SegLogitModel *model)
{
	double		intercept = model->intercept.coefficient;

	for (uint32_t j = 0; j < model->d; j++)
		intercept -= seg_logit_slope(model, j) * model->features[j].shift;
	return intercept;
}

double
seg_logit_null_log_likelihood(const SegLogitModel *model)
{
	double		negative = model->weight - model->positive_weight;

	return model->positive_weight * log(model->positive_weight / model->weight) + negative * log(negative / model->weight);
}

static int32_t
level_of_kind(const SegLogitCategory *category, SegLogitLevelKind kind)
{
	for (uint32_t back = 0; back < 2 && back < category->count; back++)
		if (category->levels[category->count - 1 - back].kind == kind)
			return (int32_t) (category->count - 1 - back);
	return SEG_LOGIT_UNSEEN;
}

int32_t
seg_logit_find_level(const SegLogitCategory *category, const char *text, size_t length)
{
	uint32_t	low = 0;
	uint32_t	high = category->count;

	if (length == 0)
		return level_of_kind(category, SEG_LOGIT_MISSING);
	while (low < high)
	{
		uint32_t	middle = low + (high - low) / 2;
		const SegLogitModelLevel *level = &category->levels[middle];
		int			order = level->kind != SEG_LOGIT_VALUE ? 1 : strncmp(level->text, text, length);

		if (order == 0 && level->text[length] == '\0')
			return (int32_t) middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return level_of_kind(category, SEG_LOGIT_OTHER);
}

void
seg_logit_parts(const SegLogitModel *model, const double *row, const double *z, const int32_t *levels, double *parts)
{
	for (uint32_t j = 0; j < model->d; j++)
	{
		const SegLogitSlope *slope = &model->slopes[j];

		parts[j] = slope->effect.coefficient * (z[j] - model->features[j].center);
		if (slope->has_indicator)
			parts[j] += slope->indicator.coefficient * (isnan(row[j]) - slope->share);
	}
	for (uint32_t k = 0; k < model->c; k++)
	{
		const SegLogitCategory *category = &model->categories[k];

		parts[model->d + k] = levels[k] == SEG_LOGIT_UNSEEN ? 0 : category->levels[levels[k]].effect.coefficient - category->mean;
	}
}

double
seg_logit_log_odds(const SegLogitModel *model, const double *row, const double *z, const int32_t *levels)
{
	double		sum = model->intercept.coefficient;

	for (uint32_t j = 0; j < model->d; j++)
	{
		const SegLogitSlope *slope = &model->slopes[j];

		sum += slope->effect.coefficient * z[j];
		if (slope->has_indicator && isnan(row[j]))
			sum += slope->indicator.coefficient;
	}
	for (uint32_t k = 0; k < model->c; k++)
	{
		const SegLogitCategory *category = &model->categories[k];

		sum += levels[k] == SEG_LOGIT_UNSEEN ? category->mean : category->levels[levels[k]].effect.coefficient;
	}
	return sum;
}
