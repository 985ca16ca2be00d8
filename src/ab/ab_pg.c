/*
 * ab_pg.c
 *		The arms of a test as rows: ab_rows; and bounds of shares: wilson_interval, newcombe_interval.
 */
#include "server/family.h"

#include "ab/ab_model.h"
#include "server/model_text.h"
#include "stats/wilson.h"

static double
level_argument(FunctionCallInfo fcinfo, int argno)
{
	double		level = PG_GETARG_FLOAT8(argno);

	if (!(level > 0 && level < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("level must be between 0 and 1, but is %g", level)));
	return level;
}

/* ---- ab_rows ---- */

static void
put_bounds(SegRow *row, SegAbBounds bounds)
{
	seg_put_float8(row, bounds.lower);
	seg_put_float8(row, bounds.upper);
}

static void
put_comparison(SegRow *row, const SegAbComparison *with)
{
	seg_put_float8(row, with->difference);
	put_bounds(row, with->difference_bounds);
	seg_put_float8(row, with->z);
	seg_put_float8(row, with->df);
	seg_put_float8(row, with->p);
	seg_put_float8(row, with->lift);
	put_bounds(row, with->lift_bounds);
	seg_put_float8(row, with->adjusted);
	put_bounds(row, with->adjusted_bounds);
	seg_put_float8(row, with->adjusted_p);
	seg_put_float8(row, with->variance_ratio);
	seg_put_float8(row, with->always_p);
	put_bounds(row, with->always_bounds);
}

/* The arm of that name, or -1. */
static int
place_of(const SegAbModel *model, const char *name)
{
	for (uint32 a = 0; a < model->count; a++)
		if (strcmp(model->names[a], name) == 0)
			return a;
	return -1;
}

/* The place of the control; IN wanted: a name in the encoding of the database, or NULL. */
static uint32
control_of(const SegAbModel *model, const char *wanted)
{
	int			place;

	if (wanted != NULL)
	{
		place = place_of(model, seg_text_for_model(wanted));
		if (place < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("control arm \"%s\" has no rows", wanted),
					 errhint("The argument control must be the name of an arm.")));
		return place;
	}
	place = place_of(model, "control");
	return place >= 0 ? place : Max(place_of(model, "holdout"), 0);
}

static void
store_arm(SegRow *row, const SegAbModel *model, uint32 a, uint32 control, const SegAbPlan *plan)
{
	const SegAbMoments *arm = &model->arms[a];
	bool		is_control = a == control;

	seg_put_text(row, seg_text_from_model(model->names[a]));
	seg_put_bool(row, is_control);
	seg_put_int64(row, arm->n);
	seg_put_float8(row, arm->mean);
	seg_put_float8(row, seg_ab_sd(arm));
	put_bounds(row, seg_ab_mean_bounds(arm, plan));
	if (is_control)
	{
		/* it is not compared with itself */
		while (row->filled < row->shape->natts)
			seg_put_null(row);
	}
	else
	{
		SegAbComparison with = seg_ab_compare(arm, &model->arms[control], plan);

		put_comparison(row, &with);
	}
	seg_row_store(row);
}

/* (model, control, level, tuning_n); no rows when an argument other than the control is null */
PG_FUNCTION_INFO_V1(ab_rows);
Datum
ab_rows(PG_FUNCTION_ARGS)
{
	const SegAbModel *model;
	SegAbPlan	plan;
	SegRow		row;
	uint32		control;

	seg_rows_begin(fcinfo, &row);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return (Datum) 0;
	model = seg_model_decode(PG_GETARG_BYTEA_PP(0), &seg_ab_model_type);
	plan = (SegAbPlan) {model->is_binary, level_argument(fcinfo, 2), PG_GETARG_FLOAT8(3), NAN};
	if (!(plan.tuning_n >= 1 && plan.tuning_n <= 1e15))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("tuning_n must be from 1 to 1e15, but is %g", plan.tuning_n)));
	if (model->has_covariate)
		plan.theta = seg_ab_theta(model->arms, model->count);
	control = control_of(model, PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1)));
	store_arm(&row, model, control, control, &plan);
	for (uint32 a = 0; a < model->count; a++)
	{
		CHECK_FOR_INTERRUPTS();
		if (a != control)
			store_arm(&row, model, a, control, &plan);
	}
	return (Datum) 0;
}

/* ---- intervals ---- */

/* Arguments argno, argno + 1: hits out of n. */
static void
check_share(FunctionCallInfo fcinfo, int argno)
{
	int64		hits = PG_GETARG_INT64(argno);
	int64		n = PG_GETARG_INT64(argno + 1);

	if (n < 0 || hits < 0 || hits > n)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("successes must be from 0 to the number of rows, but are " INT64_FORMAT " of " INT64_FORMAT, hits, n)));
}

static Datum
bounds_value(FunctionCallInfo fcinfo, double lower, double upper)
{
	SegRow		row;

	seg_row_begin(&row, seg_call_shape(fcinfo));
	seg_put_float8(&row, lower);
	seg_put_float8(&row, upper);
	return seg_row_value(&row);
}

/* (successes, n, level) */
PG_FUNCTION_INFO_V1(wilson_interval);
Datum
wilson_interval(PG_FUNCTION_ARGS)
{
	double		lower;
	double		upper;

	check_share(fcinfo, 0);
	seg_wilson(PG_GETARG_INT64(0), PG_GETARG_INT64(1), level_argument(fcinfo, 2), &lower, &upper);
	return bounds_value(fcinfo, lower, upper);
}

/* (successes_1, n_1, successes_2, n_2, level) */
PG_FUNCTION_INFO_V1(newcombe_interval);
Datum
newcombe_interval(PG_FUNCTION_ARGS)
{
	double		lower;
	double		upper;

	check_share(fcinfo, 0);
	check_share(fcinfo, 2);
	seg_newcombe(PG_GETARG_INT64(0), PG_GETARG_INT64(1), PG_GETARG_INT64(2), PG_GETARG_INT64(3),
				 level_argument(fcinfo, 4), &lower, &upper);
	return bounds_value(fcinfo, lower, upper);
}
