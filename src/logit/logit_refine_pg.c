/*
 * logit_refine_pg.c
 *		The aggregate logit_refine: one exact Newton step over rows of any number.
 *
 * The state is a bytea that is changed in place: a SegLogitRefineState.  See server/state.h.
 */
#include "logit/logit_pg.h"

#include "logit/logit_refine_state.h"
#include "server/aggregate.h"
#include "server/error.h"
#include "server/model.h"

static const SegAggregate aggregate;

static void
check(SegStatus status)
{
	if (status == SEG_RANGE_TOO_WIDE)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("row is too far from the rows of the fit, or its weight is too large"),
				 errhint("Leave out extreme values, and divide the weights by a constant.")));
	if (status != SEG_OK)
		seg_raise((SegFault) {status});
}

/* The columns of a model, for seg_model_derived. */
static void *
make_plan(const void *decoded)
{
	const SegLogitModel *model = decoded;
	SegLogitPlan *plan = palloc(sizeof(SegLogitPlan));

	plan->indicators = palloc((model->d + 1) * sizeof(uint32));
	plan->levels = palloc((model->c + 1) * sizeof(uint32));
	seg_logit_plan(model, plan);
	return plan;
}

/* ---- the state ---- */

static bytea *
model_of_state(const SegLogitRefineState *state)
{
	bytea	   *model = palloc(VARHDRSZ + state->model_size);

	SET_VARSIZE(model, VARHDRSZ + state->model_size);
	memcpy(VARDATA(model), seg_logit_refine_model(state), state->model_size);
	return model;
}

static bool
is_sound(const void *bytes, size_t size)
{
	const SegLogitRefineState *state = bytes;
	const SegLogitModel *model;

	if (!seg_logit_refine_is_sound(state, size))
		return false;
	if (state->fit.d == 0)
		return true;
	model = seg_model_decode_or_null(model_of_state(state), &seg_logit_model_type);
	return model != NULL && ((SegLogitPlan *) make_plan(model))->p == state->fit.d &&
		seg_envelope_digest(seg_logit_refine_model(state)) == state->fit.given;
}

static SegLogitRefineState *
begin(SegStates *states, const bytea *model, uint32 p)
{
	size_t		model_size = VARSIZE_ANY_EXHDR(model);
	SegLogitRefineState *state = seg_state_new(states, &aggregate.state, seg_logit_refine_size(p, model_size));

	state->fit.d = p;
	state->model_size = model_size;
	memcpy(seg_logit_refine_model(state), VARDATA_ANY(model), model_size);
	return state;
}

/* Add the row of argument 3 on; false if it is left out. */
static bool
add(SegLogitRefineState *state, const SegLogitPlan *plan, const SegLogitInput *input, bool label, double weight)
{
	static double row[SEG_MAX_FEATURES];
	static double values[SEG_MAX_FEATURES + 1];
	static uint32 columns[SEG_MAX_FEATURES + 1];
	const SegLogitModel *model = plan->model;
	int32_t		levels[SEG_LOGIT_MAX_CATEGORIES];
	size_t		count = 0;

	if (!seg_logit_read(model, input, row, values + 1, levels))
		return false;
	values[0] = 1;
	for (; count <= model->d; count++)
		columns[count] = count;
	for (uint32 j = 0; j < model->d; j++)
		if (plan->indicators[j] > 0 && isnan(row[j]))
		{
			columns[count] = plan->indicators[j];
			values[count++] = 1;
		}
	for (uint32 k = 0; k < model->c; k++)
	{
		int32		column;

		if (levels[k] == SEG_LOGIT_UNSEEN)
			return false;
		column = seg_logit_plan_column(plan, k, levels[k]);
		if (column < 0)
			continue;
		columns[count] = column;
		values[count++] = 1;
	}
	check(seg_logit_refine_add(state, columns, values, count, seg_logit_log_odds(model, row, values + 1, levels), label, weight));
	return true;
}

