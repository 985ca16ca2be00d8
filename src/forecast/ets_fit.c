/*
 * ets_fit.c
 *		Fits exponential smoothing: the largest likelihood inside the usual bounds.
 *
 * The bounds are 1e-4 <= alpha <= 0.9999, 1e-4 <= beta <= alpha, 1e-4 <= gamma <= 1 - alpha and
 * 0.8 <= phi <= 0.98.  A parameter between low and high is low + (high - low) sin^2 u, and the
 * search goes over the u and the initial states without bounds, by the quasi-Newton method of
 * Broyden, Fletcher, Goldfarb and Shanno.  Its first matrix is not the identity but
 * the inverse of the Gauss-Newton matrix: the likelihood is that of a sum of squares
 * r_t = e_t exp(mean log |f|), whose derivatives are taken by differences.
 */
#include "forecast/ets.h"

#include "forecast/ets_start.h"

#define MOST (4 + 2 + SEG_ETS_MOST_SEASON - 1)	/* numbers searched */
#define LEAST 1e-4				/* bound of alpha, beta, gamma */
#define MOST_ALPHA 0.9999
#define LEAST_PHI 0.8
#define MOST_PHI 0.98
#define MATRIX_PERIODS 256		/* from which the first matrix is taken */
#define MOST_STEPS 100
#define SEARCHES 2				/* from the best starts, with a season */
#define PLAIN_SEARCHES 3		/* without: few numbers are searched, and the loss has more valleys */
#define ENOUGH 2e-6				/* expected gain of the loss at which the search ends */

enum
{
	ALPHA,
	BETA,
	GAMMA,
	PHI,
	SMOOTHING					/* their number */
};

typedef struct Problem
{
	SegEts	   *model;
	const double *y;
	size_t		n;
	double		fixed[SMOOTHING];	/* NaN: searched */
	size_t		angles[SMOOTHING];	/* the number of its u in x, or MOST */
	double		low[SMOOTHING];
	double		high[SMOOTHING];
	size_t		searched;		/* angles */
	size_t		size;			/* of x: angles, level, slope, seasons but the last */
	SegEtsTrace trace;
	double	   *differences;	/* MOST x MATRIX_PERIODS */
} Problem;

size_t
seg_ets_scratch(size_t n)
{
	return SEG_ETS_TRACE * n + (size_t) (MOST + 1) * MATRIX_PERIODS;
}

/* ---- from x to the model and back ---- */

static bool
has(const SegEts *model, int parameter)
{
	switch (parameter)
	{
		case ALPHA:
			return true;
		case BETA:
			return model->form.trend != 'N';
		case GAMMA:
			return model->form.season != 'N';
		default:
			return model->form.trend == 'D';
	}
}

/* The bounds of a parameter, given alpha. */
static void
set_bounds(Problem *problem, double alpha)
{
	problem->low[BETA] = LEAST;
	problem->high[BETA] = alpha;
	problem->low[GAMMA] = LEAST;
	problem->high[GAMMA] = 1 - alpha;
}

static double
parameter_of(const Problem *problem, const double *x, int parameter)
{
	double		sine;

	if (problem->angles[parameter] == MOST)
		return problem->fixed[parameter];
	sine = sin(x[problem->angles[parameter]]);
	return problem->low[parameter] + (problem->high[parameter] - problem->low[parameter]) * sine * sine;
}

static void
put_model(Problem *problem, const double *x)
{
	SegEts	   *model = problem->model;
	size_t		at = problem->searched;
	double		last = model->form.season == 'M' ? model->m : 0;

	model->alpha = parameter_of(problem, x, ALPHA);
	set_bounds(problem, model->alpha);
	model->beta = parameter_of(problem, x, BETA);
	model->gamma = parameter_of(problem, x, GAMMA);
	model->phi = parameter_of(problem, x, PHI);
	model->level = x[at++];
	if (model->form.trend != 'N')
		model->slope = x[at++];
	if (model->form.season == 'N')
		return;
	for (size_t j = 0; j + 1 < model->m; j++)
	{
		model->season[j] = x[at++];
		last -= model->season[j];
	}
	model->season[model->m - 1] = last;
}

