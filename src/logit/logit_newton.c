/*
 * logit_newton.c
 *		The maximum of the likelihood of a logistic regression; see logit.h.
 */
#include "logit/logit_hessian.h"

#include "stats/linalg.h"

/*
 * Newton's method ends when the last step changes the log-odds of the rows by less than 1e-7
 * (root mean square, weighted by information).  That step is still taken; as convergence is
 * quadratic, the error behind it is a square of that.  Standard errors are those before it.
 * A pass over many numbers is dear, and 1e-5 leaves coefficients and likelihood as exact.
 * The steps of Firth converge linearly.
 */
#define SMALL_STEP 1e-14
#define SMALL_STEP_OF_MANY 1e-10
#define MANY_NUMBERS 2e6
#define SMALL_LINEAR_STEP 1e-22

/* Separation is looked for from this step on, once log-odds are as large. */
#define SEPARATION_STEP 4
#define SEPARATION_ETA 6.0

/* A step that changes the log-odds of a row by so much is no last one. */
#define LARGE_CHANGE 1e-3

#define MOST_HALVINGS 40

typedef struct Newton
{
	const SegLogitDesign *design;
	const SegLogitRows *rows;
	const SegLogitParams *params;
	SegLogitSums sums;			/* at the coefficients */
	SegLogitSums trial;			/* at those of a step */
	double	   *next;			/* p: coefficients of a step */
	double	   *step;			/* p */
	double	   *root;			/* p: 1 / the root of the diagonal of the Hessian */
	double	   *factor;			/* p x p: Cholesky factor of the Hessian, scaled to a diagonal of 1 */
	SegArena	arena;			/* for a pass over the rows */
} Newton;

/* ---- Firth ---- */

/* The rows of a block, all columns, times root: OUT lines[count][p]. */
static void
scaled_lines(const Newton *newton, const SegLogitBlock *block, double *lines)
{
	const SegLogitDesign *design = newton->design;
	size_t		p = design->p;

	memset(lines, 0, block->count * p * sizeof(double));
	for (size_t i = 0; i < block->count; i++)
	{
		double	   *line = lines + i * p;

		for (size_t j = 0; j < design->q; j++)
			if (!design->aliased[j])
				line[j] = block->dense[i * design->q + j] * newton->root[j];
		for (size_t g = 0; g < design->groups; g++)
		{
			int32_t		column = block->active[i * design->groups + g];

			if (column >= 0 && !design->aliased[column])
				line[column] = newton->root[column];
		}
	}
}

/*
 * The gradient of Firth: each row's leverage h adds h (1/2 - probability) to its residual,
 * where h is its part of the trace of the hat matrix.
 */
static void
adjust_gradient(Newton *newton, const double *beta)
{
	const SegLogitDesign *design = newton->design;
	const SegLogitRows *rows = newton->rows;
	size_t		p = design->p;
	SegArena	arena = newton->arena;
	SegLogitBlock block;
	double	   *lines;

	seg_logit_take_block(design, &arena, &block);
	lines = seg_arena_take(&arena, SEG_LOGIT_BLOCK, p * sizeof(double));
	for (size_t first = 0; first < rows->n; first += block.count)
	{
		CHECK_FOR_INTERRUPTS();
		seg_logit_read_block(design, rows, first, seg_min_size(SEG_LOGIT_BLOCK, rows->n - first), &block);
		seg_logit_eta(design, beta, &block);
		scaled_lines(newton, &block, lines);
		(void) seg_cholesky_forward(newton->factor, p, lines, block.count);
		for (size_t i = 0; i < block.count; i++)
		{
			double		probability = seg_logit_probability(block.eta[i]);
			double		weight = seg_logit_weight(rows, seg_logit_row(rows, first + i));
			double		leverage = 0;
			double		residual;

			for (size_t j = 0; j < p; j++)
				leverage += lines[i * p + j] * lines[i * p + j];
			residual = leverage * weight * probability * (1 - probability) * (0.5 - probability);
			for (size_t j = 0; j < design->q; j++)
				newton->sums.gradient[j] += residual * block.dense[i * design->q + j];
			for (size_t g = 0; g < design->groups; g++)
				if (block.active[i * design->groups + g] >= 0)
					newton->sums.gradient[block.active[i * design->groups + g]] += residual;
		}
	}
	for (size_t j = 0; j < p; j++)
		if (design->aliased[j])
			newton->sums.gradient[j] = 0;
}

/* ---- the iterations ---- */

size_t
seg_logit_fit_workspace(const SegLogitDesign *design)
{
	size_t		p = design->p;

	return seg_logit_workspace(design) + SEG_LOGIT_BLOCK * p * sizeof(double) +
		(3 * p * p + 5 * p) * sizeof(double) + 16 * SEG_ARENA_ALIGN;
}

