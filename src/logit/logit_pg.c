/*
 * logit_pg.c
 *		Functions of a logit model: logit_predict, logit_coefficients, logit_reasons, logit_metrics.
 */
#include "logit/logit_pg.h"

#include "server/error.h"
#include "server/feature_words.h"
#include "server/model.h"
#include "server/model_text.h"
#include "server/rows.h"
#include "stats/profile.h"

/* The quantile of the normal distribution for bounds of 95 %. */
#define NORMAL_975 1.959963984540054

/* ---- rows ---- */

/* A row in the form that the scoring reads. */
typedef struct ScoredRow
{
	const SegLogitModel *model;
	double		row[SEG_MAX_FEATURES];
	double		z[SEG_MAX_FEATURES];
	int32_t		levels[SEG_LOGIT_MAX_CATEGORIES];
} ScoredRow;

/* Read the row of argument 1 on; false if the answer is NULL.  The result is valid until the next call. */
static bool
read_row(FunctionCallInfo fcinfo, bool with_categories, ScoredRow **result)
{
	static ScoredRow scored;
	const SegLogitModel *model = seg_model_argument(fcinfo, 0, 0, &seg_logit_model_type);
	SegLogitInput input;

	seg_logit_open(fcinfo, 1, with_categories, &input);
	seg_logit_check_shape(&input, model->d, model->c, "the model has");
	if (!seg_logit_read(model, &input, scored.row, scored.z, scored.levels))
	{
		seg_features_close(&input.features);
		return false;
	}
	seg_features_close(&input.features);
	scored.model = model;
	*result = &scored;
	return true;
}

static Datum
predict(FunctionCallInfo fcinfo, bool with_categories)
{
	ScoredRow  *scored;
	double		log_odds;

	if (!read_row(fcinfo, with_categories, &scored))
		PG_RETURN_NULL();
	log_odds = seg_logit_log_odds(scored->model, scored->row, scored->z, scored->levels);
	if (isnan(log_odds))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("row is too far from the rows of the fit for its probability to be computed")));
	PG_RETURN_FLOAT8(seg_logit_probability(log_odds));
}

/* (model, features) */
PG_FUNCTION_INFO_V1(logit_predict);
Datum
logit_predict(PG_FUNCTION_ARGS)
{
	return predict(fcinfo, false);
}

/* (model, features, categories) */
PG_FUNCTION_INFO_V1(logit_predict_categories);
Datum
logit_predict_categories(PG_FUNCTION_ARGS)
{
	return predict(fcinfo, true);
}

/* ---- coefficients ---- */

/* coefficient, std_error, z_value, p_value, odds_ratio, lower_bound, upper_bound */
static void
put_figures(SegRow *row, double coefficient, double std_error, bool is_known)
{
	double		z = std_error > 0 ? coefficient / std_error : NAN;
	double		factor = is_known ? 1 : NAN;

	seg_put_float8(row, factor * coefficient);
	seg_put_float8(row, std_error > 0 ? factor * std_error : NAN);
	seg_put_float8(row, factor * z);
	seg_put_float8(row, factor * erfc(fabs(z) / M_SQRT2));
	seg_put_float8(row, factor * exp(coefficient));
	seg_put_float8(row, std_error > 0 ? factor * exp(coefficient - NORMAL_975 * std_error) : NAN);
	seg_put_float8(row, std_error > 0 ? factor * exp(coefficient + NORMAL_975 * std_error) : NAN);
	seg_row_store(row);
}

static void
put_effect(SegRow *row, const char *feature, const char *level, const SegLogitEffect *effect, double coefficient)
{
	seg_put_text(row, feature);
	seg_put_text(row, level);
	put_figures(row, coefficient, effect->std_error, effect->state != SEG_LOGIT_ALIASED);
}

/* (model) */
PG_FUNCTION_INFO_V1(logit_coefficients);
Datum
logit_coefficients(PG_FUNCTION_ARGS)
{
	const SegLogitModel *model = seg_model_decode(PG_GETARG_BYTEA_PP(0), &seg_logit_model_type);
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	put_effect(&row, "(intercept)", NULL, &model->intercept, seg_logit_intercept(model));
	for (uint32 j = 0; j < model->d; j++)
		put_effect(&row, seg_logit_feature_name(model, j), NULL, &model->slopes[j].effect, seg_logit_slope(model, j));
	for (uint32 j = 0; j < model->d; j++)
		if (model->slopes[j].has_indicator)
			put_effect(&row, seg_logit_feature_name(model, j), SEG_LOGIT_MISSING_TEXT, &model->slopes[j].indicator,
					   model->slopes[j].indicator.coefficient);
	for (uint32 k = 0; k < model->c; k++)
		for (uint32 l = 0; l < model->categories[k].count; l++)
		{
			const SegLogitModelLevel *level = &model->categories[k].levels[l];

			CHECK_FOR_INTERRUPTS();
			put_effect(&row, seg_logit_category_name(model, k), seg_logit_level_text(level), &level->effect,
					   level->effect.coefficient);
		}
	return (Datum) 0;
}

