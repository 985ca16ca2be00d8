/*
 * logit_refine_state.c
 *		Sums of rows at the coefficients of a model; see logit_refine_state.h.
 */
#include "logit/logit_refine_state.h"

#define UNIT 0x1.0p-60

/* Products of a weight and two values of columns are below this: then 2^26 rows cannot overflow. */
#define MOST 0x1.0p+40

/* ---- the columns of a model ---- */

void
seg_logit_plan(const SegLogitModel *model, SegLogitPlan *plan)
{
	plan->model = model;
	plan->p = 1 + model->d;
	for (uint32_t j = 0; j < model->d; j++)
		plan->indicators[j] = model->slopes[j].has_indicator ? plan->p++ : 0;
	for (uint32_t k = 0; k < model->c; k++)
	{
		plan->levels[k] = plan->p;
		plan->p += model->categories[k].count - 1;
	}
}

int32_t
seg_logit_plan_column(const SegLogitPlan *plan, uint32_t category, uint32_t level)
{
	const SegLogitCategory *levels = &plan->model->categories[category];
	uint32_t	before = 0;

	if (levels->levels[level].effect.state == SEG_LOGIT_REFERENCE)
		return -1;
	while (levels->levels[before].effect.state != SEG_LOGIT_REFERENCE && before < level)
		before++;
	return (int32_t) (plan->levels[category] + level - (before < level));
}

SegLogitEffect *
seg_logit_plan_effect(SegLogitModel *model, const SegLogitPlan *plan, uint32_t column)
{
	uint32_t	k = model->c;

	Assert(column > 0 && column < plan->p);
	if (column <= model->d)
		return &model->slopes[column - 1].effect;
	for (uint32_t j = 0; j < model->d; j++)
		if (plan->indicators[j] == column)
			return &model->slopes[j].indicator;
	while (k > 1 && plan->levels[k - 1] > column)
		k--;
	/* categories of one level have no columns, and the number of the next one */
	while (plan->levels[k - 1] + model->categories[k - 1].count - 1 <= column)
		k--;
	for (uint32_t l = 0;; l++)
		if (seg_logit_plan_column(plan, k - 1, l) == (int32_t) column)
			return &model->categories[k - 1].levels[l].effect;
}

/* ---- the state ---- */

SegLogitSum *
seg_logit_refine_sums(const SegLogitRefineState *state)
{
	return (SegLogitSum *) (state + 1);
}

uint8_t *
seg_logit_refine_model(const SegLogitRefineState *state)
{
	return (uint8_t *) (seg_logit_refine_sums(state) + seg_logit_sums(state->fit.d));
}

bool
seg_logit_refine_is_sound(const SegLogitRefineState *state, size_t size)
{
	if (seg_fit_is_empty(&state->fit, size, SEG_LOGIT_REFINE_MAGIC))
		return true;
	return size >= sizeof(SegLogitRefineState) && state->fit.state.magic == SEG_LOGIT_REFINE_MAGIC &&
		state->fit.d >= 1 && state->fit.d <= SEG_MAX_FEATURES && state->model_size < ((size_t) 1 << 31) &&
		size == seg_logit_refine_size(state->fit.d, state->model_size) &&
		state->rows_used <= SEG_STATE_MOST_ROWS && state->fit.rows_skipped <= SEG_STATE_MOST_ROWS &&
		state->positives <= state->rows_used;
}

/* ---- sums ---- */

static __int128
units(const SegLogitSum *sum)
{
	return ((__int128) sum->high << 64) | sum->low;
}

static bool
add_units(SegLogitSum *sum, __int128 more)
{
	__int128	total;

	if (__builtin_add_overflow(units(sum), more, &total))
		return false;
	sum->low = (uint64_t) total;
	sum->high = (int64_t) (total >> 64);
	return true;
}

/* sum += x, which is rounded to a whole number of units */
static bool
add_number(SegLogitSum *sum, double x)
{
	return fabs(x) < MOST && add_units(sum, (__int128) rint(x / UNIT));
}

double
seg_logit_sum_value(const SegLogitSum *sum)
{
	return (double) units(sum) * UNIT;
}

SegStatus
seg_logit_refine_add(SegLogitRefineState *state, const uint32_t *columns, const double *values, size_t count,
					 double log_odds, bool label, double weight)
{
	SegLogitSum *sums = seg_logit_refine_sums(state);
	SegLogitSum *gradient = sums + SEG_LOGIT_SUM_GRADIENT;
	SegLogitSum *hessian = gradient + state->fit.d;
	double		probability = seg_logit_probability(log_odds);
	double		residual = weight * (label ? seg_logit_probability(-log_odds) : -probability);
	double		information = weight * probability * seg_logit_probability(-log_odds);
	bool		fits;

	fits = add_number(&sums[SEG_LOGIT_SUM_WEIGHT], weight) &&
		add_number(&sums[SEG_LOGIT_SUM_POSITIVE], label ? weight : 0) &&
		add_number(&sums[SEG_LOGIT_SUM_LIKELIHOOD], -weight * seg_logit_softplus(label ? -log_odds : log_odds));
	for (size_t a = 0; a < count && fits; a++)
	{
		size_t		line = (size_t) columns[a] * (columns[a] + 1) / 2;

		fits = add_number(&gradient[columns[a]], residual * values[a]);
		for (size_t b = 0; b <= a && fits; b++)
			fits = add_number(&hessian[line + columns[b]], information * values[a] * values[b]);
	}
	state->rows_used++;
	state->positives += label;
	return fits ? SEG_OK : SEG_RANGE_TOO_WIDE;
}

SegStatus
seg_logit_refine_merge(SegLogitRefineState *into, const SegLogitRefineState *from)
{
	SegLogitSum *sums = seg_logit_refine_sums(into);
	const SegLogitSum *more = seg_logit_refine_sums(from);

	for (size_t i = 0; i < seg_logit_sums(into->fit.d); i++)
	{
		seg_check_step(i);
		if (!add_units(&sums[i], units(&more[i])))
			return SEG_RANGE_TOO_WIDE;
	}
	into->rows_used += from->rows_used;
	into->positives += from->positives;
	return SEG_OK;
}

void
seg_logit_refine_total(const SegLogitRefineState *state, SegLogitSums *total)
{
	const SegLogitSum *sums = seg_logit_refine_sums(state);
	const SegLogitSum *next = sums + SEG_LOGIT_SUM_GRADIENT;
	size_t		p = state->fit.d;

	total->log_likelihood = seg_logit_sum_value(&sums[SEG_LOGIT_SUM_LIKELIHOOD]);
	total->max_eta = 0;
	for (size_t j = 0; j < p; j++)
		total->gradient[j] = seg_logit_sum_value(next++);
	for (size_t i = 0; i < p; i++)
		for (size_t j = 0; j <= i; j++)
			total->hessian[i + j * p] = seg_logit_sum_value(next++);
}