static void
take_newton(Newton *newton, const SegLogitDesign *design, SegArena *arena)
{
	size_t		p = design->p;

	newton->sums.gradient = seg_arena_take(arena, p, sizeof(double));
	newton->sums.hessian = seg_arena_take(arena, p, p * sizeof(double));
	newton->trial.gradient = seg_arena_take(arena, p, sizeof(double));
	newton->trial.hessian = seg_arena_take(arena, p, p * sizeof(double));
	newton->next = seg_arena_take(arena, p, sizeof(double));
	newton->step = seg_arena_take(arena, p, sizeof(double));
	newton->root = seg_arena_take(arena, p, sizeof(double));
	newton->factor = seg_arena_take(arena, p, p * sizeof(double));
	newton->arena = (SegArena) {arena->base + arena->used, arena->size - arena->used, 0};
}

/* The value to maximise, given finished sums; OUT factor and root for Firth. */
static double
objective(Newton *newton, const double *beta, const SegLogitSums *sums)
{
	const SegLogitDesign *design = newton->design;
	double		value = sums->log_likelihood;

	for (size_t j = 0; j < design->p; j++)
		value -= seg_logit_penalty(design, newton->params, j) / 2 * beta[j] * beta[j];
	if (newton->params->penalty == SEG_LOGIT_FIRTH)
	{
		if (!seg_logit_factorise(sums->hessian, design->p, newton->factor, newton->root))
			return NAN;
		value += seg_logit_half_log_determinant(newton->factor, newton->root, design->p);
	}
	return value;
}

/*
 * Go along the step, at half its length until the value does not fall.  Returns false if no
 * part of it raises the value.  INOUT *value; OUT sums at the new coefficients.
 */
static bool
search(Newton *newton, double *beta, double *value)
{
	const SegLogitDesign *design = newton->design;
	double		length = 1;

	for (int halving = 0; halving < MOST_HALVINGS; halving++, length /= 2)
	{
		double		reached;

		for (size_t j = 0; j < design->p; j++)
			newton->next[j] = beta[j] + length * newton->step[j];
		seg_logit_evaluate(design, newton->rows, 0, newton->rows->n, newton->next, &newton->trial, newton->arena);
		seg_logit_finish_sums(design, newton->params, newton->next, &newton->trial);
		reached = objective(newton, newton->next, &newton->trial);
		/* up to the rounding of the sum */
		if (reached >= *value - 1e-13 * fabs(*value))
		{
			SegLogitSums sums = newton->sums;

			memcpy(beta, newton->next, design->p * sizeof(double));
			newton->sums = newton->trial;
			newton->trial = sums;
			*value = reached;
			return true;
		}
	}
	return false;
}

/* The column with the largest part in a direction, the intercept last. */
static size_t
largest_column(const SegLogitDesign *design, const double *direction)
{
	size_t		best = 0;

	for (size_t j = 1; j < design->p; j++)
		if (best == 0 || fabs(direction[j]) > fabs(direction[best]) * (1 + 1e-6))
			best = j;
	return best;
}

/*
 * Whether the step shows that no maximum exists.  OUT *largest: the largest change of the
 * log-odds of a row, 0 where no row can change much.
 */
static bool
is_separated(Newton *newton, SegLogitFit *fit, double *largest)
{
	*largest = 0;
	if (newton->params->penalty != SEG_LOGIT_NONE || fit->iterations < SEPARATION_STEP || newton->sums.max_eta < SEPARATION_ETA)
		return false;
	fit->is_separated = seg_logit_separates(newton->design, newton->rows, newton->step, largest, newton->arena) &&
		*largest > LARGE_CHANGE;
	if (fit->is_separated)
	{
		fit->separating = largest_column(newton->design, newton->step);
		memcpy(fit->beta, newton->step, newton->design->p * sizeof(double));
	}
	return fit->is_separated;
}

/* A sample of this part of the rows gives the first coefficients, if it has as many rows for each column. */
#define SAMPLE_PART 16
#define SAMPLE_ROWS 50
#define SAMPLE_STEPS 8

/*
 * OUT beta: coefficients near the maximum for a sample of the rows, or 0.  Rows are in the
 * order of a hash, so the first ones are a sample.
 */
static void
start_from_sample(Newton *newton, double *beta)
{
	const SegLogitDesign *design = newton->design;
	size_t		n = newton->rows->n / SAMPLE_PART;
	size_t		p = design->p;
	double		decrement = INFINITY;

	memset(beta, 0, p * sizeof(double));
	if (newton->params->penalty != SEG_LOGIT_NONE || n < SAMPLE_ROWS * p)
		return;
	for (int step = 0; step < SAMPLE_STEPS && decrement > 1; step++)
	{
		double		before = decrement;

		seg_logit_evaluate(design, newton->rows, 0, n, beta, &newton->trial, newton->arena);
		seg_logit_finish_sums(design, newton->params, beta, &newton->trial);
		if (!seg_logit_factorise(newton->trial.hessian, p, newton->factor, newton->root))
			break;
		decrement = seg_logit_newton_step(newton->factor, newton->root, newton->trial.gradient, p, newton->step);
		if (!(decrement < before) || newton->trial.max_eta > SEPARATION_ETA * 3)
			break;
		for (size_t j = 0; j < p; j++)
			beta[j] += newton->step[j];
	}
	if (!(decrement <= 1))
		memset(beta, 0, p * sizeof(double));
}