/* (state, model, label, features[, categories][, weight]) */
static Datum
transition(FunctionCallInfo fcinfo, bool with_categories)
{
	int			weight_argument = with_categories ? 5 : 4;
	SegStates  *states = seg_states(fcinfo);
	double		weight = PG_NARGS() > weight_argument ? seg_logit_weight_argument(fcinfo, weight_argument) : 1;
	SegLogitRefineState *state = NULL;
	const SegLogitModel *model;
	const SegLogitPlan *plan;
	SegLogitInput input;
	uint64		given;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("model must not be null")));
	model = seg_model_argument(fcinfo, 1, 0, &seg_logit_model_type);
	plan = seg_model_derived(fcinfo, 0, make_plan);
	given = seg_model_argument_digest(fcinfo, 0);
	if (model->penalty == SEG_LOGIT_FIRTH)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a model with penalty \"firth\" cannot be refined"),
				 errhint("Its step needs the leverage of each row, for which all rows are needed together.")));
	if (!PG_ARGISNULL(0))
	{
		state = seg_state_own(fcinfo, states, &aggregate.state);
		if (state->fit.given != given)
			seg_refuse_changed(aggregate.given);
	}
	if (PG_ARGISNULL(2) || PG_ARGISNULL(3) || (with_categories && PG_ARGISNULL(4)))
		PG_RETURN_POINTER(seg_fit_skip(states, &aggregate, (SegFitHead *) state, given));
	if (state == NULL || state->fit.d == 0)
	{
		const SegFitHead *empty = (const SegFitHead *) state;

		state = begin(states, PG_GETARG_BYTEA_PP(1), plan->p);
		seg_fit_replace(states, &state->fit, empty, given);
	}
	seg_logit_open(fcinfo, 3, with_categories, &input);
	seg_logit_check_shape(&input, model->d, model->c, "the model has");
	if (weight > 0 && !add(state, plan, &input, PG_GETARG_BOOL(2), weight))
		state->fit.rows_skipped++;
	seg_features_close(&input.features);
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(logit_refine_transfn);
Datum
logit_refine_transfn(PG_FUNCTION_ARGS)
{
	return transition(fcinfo, false);
}

PG_FUNCTION_INFO_V1(logit_refine_categories_transfn);
Datum
logit_refine_categories_transfn(PG_FUNCTION_ARGS)
{
	return transition(fcinfo, true);
}

static void *
merge(SegStates *states, void *own, const void *from)
{
	check(seg_logit_refine_merge(own, from));
	return own;
}

/* ---- the step ---- */

/* OUT design, coefficients: what the step needs of the model. */
static void
read_design(SegLogitModel *model, const SegLogitPlan *plan, SegLogitDesign *design, double *beta)
{
	double	   *scales = palloc0((2 * model->d + 1) * sizeof(double));
	double	   *sd = palloc0(plan->p * sizeof(double));

	*design = (SegLogitDesign) {.p = plan->p,.q = 1 + model->d,.shift = scales,.inverse = scales + model->d,.sd = sd,
		.aliased = palloc0(plan->p * sizeof(bool)),.weight = model->weight
	};
	beta[0] = model->intercept.coefficient;
	for (uint32 column = 1; column < plan->p; column++)
	{
		const SegLogitEffect *effect = seg_logit_plan_effect(model, plan, column);

		beta[column] = effect->coefficient;
		design->aliased[column] = effect->state == SEG_LOGIT_ALIASED;
	}
	for (uint32 j = 0; j < model->d; j++)
	{
		scales[j] = model->features[j].shift;
		scales[model->d + j] = seg_scale_inverse(model->features[j].scale);
		if (plan->indicators[j] > 0)
			sd[plan->indicators[j]] = seg_logit_indicator_sd(model->slopes[j].share, model->weight);
	}
	for (uint32 k = 0; k < model->c; k++)
		for (uint32 l = 0; l < model->categories[k].count; l++)
		{
			int32		column = seg_logit_plan_column(plan, k, l);

			if (column >= 0)
				sd[column] = seg_logit_indicator_sd(model->categories[k].levels[l].share, model->weight);
		}
}