static void
set_angle(const Problem *problem, double *x, int parameter, double value)
{
	double		width = problem->high[parameter] - problem->low[parameter];

	if (problem->angles[parameter] != MOST)
		x[problem->angles[parameter]] =
			asin(sqrt(fmin(fmax((value - problem->low[parameter]) / fmax(width, 1e-12), 0.001), 0.999)));
}

static void
get_states(const Problem *problem, double *x)
{
	const SegEts *model = problem->model;
	size_t		at = problem->searched;

	x[at++] = model->level;
	if (model->form.trend != 'N')
		x[at++] = model->slope;
	if (model->form.season != 'N')
		memcpy(x + at, model->season, (model->m - 1) * sizeof(double));
}

static void
set_problem(Problem *problem, const SegEtsFixed *fixed)
{
	SegEts	   *model = problem->model;
	const double given[] = {fixed->alpha, fixed->beta, fixed->gamma, fixed->phi};

	problem->searched = 0;
	for (int i = 0; i < SMOOTHING; i++)
	{
		problem->fixed[i] = has(model, i) ? given[i] : i == PHI && model->form.trend == 'A' ? 1 : 0;
		problem->angles[i] = isnan(problem->fixed[i]) ? problem->searched++ : MOST;
	}
	problem->low[ALPHA] = LEAST;
	problem->high[ALPHA] = MOST_ALPHA;
	if (has(model, BETA) && !isnan(problem->fixed[BETA]))
		problem->low[ALPHA] = fmax(LEAST, problem->fixed[BETA]);
	if (has(model, GAMMA) && !isnan(problem->fixed[GAMMA]))
		problem->high[ALPHA] = fmin(MOST_ALPHA, 1 - problem->fixed[GAMMA]);
	problem->low[PHI] = LEAST_PHI;
	problem->high[PHI] = MOST_PHI;
	problem->size = problem->searched + 1 + (model->form.trend != 'N') +
		(model->form.season != 'N' ? model->m - 1 : 0);
}

/* ---- loss and gradient ---- */

static double
loss_at(Problem *problem, const double *x)
{
	double		loss;

	CHECK_FOR_INTERRUPTS();
	put_model(problem, x);
	if (!seg_ets_pass(problem->model, problem->y, problem->n, &problem->trace, NULL, &loss))
		return INFINITY;
	return loss;
}

/* The derivative of the loss by alpha itself includes that by the bounds of beta and gamma. */
static double
by_parameter(const Problem *problem, const double *x, const double *by_model, int parameter)
{
	double		by = by_model[parameter];

	if (parameter == ALPHA && problem->angles[BETA] != MOST)
		by += by_model[BETA] * pow(sin(x[problem->angles[BETA]]), 2);
	if (parameter == ALPHA && problem->angles[GAMMA] != MOST)
		by -= by_model[GAMMA] * pow(sin(x[problem->angles[GAMMA]]), 2);
	return by;
}

/* After loss_at for the same x.  OUT gradient[size]. */
static void
gradient_at(Problem *problem, const double *x, double *gradient)
{
	const SegEts *model = problem->model;
	double		by_model[SEG_ETS_MOST_GRADIENT];
	size_t		at = problem->searched;

	seg_ets_gradient(model, problem->y, problem->n, &problem->trace, by_model);
	for (int i = 0; i < SMOOTHING; i++)
	{
		size_t		angle = problem->angles[i];

		if (angle != MOST)
			gradient[angle] = by_parameter(problem, x, by_model, i) *
				(problem->high[i] - problem->low[i]) * sin(2 * x[angle]);
	}
	gradient[at++] = by_model[4];
	if (model->form.trend != 'N')
		gradient[at++] = by_model[5];
	for (size_t j = 0; model->form.season != 'N' && j + 1 < model->m; j++)
		gradient[at++] = by_model[6 + j] - by_model[6 + model->m - 1];
}

/*
 * Move each parameter that lies at a bound, where the derivative by u is 0 whatever the
 * loss does, off it when the loss falls that way.  True when one was moved.
 */
