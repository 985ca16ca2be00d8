/*
 * score_pg.c
 *		The aggregate score_fit, score_metrics, score_bins, and the family for the server.
 */
#include "server/family.h"

#include "score/score.h"
#include "score/score_model.h"
#include "server/aggregate.h"
#include "server/hit_fit.h"
#include "stats/wilson.h"

/* ---- the fit ---- */

static bool
is_sound(const void *state, size_t size)
{
	return seg_hit_counts_is_sound(state, size, SEG_SCORE_STATE_MAGIC, SEG_SCORE_GROUPS);
}

static void
fit(const void *state, void *model)
{
	seg_hit_fit_list(state, model);
}

static const SegAggregate aggregate = {
	.state = {SEG_SCORE_STATE_MAGIC, is_sound},
	.given = "options",
	.model = &seg_score_model_type,
	.merge = seg_hit_fit_merge,
	.fit = fit,
};

/* (state, label, score) */
PG_FUNCTION_INFO_V1(score_fit_transfn);
Datum
score_fit_transfn(PG_FUNCTION_ARGS)
{
	SegStates  *states = seg_states(fcinfo);
	SegHitCounts *state = seg_hit_fit_state(fcinfo, states, &aggregate.state, SEG_SCORE_GROUPS);

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		state->fit.rows_skipped++;
	else
		state = seg_hit_fit_count(states, state, 0, PG_GETARG_BOOL(1), PG_GETARG_FLOAT8(2));
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(score_fit_combinefn);
Datum
score_fit_combinefn(PG_FUNCTION_ARGS)
{
	return seg_fit_combine(fcinfo, &aggregate);
}

PG_FUNCTION_INFO_V1(score_fit_finalfn);
Datum
score_fit_finalfn(PG_FUNCTION_ARGS)
{
	return seg_fit_final(fcinfo, &aggregate);
}

/* ---- figures ---- */

#define DECILES 10

/* (model) */
PG_FUNCTION_INFO_V1(score_metrics);
Datum
score_metrics(PG_FUNCTION_ARGS)
{
	const SegHitList *model = seg_model_argument(fcinfo, 0, 0, &seg_score_model_type);
	SegScoreMetrics metrics = seg_score_metrics(model->scores, model->hits, model->n);
	SegScoreBin deciles[DECILES];
	SegRow		row;

	(void) seg_score_bins(model->scores, model->hits, model->n, DECILES, deciles);
	seg_row_begin(&row, seg_call_shape(fcinfo));
	seg_put_int64(&row, metrics.rows);
	seg_put_int64(&row, metrics.positives);
	seg_put_float8(&row, metrics.base_rate);
	seg_put_float8(&row, metrics.auc);
	seg_put_float8(&row, metrics.gini);
	seg_put_float8(&row, metrics.ks);
	seg_put_float8(&row, metrics.brier);
	seg_put_float8(&row, metrics.log_loss);
	seg_put_float8(&row, seg_score_lift(&deciles[0], metrics.rows, metrics.positives));
	return seg_row_value(&row);
}

/* (model, bins, level) */
PG_FUNCTION_INFO_V1(score_bins);
Datum
score_bins(PG_FUNCTION_ARGS)
{
	const SegHitList *model = seg_model_argument(fcinfo, 0, 0, &seg_score_model_type);
	int			bins = PG_GETARG_INT32(1);
	double		level = PG_GETARG_FLOAT8(2);
	SegScoreMetrics metrics;
	SegScoreBin *split;
	size_t		used;
	SegRow		row;

	seg_check_bins(bins, SEG_SCORE_MAX_BINS);
	seg_check_level(level);
	metrics = seg_score_metrics(model->scores, model->hits, model->n);
	split = palloc(bins * sizeof(SegScoreBin));
	used = seg_score_bins(model->scores, model->hits, model->n, bins, split);
	seg_rows_begin(fcinfo, &row);
	for (size_t b = 0; b < used; b++)
	{
		double		lower;
		double		upper;

		seg_wilson(split[b].positives, split[b].rows, level, &lower, &upper);
		seg_put_int32(&row, b + 1);
		seg_put_int64(&row, split[b].rows);
		seg_put_int64(&row, split[b].positives);
		seg_put_float8(&row, split[b].lowest);
		seg_put_float8(&row, split[b].highest);
		seg_put_float8(&row, split[b].mean);
		seg_put_float8(&row, (double) split[b].positives / (double) split[b].rows);
		seg_put_float8(&row, lower);
		seg_put_float8(&row, upper);
		seg_put_float8(&row, seg_score_lift(&split[b], metrics.rows, metrics.positives));
		seg_row_store(&row);
	}
	return (Datum) 0;
}

/* ---- the family ---- */

static void
info(const void *decoded, SegModelInfo *info)
{
	const SegHitList *model = decoded;
	SegScoreMetrics metrics = seg_score_metrics(model->scores, model->hits, model->n);

	info->method = model->level == 0 ? "exact" : "sketch";
	if (model->level > 0)
		info->estimated_error = metrics.auc_error;
	info->rows_used = metrics.rows;
	info->rows_skipped = model->rows_skipped;
}

const SegFamily seg_score_family = {
	.type = &seg_score_model_type,
	.info = info,
};
