/*
 * uplift_pg.c
 *		The aggregate uplift_fit, uplift_metrics, uplift_bins, and the family for the server.
 */
#include "server/family.h"

#include "server/aggregate.h"
#include "server/budget.h"
#include "server/hit_fit.h"
#include "stats/chisq.h"
#include "stats/wilson.h"
#include "uplift/uplift_model.h"

/* ---- the fit ---- */

static bool
is_sound(const void *state, size_t size)
{
	return seg_hit_counts_is_sound(state, size, SEG_UPLIFT_STATE_MAGIC, SEG_UPLIFT_GROUPS);
}

static void
fit(const void *state, void *model)
{
	seg_hit_fit_list(state, model);
}

static const SegAggregate aggregate = {
	.state = {SEG_UPLIFT_STATE_MAGIC, is_sound},
	.given = "options",
	.model = &seg_uplift_model_type,
	.merge = seg_hit_fit_merge,
	.fit = fit,
};

/* (state, treated, outcome, score) */
PG_FUNCTION_INFO_V1(uplift_fit_transfn);
Datum
uplift_fit_transfn(PG_FUNCTION_ARGS)
{
	SegStates  *states = seg_states(fcinfo);
	SegHitCounts *state = seg_hit_fit_state(fcinfo, states, &aggregate.state, SEG_UPLIFT_GROUPS);

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		state->fit.rows_skipped++;
	else
		state = seg_hit_fit_count(states, state, PG_GETARG_BOOL(1) ? SEG_UPLIFT_TREATED : SEG_UPLIFT_CONTROL,
								  PG_GETARG_BOOL(2), PG_GETARG_FLOAT8(3));
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(uplift_fit_combinefn);
Datum
uplift_fit_combinefn(PG_FUNCTION_ARGS)
{
	return seg_fit_combine(fcinfo, &aggregate);
}

PG_FUNCTION_INFO_V1(uplift_fit_finalfn);
Datum
uplift_fit_finalfn(PG_FUNCTION_ARGS)
{
	return seg_fit_final(fcinfo, &aggregate);
}

/* ---- figures ---- */

/* Below these numbers the interval of Q, a normal one, is not to be trusted. */
#define LEAST_ROWS 50			/* of each group */
#define LEAST_OUTCOMES 20		/* of both groups together; and as many rows without an outcome */

static const char *
verdict_of(const SegUpliftMetrics *metrics, double lower, double upper)
{
	SegHits		treated = metrics->totals[SEG_UPLIFT_TREATED];
	SegHits		control = metrics->totals[SEG_UPLIFT_CONTROL];
	uint64		hits = (uint64) treated.hits + control.hits;
	uint64		rows = (uint64) treated.rows + control.rows;

	if (treated.rows < LEAST_ROWS || control.rows < LEAST_ROWS || hits < LEAST_OUTCOMES || rows - hits < LEAST_OUTCOMES)
		return "too few rows";
	if (lower > 0)
		return "evidence";
	return upper < 0 ? "reversed" : "no evidence";
}

static double
rate_of(SegHits hits)
{
	return (double) hits.hits / (double) hits.rows;
}

/* The two rates, their difference, and its interval. */
static void
put_rates(SegRow *row, const SegHits *totals, double level)
{
	SegHits		treated = totals[SEG_UPLIFT_TREATED];
	SegHits		control = totals[SEG_UPLIFT_CONTROL];
	double		lower;
	double		upper;

	seg_newcombe(treated.hits, treated.rows, control.hits, control.rows, level, &lower, &upper);
	seg_put_float8(row, rate_of(treated));
	seg_put_float8(row, rate_of(control));
	seg_put_float8(row, rate_of(treated) - rate_of(control));
	seg_put_float8(row, lower);
	seg_put_float8(row, upper);
}

/* (model, level) */
PG_FUNCTION_INFO_V1(uplift_metrics);
Datum
uplift_metrics(PG_FUNCTION_ARGS)
{
	const SegHitList *model = seg_model_argument(fcinfo, 0, 0, &seg_uplift_model_type);
	double		level = PG_GETARG_FLOAT8(1);
	SegUpliftMetrics metrics;
	SegUpliftStep *steps;
	double		half;
	double		z;
	SegRow		row;

	seg_check_level(level);
	seg_budget_check(model->n * sizeof(SegUpliftStep));
	steps = palloc_extended(model->n * sizeof(SegUpliftStep), MCXT_ALLOC_HUGE);
	metrics = seg_uplift_metrics(model->hits, model->n, steps);
	pfree(steps);
	half = sqrt(seg_chisq_quantile(level, 1)) * metrics.std_error;
	z = metrics.qini / metrics.std_error;
	seg_row_begin(&row, seg_call_shape(fcinfo));
	seg_put_int64(&row, metrics.totals[SEG_UPLIFT_TREATED].rows);
	seg_put_int64(&row, metrics.totals[SEG_UPLIFT_CONTROL].rows);
	put_rates(&row, metrics.totals, level);
	seg_put_float8(&row, metrics.qini);
	seg_put_float8(&row, metrics.std_error);
	seg_put_float8(&row, metrics.qini - half);
	seg_put_float8(&row, metrics.qini + half);
	seg_put_float8(&row, z);
	seg_put_float8(&row, isfinite(z) ? seg_chisq_tail(z * z, 1) : NAN);
	seg_put_text(&row, verdict_of(&metrics, metrics.qini - half, metrics.qini + half));
	return seg_row_value(&row);
}

/* (model, bins, level) */
PG_FUNCTION_INFO_V1(uplift_bins);
Datum
uplift_bins(PG_FUNCTION_ARGS)
{
	const SegHitList *model = seg_model_argument(fcinfo, 0, 0, &seg_uplift_model_type);
	int			bins = PG_GETARG_INT32(1);
	double		level = PG_GETARG_FLOAT8(2);
	SegUpliftBin *split;
	size_t		used;
	SegRow		row;

	seg_check_bins(bins, SEG_HIT_MOST_BINS);
	seg_check_level(level);
	split = palloc(bins * sizeof(SegUpliftBin));
	used = seg_uplift_bins(model->scores, model->hits, model->n, bins, split);
	seg_rows_begin(fcinfo, &row);
	for (size_t b = 0; b < used; b++)
	{
		seg_put_int32(&row, b + 1);
		for (size_t g = 0; g < SEG_UPLIFT_GROUPS; g++)
		{
			seg_put_int64(&row, split[b].totals[g].rows);
			seg_put_int64(&row, split[b].totals[g].hits);
		}
		seg_put_float8(&row, split[b].lowest);
		seg_put_float8(&row, split[b].highest);
		seg_put_float8(&row, split[b].mean);
		put_rates(&row, split[b].totals, level);
		seg_put_float8(&row, split[b].curve);
		seg_row_store(&row);
	}
	return (Datum) 0;
}

/* ---- the family ---- */

static void
info(const void *decoded, SegModelInfo *info)
{
	const SegHitList *model = decoded;

	info->method = model->level == 0 ? "exact" : "sketch";
	info->rows_used = 0;
	for (size_t i = 0; i < (size_t) model->n * SEG_UPLIFT_GROUPS; i++)
	{
		seg_check_step(i);
		info->rows_used += model->hits[i].rows;
	}
	info->rows_skipped = model->rows_skipped;
}

const SegFamily seg_uplift_family = {
	.type = &seg_uplift_model_type,
	.info = info,
};