/* ---- reasons ---- */

/* The level of a row in words. */
static char *
level_in_words(const SegLogitModel *model, uint32 category, int32 level, const SegText *given)
{
	if (level != SEG_LOGIT_UNSEEN)
		return seg_logit_level_text(&model->categories[category].levels[level]);
	return given->length == 0 ? SEG_LOGIT_MISSING_TEXT : seg_text_from_model(pnstrdup(given->text, given->length));
}

static Datum
reasons(FunctionCallInfo fcinfo, bool with_categories)
{
	ScoredRow  *scored;
	const SegLogitModel *model;
	SegLogitInput input;
	uint32		count;
	double	   *parts;
	double	   *strength;
	uint32	   *places;
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	if (!read_row(fcinfo, with_categories, &scored))
		return (Datum) 0;
	model = scored->model;
	count = model->d + model->c;
	parts = palloc(count * sizeof(double));
	strength = palloc(count * sizeof(double));
	places = palloc(count * sizeof(uint32));
	seg_logit_open(fcinfo, 1, with_categories, &input);
	seg_logit_parts(model, scored->row, scored->z, scored->levels, parts);
	for (uint32 at = 0; at < count; at++)
		strength[at] = fabs(parts[at]);
	seg_profile_order(strength, count, places);
	for (uint32 rank = 0; rank < count; rank++)
	{
		uint32		at = places[rank];
		bool		is_category = at >= model->d;

		CHECK_FOR_INTERRUPTS();
		seg_put_int32(&row, rank + 1);
		seg_put_text(&row, is_category ? seg_logit_category_name(model, at - model->d) : seg_logit_feature_name(model, at));
		seg_put_text(&row, is_category ? level_in_words(model, at - model->d, scored->levels[at - model->d], &input.texts[at - model->d])
					 : isnan(scored->row[at]) ? SEG_LOGIT_MISSING_TEXT : NULL);
		seg_put_float8(&row, is_category ? NAN : scored->row[at]);
		seg_put_float8(&row, is_category ? NAN : model->features[at].mean);
		seg_put_float8(&row, parts[at]);
		seg_put_float8(&row, exp(parts[at]));
		seg_row_store(&row);
	}
	return (Datum) 0;
}

/* (model, features) */
PG_FUNCTION_INFO_V1(logit_reasons);
Datum
logit_reasons(PG_FUNCTION_ARGS)
{
	return reasons(fcinfo, false);
}

/* (model, features, categories) */
PG_FUNCTION_INFO_V1(logit_reasons_categories);
Datum
logit_reasons_categories(PG_FUNCTION_ARGS)
{
	return reasons(fcinfo, true);
}

/* ---- metrics ---- */

typedef struct ColumnCount
{
	uint64		estimated;
	uint64		aliased;
} ColumnCount;

static void
count_effect(const SegLogitEffect *effect, ColumnCount *count)
{
	count->estimated += effect->state == SEG_LOGIT_ESTIMATED;
	count->aliased += effect->state == SEG_LOGIT_ALIASED;
}

static ColumnCount
count_columns(const SegLogitModel *model)
{
	ColumnCount count = {1, 0};

	for (uint32 j = 0; j < model->d; j++)
	{
		count_effect(&model->slopes[j].effect, &count);
		if (model->slopes[j].has_indicator)
			count_effect(&model->slopes[j].indicator, &count);
	}
	for (uint32 k = 0; k < model->c; k++)
		for (uint32 l = 0; l < model->categories[k].count; l++)
			count_effect(&model->categories[k].levels[l].effect, &count);
	return count;
}

/* (model) */
PG_FUNCTION_INFO_V1(logit_metrics);
Datum
logit_metrics(PG_FUNCTION_ARGS)
{
	const SegLogitModel *model = seg_model_argument(fcinfo, 0, 0, &seg_logit_model_type);
	ColumnCount columns = count_columns(model);
	double		nothing = seg_logit_null_log_likelihood(model);
	SegRow		row;

	seg_row_begin(&row, seg_call_shape(fcinfo));
	seg_put_int64(&row, model->rows_used);
	seg_put_int64(&row, model->rows_skipped);
	seg_put_int64(&row, model->positives);
	seg_put_float8(&row, model->positive_weight / model->weight);
	seg_put_float8(&row, model->log_likelihood);
	seg_put_float8(&row, -2 * model->log_likelihood);
	seg_put_float8(&row, -2 * nothing);
	seg_put_float8(&row, 1 - model->log_likelihood / nothing);
	seg_put_float8(&row, 2 * (double) columns.estimated - 2 * model->log_likelihood);
	seg_put_int64(&row, columns.estimated);
	seg_put_int64(&row, columns.aliased);
	seg_put_int64(&row, model->iterations);
	seg_put_bool(&row, model->converged);
	seg_put_text(&row, seg_logit_penalty_words[model->penalty]);
	seg_put_float8(&row, model->penalty == SEG_LOGIT_RIDGE ? model->lambda : NAN);
	return seg_row_value(&row);
}