static _Noreturn void
refuse_undetermined(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the rows do not determine all coefficients of the model"),
			 errdetail("For example, a level of the model has no rows."),
			 errhint("Fit the model to a sample of these rows, or use the penalty \"ridge\".")));
}

/* Put the results of the step into the model. */
static void
write_effects(SegLogitModel *model, const SegLogitPlan *plan, const SegLogitFit *fit)
{
	model->intercept.coefficient = fit->beta[0];
	model->intercept.std_error = fit->std_error[0];
	for (uint32 column = 1; column < plan->p; column++)
	{
		SegLogitEffect *effect = seg_logit_plan_effect(model, plan, column);

		if (!isfinite(fit->beta[column]) || !isfinite(fit->std_error[column]))
			refuse_undetermined();
		if (effect->state == SEG_LOGIT_ESTIMATED)
			*effect = (SegLogitEffect) {SEG_LOGIT_ESTIMATED, fit->beta[column], fit->std_error[column]};
	}
}

static void
fit(const void *summed, void *to)
{
	const SegLogitRefineState *state = summed;
	SegLogitModel *model = to;
	SegLogitPlan *plan;
	SegLogitDesign design;
	SegLogitParams params;
	size_t		p = state->fit.d;
	SegLogitSums sums = {.gradient = palloc(p * sizeof(double)), .hessian = seg_take(p, p * sizeof(double))};
	SegLogitFit step = {.beta = palloc0(p * sizeof(double)), .std_error = palloc0(p * sizeof(double))};

	*model = *(SegLogitModel *) seg_model_decode(model_of_state(state), &seg_logit_model_type);
	if (state->rows_used == 0)
		seg_raise((SegFault) {SEG_NO_ROWS, .got = state->fit.rows_skipped});
	if (state->positives == 0 || state->positives == state->rows_used)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("label is true in " UINT64_FORMAT " of " UINT64_FORMAT " rows, but both values are needed",
						state->positives, state->rows_used)));
	plan = make_plan(model);
	model->rows_used = state->rows_used;
	model->rows_skipped = state->fit.rows_skipped;
	model->positives = state->positives;
	model->weight = seg_logit_sum_value(&seg_logit_refine_sums(state)[SEG_LOGIT_SUM_WEIGHT]);
	model->positive_weight = seg_logit_sum_value(&seg_logit_refine_sums(state)[SEG_LOGIT_SUM_POSITIVE]);
	params = (SegLogitParams) {model->penalty, model->lambda, model->max_iterations};
	read_design(model, plan, &design, step.beta);
	seg_logit_refine_total(state, &sums);
	seg_logit_step(&design, &params, &sums, &step, seg_logit_arena(seg_logit_fit_workspace(&design)));
	if (step.is_separated)
		refuse_undetermined();
	write_effects(model, plan, &step);
	model->log_likelihood = Min(step.log_likelihood, 0);
	model->iterations++;
	model->converged = step.converged;
}

static const SegAggregate aggregate = {
	.state = {SEG_LOGIT_REFINE_MAGIC, is_sound},
	.given = "model",
	.model = &seg_logit_model_type,
	.merge = merge,
	.fit = fit,
};

PG_FUNCTION_INFO_V1(logit_refine_combinefn);
Datum
logit_refine_combinefn(PG_FUNCTION_ARGS)
{
	return seg_fit_combine(fcinfo, &aggregate);
}

PG_FUNCTION_INFO_V1(logit_refine_finalfn);
Datum
logit_refine_finalfn(PG_FUNCTION_ARGS)
{
	return seg_fit_final(fcinfo, &aggregate);
}
