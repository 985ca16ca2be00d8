/*
 * climb.c
 *		The maximum of a smooth function of a few numbers within a box; see climb.h.
 */
#include "clv/climb.h"

#define MOST_ITERATIONS 200

/* The longest step in one number. */
#define MOST_STEP 3.0

/* Gains below this part of the value are rounding. */
#define ROUNDING 1e-13

/* A function whose derivatives are smaller than this is flat. */
#define NOTHING 1e-100

/* With this multiple of its largest entry on the diagonal a matrix has a factor, unless it is not finite. */
#define HUGE_SHIFT 1e6

/* Two values closer than this part of them are not told apart. */
#define SAME 1e-10

typedef struct Path
{
	SegClimb   *climb;
	SegSurface	surface;
	const void *argument;
	SegSlope	slope;			/* at climb->at */
	int			free[SEG_CLIMB_MOST];	/* numbers that move */
	int			n;				/* of them */
} Path;

static SegSlope
slope_at(const Path *path, const double *at)
{
	SegSlope	slope = {0};

	path->surface(path->argument, at, &slope);
	return slope;
}

static void
find_free(Path *path)
{
	const SegClimb *climb = path->climb;

	path->n = 0;
	for (int i = 0; i < climb->d; i++)
	{
		double		gradient = path->slope.gradient[i];

		if ((climb->at[i] > climb->low[i] || gradient > 0) && (climb->at[i] < climb->high[i] || gradient < 0))
			path->free[path->n++] = i;
	}
}

/* OUT factor: the lower Cholesky factor of -hessian + shift of the free numbers; false when there is none. */
static bool
factorize(const Path *path, double shift, double factor[SEG_CLIMB_MOST][SEG_CLIMB_MOST])
{
	for (int i = 0; i < path->n; i++)
		for (int j = 0; j <= i; j++)
		{
			double		entry = -path->slope.hessian[path->free[i]][path->free[j]] + (i == j ? shift : 0);
			double		whole = entry;

			for (int l = 0; l < j; l++)
				entry -= factor[i][l] * factor[j][l];
			if (i > j)
				factor[i][j] = entry / factor[j][j];
			/* a pivot that cancelled to nothing is none */
			else if (entry > 1e-12 * fabs(whole))
				factor[i][i] = sqrt(entry);
			else
				return false;
		}
	return true;
}

/* INOUT x[n]: the solution of L L' x = x. */
static void
solve(int n, const double factor[SEG_CLIMB_MOST][SEG_CLIMB_MOST], double *x)
{
	for (int i = 0; i < n; i++)
	{
		for (int l = 0; l < i; l++)
			x[i] -= factor[i][l] * x[l];
		x[i] /= factor[i][i];
	}
	for (int i = n - 1; i >= 0; i--)
	{
		for (int l = i + 1; l < n; l++)
			x[i] -= factor[l][i] * x[l];
		x[i] /= factor[i][i];
	}
}

/* OUT step of all numbers.  Returns the gain that it promises; 0 where there is none. */
static double
find_step(Path *path, double step[SEG_CLIMB_MOST])
{
	double		factor[SEG_CLIMB_MOST][SEG_CLIMB_MOST];
	double		x[SEG_CLIMB_MOST];
	double		shift = 0;
	double		most = 0;
	double		gain = 0;

	find_free(path);
	for (int i = 0; i < path->n; i++)
		most = fmax(most, fmax(fabs(path->slope.hessian[path->free[i]][path->free[i]]), fabs(path->slope.gradient[path->free[i]])));
	memset(step, 0, SEG_CLIMB_MOST * sizeof(double));
	if (path->n == 0 || most < NOTHING)
		return 0;
	while (!factorize(path, shift, factor))
	{
		if (!(shift <= HUGE_SHIFT * most))
			return 0;
		shift = shift == 0 ? 1e-4 * most : 4 * shift;
	}
	for (int i = 0; i < path->n; i++)
		x[i] = path->slope.gradient[path->free[i]];
	solve(path->n, factor, x);
	most = MOST_STEP;
	for (int i = 0; i < path->n; i++)
		most = fmax(most, fabs(x[i]));
	for (int i = 0; i < path->n; i++)
	{
		step[path->free[i]] = x[i] * (MOST_STEP / most);
		gain += step[path->free[i]] * path->slope.gradient[path->free[i]];
	}
	return gain;
}