/* The first sums over all rows, and the columns that have no coefficient. */
static double
start(Newton *newton, double *beta)
{
	const SegLogitDesign *design = newton->design;
	size_t		n = newton->rows->n;
	bool		has_aliased = false;

	seg_logit_find_constant(design);
	start_from_sample(newton, beta);
	seg_logit_evaluate(design, newton->rows, 0, n, beta, &newton->sums, newton->arena);
	if (newton->params->penalty != SEG_LOGIT_RIDGE)
		seg_logit_find_aliased(design, newton->sums.hessian, newton->factor);
	for (size_t j = 0; j < design->p; j++)
		has_aliased |= design->aliased[j] && beta[j] != 0;
	if (has_aliased)
	{
		/* the sample gave their part to others */
		memset(beta, 0, design->p * sizeof(double));
		seg_logit_evaluate(design, newton->rows, 0, n, beta, &newton->sums, newton->arena);
	}
	seg_logit_finish_sums(design, newton->params, beta, &newton->sums);
	return objective(newton, beta, &newton->sums);
}

/*
 * Add the step.  The likelihood is flat at its maximum, so its sums stay; at the maximum of a
 * penalised one it is not.
 */
static void
take_last_step(Newton *newton, double *beta)
{
	const SegLogitDesign *design = newton->design;

	for (size_t j = 0; j < design->p; j++)
		beta[j] += newton->step[j];
	if (newton->params->penalty == SEG_LOGIT_NONE)
		return;
	seg_logit_evaluate(design, newton->rows, 0, newton->rows->n, beta, &newton->sums, newton->arena);
	seg_logit_finish_sums(design, newton->params, beta, &newton->sums);
}

static double
small_step(const Newton *newton)
{
	if (newton->params->penalty == SEG_LOGIT_FIRTH)
		return SMALL_LINEAR_STEP;
	return (double) newton->rows->n * (double) newton->design->p < MANY_NUMBERS ? SMALL_STEP : SMALL_STEP_OF_MANY;
}

void
seg_logit_fit(const SegLogitDesign *design, const SegLogitRows *rows, const SegLogitParams *params,
			  SegLogitFit *fit, SegArena arena)
{
	Newton		newton = {design, rows, params};
	size_t		p = design->p;
	double		value;

	take_newton(&newton, design, &arena);
	fit->iterations = 0;
	fit->converged = fit->is_separated = false;
	value = start(&newton, fit->beta);
	while (fit->iterations < params->max_iterations && seg_logit_factorise(newton.sums.hessian, p, newton.factor, newton.root))
	{
		double		decrement;
		double		largest;

		if (params->penalty == SEG_LOGIT_FIRTH)
			adjust_gradient(&newton, fit->beta);
		decrement = seg_logit_newton_step(newton.factor, newton.root, newton.sums.gradient, p, newton.step);
		if (is_separated(&newton, fit, &largest))
			return;
		fit->iterations++;
		if (decrement * (double) p / design->weight < small_step(&newton) && largest < LARGE_CHANGE)
		{
			take_last_step(&newton, fit->beta);
			fit->converged = true;
			break;
		}
		if (!search(&newton, fit->beta, &value))
			break;
	}
	fit->log_likelihood = newton.sums.log_likelihood;
	if (seg_logit_factorise(newton.sums.hessian, p, newton.factor, newton.root))
		seg_logit_standard_errors(design, newton.factor, newton.root, fit->std_error);
	else
		memset(fit->std_error, 0, p * sizeof(double));
}

void
seg_logit_step(const SegLogitDesign *design, const SegLogitParams *params, SegLogitSums *sums, SegLogitFit *fit, SegArena arena)
{
	size_t		p = design->p;
	double	   *step = seg_arena_take(&arena, p, sizeof(double));
	double	   *root = seg_arena_take(&arena, p, sizeof(double));
	double	   *factor = seg_arena_take(&arena, p, p * sizeof(double));
	double		decrement;

	fit->log_likelihood = sums->log_likelihood;
	seg_logit_finish_sums(design, params, fit->beta, sums);
	fit->is_separated = !seg_logit_factorise(sums->hessian, p, factor, root);
	if (fit->is_separated)
		return;
	decrement = seg_logit_newton_step(factor, root, sums->gradient, p, step);
	for (size_t j = 0; j < p; j++)
		fit->beta[j] += step[j];
	fit->converged = decrement * (double) p / design->weight < SMALL_STEP;
	seg_logit_standard_errors(design, factor, root, fit->std_error);
}