static bool
leave_bounds(Problem *problem, double *x)
{
	double		by_model[SEG_ETS_MOST_GRADIENT];
	bool		moved = false;

	(void) loss_at(problem, x);
	seg_ets_gradient(problem->model, problem->y, problem->n, &problem->trace, by_model);
	for (int i = 0; i < SMOOTHING; i++)
	{
		double		by;
		double		share;
		double		width = problem->high[i] - problem->low[i];

		if (problem->angles[i] == MOST)
			continue;
		by = by_parameter(problem, x, by_model, i);
		share = pow(sin(x[problem->angles[i]]), 2);
		if (share < 1e-3 && by * width < -0.05)
			x[problem->angles[i]] = asin(sqrt(0.05));
		else if (share > 1 - 1e-3 && by * width > 0.05)
			x[problem->angles[i]] = asin(sqrt(0.95));
		else
			continue;
		moved = true;
	}
	return moved;
}

/* ---- the first matrix ---- */

/* OUT lower: the Cholesky factor of a (p x p); false when it is not positive definite. */
static bool
factor(const double *a, double *lower, size_t p)
{
	for (size_t i = 0; i < p; i++)
		for (size_t j = 0; j <= i; j++)
		{
			double		sum = a[i * p + j];

			for (size_t k = 0; k < j; k++)
				sum -= lower[i * p + k] * lower[j * p + k];
			if (i == j && !(sum > 0))
				return false;
			lower[i * p + j] = i == j ? sqrt(sum) : sum / lower[j * p + j];
		}
	return true;
}

/* OUT inverse, of the matrix with that factor, which is overwritten by its own inverse. */
static void
invert(double *lower, double *inverse, size_t p)
{
	for (size_t j = 0; j < p; j++)
	{
		lower[j * p + j] = 1 / lower[j * p + j];
		for (size_t i = j + 1; i < p; i++)
		{
			double		sum = 0;

			for (size_t k = j; k < i; k++)
				sum -= lower[i * p + k] * lower[k * p + j];
			lower[i * p + j] = sum / lower[i * p + i];
		}
	}
	for (size_t i = 0; i < p; i++)
		for (size_t j = 0; j <= i; j++)
		{
			double		sum = 0;

			for (size_t k = i; k < p; k++)
				sum += lower[k * p + i] * lower[k * p + j];
			inverse[i * p + j] = inverse[j * p + i] = sum;
		}
}

/* The residual r_t without its common factor, and the mean of log |f|. */
static bool
residuals(Problem *problem, const double *x, size_t rows, double *e, double *mean_log)
{
	double		loss;
	double		sum = 0;

	put_model(problem, x);
	if (!seg_ets_pass(problem->model, problem->y, rows, &problem->trace, NULL, &loss))
		return false;
	memcpy(e, problem->trace.e, rows * sizeof(double));
	if (problem->model->form.error == 'M')
		for (size_t t = 0; t < rows; t++)
			sum += e[t] * e[t];
	/* loss = n log sum e^2 + 2 sum log |f| */
	*mean_log = problem->model->form.error == 'M' ? (loss - (double) rows * log(fmax(sum, 1e-28 * (double) rows))) / (2 * (double) rows) : 0;
	return true;
}