/* Go along the step, or less; false when the function does not rise. */
static bool
take_step(Path *path, const double step[SEG_CLIMB_MOST])
{
	SegClimb   *climb = path->climb;
	double		to[SEG_CLIMB_MOST];

	for (double part = 1; part > 1e-9; part /= 2)
	{
		SegSlope	slope;

		for (int i = 0; i < climb->d; i++)
			to[i] = fmin(fmax(climb->at[i] + part * step[i], climb->low[i]), climb->high[i]);
		slope = slope_at(path, to);
		if (slope.value > path->slope.value)
		{
			memcpy(climb->at, to, climb->d * sizeof(double));
			path->slope = slope;
			return true;
		}
	}
	return false;
}

/* The inverse of -hessian over all numbers; false when it is not one of a maximum. */
static bool
invert(Path *path, double inverse[SEG_CLIMB_MOST][SEG_CLIMB_MOST])
{
	double		factor[SEG_CLIMB_MOST][SEG_CLIMB_MOST];

	path->n = path->climb->d;
	for (int i = 0; i < path->n; i++)
		path->free[i] = i;
	if (!factorize(path, 0, factor))
		return false;
	for (int i = 0; i < path->n; i++)
	{
		memset(inverse[i], 0, sizeof(inverse[i]));
		inverse[i][i] = 1;
		solve(path->n, factor, inverse[i]);
	}
	return true;
}

/* Go from the maximum to the edge in a direction; true when the function there is as large. */
static bool
reaches_edge(Path *path, const double direction[SEG_CLIMB_MOST], double sign)
{
	SegClimb   *climb = path->climb;
	double		length = HUGE_VAL;
	double		to[SEG_CLIMB_MOST];
	SegSlope	slope;

	for (int i = 0; i < climb->d; i++)
	{
		double		speed = sign * direction[i];

		if (speed != 0)
			length = fmin(length, (speed > 0 ? climb->high[i] - climb->at[i] : climb->low[i] - climb->at[i]) / speed);
	}
	for (int i = 0; i < climb->d; i++)
		to[i] = fmin(fmax(climb->at[i] + length * sign * direction[i], climb->low[i]), climb->high[i]);
	slope = slope_at(path, to);
	if (!(slope.value >= path->slope.value - SAME * (1 + fabs(path->slope.value))))
		return false;
	memcpy(climb->at, to, climb->d * sizeof(double));
	path->slope = slope;
	return true;
}

static void
look_for_edge(Path *path)
{
	SegClimb   *climb = path->climb;
	double		inverse[SEG_CLIMB_MOST][SEG_CLIMB_MOST];
	int			widest = 0;

	for (int i = 0; i < climb->d; i++)
		climb->at_edge |= climb->at[i] <= climb->low[i] || climb->at[i] >= climb->high[i];
	if (!climb->at_edge && !invert(path, inverse))
		climb->at_edge = true;
	if (climb->at_edge)
		return;
	for (int i = 1; i < climb->d; i++)
		if (inverse[i][i] > inverse[widest][widest])
			widest = i;
	climb->at_edge = reaches_edge(path, inverse[widest], 1) || reaches_edge(path, inverse[widest], -1);
	for (int i = 0; i < climb->d && !climb->at_edge; i++)
		climb->sd[i] = sqrt(inverse[i][i]);
}

void
seg_climb(SegClimb *climb, SegSurface surface, const void *argument)
{
	Path		path = {.climb = climb, .surface = surface, .argument = argument};
	double		step[SEG_CLIMB_MOST];

	climb->iterations = 0;
	climb->at_edge = false;
	for (int i = 0; i < climb->d; i++)
		climb->sd[i] = NAN;
	path.slope = slope_at(&path, climb->at);
	while (climb->iterations < MOST_ITERATIONS && find_step(&path, step) > ROUNDING * (1 + fabs(path.slope.value)) &&
		   take_step(&path, step))
		climb->iterations++;
	look_for_edge(&path);
	climb->value = path.slope.value;
}