/* OUT inverse: of the Gauss-Newton matrix at x; a diagonal where it does not exist. */
static void
first_matrix(Problem *problem, const double *x, double *inverse)
{
	size_t		p = problem->size;
	size_t		rows = seg_min_size(problem->n, MATRIX_PERIODS);
	double		longer = (double) problem->n / (double) rows;
	double	   *base = problem->differences + (size_t) MOST * MATRIX_PERIODS;
	double		matrix[MOST * MOST];
	double		lower[MOST * MOST];
	double		log_base;
	double		squares = 0;
	bool		is_sound = residuals(problem, x, rows, base, &log_base);

	for (size_t t = 0; t < rows; t++)
		squares += base[t] * base[t];
	for (size_t i = 0; i < p && is_sound; i++)
	{
		double		moved[MOST];
		double		log_moved;
		double	   *column = problem->differences + i * rows;

		memcpy(moved, x, p * sizeof(double));
		moved[i] += 1e-5;
		is_sound = residuals(problem, moved, rows, column, &log_moved);
		for (size_t t = 0; t < rows; t++)
			column[t] = (column[t] - base[t] + base[t] * (log_moved - log_base)) / 1e-5;
	}
	for (size_t i = 0; i < p && is_sound; i++)
		for (size_t j = 0; j <= i; j++)
		{
			const double *a = problem->differences + i * rows;
			const double *b = problem->differences + j * rows;
			double		sum[4] = {0};
			size_t		t = 0;

			for (; t + 4 <= rows; t += 4)
				for (int lane = 0; lane < 4; lane++)
					sum[lane] += a[t + lane] * b[t + lane];
			for (; t < rows; t++)
				sum[0] += a[t] * b[t];
			matrix[i * p + j] = 2 * (double) rows / squares * (sum[0] + sum[1] + (sum[2] + sum[3]));
			if (i < problem->searched)
				matrix[i * p + j] *= longer;
		}
	for (size_t i = 0; i < p && is_sound; i++)
		matrix[i * p + i] += 1e-6 * matrix[i * p + i] + 1e-3;
	if (is_sound && factor(matrix, lower, p))
	{
		invert(lower, inverse, p);
		return;
	}
	memset(inverse, 0, p * p * sizeof(double));
	for (size_t i = 0; i < p; i++)
		inverse[i * p + i] = 1e-3;
}

/* ---- the search ---- */

static double
dot(const double *a, const double *b, size_t p)
{
	double		sum = 0;

	for (size_t i = 0; i < p; i++)
		sum += a[i] * b[i];
	return sum;
}

/* OUT product: matrix times vector. */
static void
times(const double *matrix, const double *vector, double *product, size_t p)
{
	for (size_t i = 0; i < p; i++)
		product[i] = dot(matrix + i * p, vector, p);
}

/* The update of the inverse matrix after a step and the change of the gradient. */
static void
update(double *inverse, const double *step, const double *change, size_t p)
{
	double		curvature = dot(step, change, p);
	double		image[MOST];
	double		scale;

	if (!(curvature > 1e-12 * sqrt(dot(step, step, p) * dot(change, change, p))))
		return;
	times(inverse, change, image, p);
	scale = (1 + dot(change, image, p) / curvature) / curvature;
	for (size_t i = 0; i < p; i++)
		for (size_t j = 0; j < p; j++)
			inverse[i * p + j] += scale * step[i] * step[j] - (image[i] * step[j] + step[i] * image[j]) / curvature;
}

/*
 * One step down from x along a direction of slope < 0.  INOUT x, loss.  The model and the trace are then
 * those of the new x.  False when no step lowers the loss.
 */
static bool
line_search(Problem *problem, double *x, double *loss, double *direction, double slope)
{
	double		length = 1;
	double		turn = 0;
	double		next[MOST];

	for (size_t i = 0; i < problem->searched; i++)
		turn = fmax(turn, fabs(direction[i]));
	if (turn > 0.6)
		length = 0.6 / turn;
	for (int tries = 0; tries < 30; tries++)
	{
		double		there;
		double		shorter;

		for (size_t i = 0; i < problem->size; i++)
			next[i] = x[i] + length * direction[i];
		there = loss_at(problem, next);
		if (there <= *loss + 1e-4 * length * slope)
		{
			for (size_t i = 0; i < problem->size; i++)
				direction[i] = next[i] - x[i];
			memcpy(x, next, problem->size * sizeof(double));
			*loss = there;
			return true;
		}
		shorter = isfinite(there) ? -slope * length * length / (2 * (there - *loss - slope * length)) : 0;
		length = fmin(fmax(shorter, 0.1 * length), 0.5 * length);
	}
	return false;
}

/*
 * Search from x.  INOUT x: the best found.  INOUT inverse: with has_matrix the matrix to begin with, that of another
 * start is near enough; then the last one.  The loss at x.
 */
static double
search(Problem *problem, double *x, double *inverse, bool has_matrix)
{
	size_t		p = problem->size;
	double		gradient[MOST];
	double		loss = loss_at(problem, x);
	int			fresh = 0;

	if (!isfinite(loss))
		return loss;
	if (!has_matrix)
	{
		first_matrix(problem, x, inverse);
		(void) loss_at(problem, x);
	}
	gradient_at(problem, x, gradient);
	for (int steps = 0; steps < MOST_STEPS; steps++)
	{
		double		direction[MOST];
		double		before[MOST];
		double		slope;

		times(inverse, gradient, direction, p);
		for (size_t i = 0; i < p; i++)
			direction[i] = -direction[i];
		slope = dot(gradient, direction, p);
		memcpy(before, gradient, sizeof(before));
		if (slope > -ENOUGH || !line_search(problem, x, &loss, direction, slope))
		{
			/* at the end, unless a parameter can leave its bound */
			if (fresh++ == 2 || !leave_bounds(problem, x))
				break;
			loss = loss_at(problem, x);
			if (!isfinite(loss))
				break;
			first_matrix(problem, x, inverse);
			(void) loss_at(problem, x);
			gradient_at(problem, x, gradient);
			continue;
		}
		gradient_at(problem, x, gradient);
		for (size_t i = 0; i < p; i++)
			before[i] = gradient[i] - before[i];
		update(inverse, direction, before, p);
	}
	return loss;
}

/* ---- starts ---- */

static const double starts[][SMOOTHING] = {
	{0.5, 0.02, 0.01, 0.95},
	{0.1, 0.01, 0.01, 0.97},
	{0.9, 0.1, 0.01, 0.9},
	{0.2, 0.1, 0.3, 0.97},
	{0.3, 0.01, 0.1, 0.9},
	{0.05, 0.04, 0.5, 0.97},
	{0.98, 0.9, 0.01, 0.82},
	{0.99, 0.005, 0.005, 0.97},
};

#define STARTS (sizeof(starts) / sizeof(starts[0]))

static void
start_at(Problem *problem, const double *start, double *x)
{
	get_states(problem, x);
	set_angle(problem, x, ALPHA, start[ALPHA]);
	set_bounds(problem, parameter_of(problem, x, ALPHA));
	set_angle(problem, x, BETA, start[BETA]);
	set_angle(problem, x, GAMMA, start[GAMMA]);
	set_angle(problem, x, PHI, start[PHI]);
}

bool
seg_ets_fit(SegEts *model, const double *y, size_t n, const SegEtsFixed *fixed, double *scratch)
{
	Problem		problem = {.model = model, .y = y, .n = n, .trace = seg_ets_trace(scratch, n),
	.differences = scratch + SEG_ETS_TRACE * n};
	SegEts		guess;
	double		best[MOST];
	double		inverse[MOST * MOST];
	double		best_loss = INFINITY;
	double		losses[STARTS];
	bool		best_is_admissible = false;
	uint32_t	given = 0;

	set_problem(&problem, fixed);
	for (int i = 0; i < SMOOTHING; i++)
		given += has(model, i) && problem.angles[i] == MOST;
	seg_ets_start(model, y, n);
	guess = *model;
	for (size_t i = 0; i < STARTS; i++)
	{
		double		x[MOST];

		*model = guess;
		start_at(&problem, starts[i], x);
		losses[i] = loss_at(&problem, x);
	}
	for (int searches = 0; searches < (model->form.season == 'N' ? PLAIN_SEARCHES : SEARCHES); searches++)
	{
		double		x[MOST];
		double		loss;
		bool		is_admissible;
		size_t		first = 0;

		for (size_t i = 1; i < STARTS; i++)
			if (losses[i] < losses[first])
				first = i;
		if (!isfinite(losses[first]))
			break;
		losses[first] = INFINITY;
		*model = guess;
		start_at(&problem, starts[first], x);
		loss = search(&problem, x, inverse, searches > 0);
		/* an optimum inside the bounds that is not admissible is taken when there is no other */
		put_model(&problem, x);
		is_admissible = seg_ets_is_admissible(model);
		if (isfinite(loss) && (is_admissible > best_is_admissible ||
							   (is_admissible == best_is_admissible && loss < best_loss)))
		{
			best_is_admissible = is_admissible;
			best_loss = loss;
			memcpy(best, x, sizeof(best));
		}
	}
	if (!isfinite(best_loss))
		return false;
	put_model(&problem, best);
	return seg_ets_evaluate(model, y, n, given, scratch);
}
