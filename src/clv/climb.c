/*
 * climb.c
 *		The maximum of a smooth function of a few numbers within a box; see climb.h.
 */
#include "clv/climb.h"

#define MOST_ITERATIONS 200

/* The longest step along one eigenvector. */
#define MOST_STEP 3.0

/* Gains below this part of the value are rounding. */
#define ROUNDING 1e-13

/* Eigenvalues below this part of the largest one are rounding. */
#define FLAT 1e-13

/* Jacobi's method needs some five sweeps. */
#define MOST_SWEEPS 12

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

/* The eigenvalues and eigenvectors of -hessian of the free numbers. */
typedef struct Eigen
{
	double		values[SEG_CLIMB_MOST];
	double		vectors[SEG_CLIMB_MOST][SEG_CLIMB_MOST];	/* vector c is vectors[.][c] */
	double		largest;		/* of the values, by magnitude */
} Eigen;

/* Rotate the plane (i, j) so that matrix[i][j] becomes 0; the matrix is symmetric. */
static void
rotate(double matrix[SEG_CLIMB_MOST][SEG_CLIMB_MOST], Eigen *eigen, int n, int i, int j)
{
	double		ratio = (matrix[j][j] - matrix[i][i]) / (2 * matrix[i][j]);
	double		tangent = copysign(1, ratio) / (fabs(ratio) + sqrt(1 + ratio * ratio));
	double		cosine = 1 / sqrt(1 + tangent * tangent);
	double		sine = tangent * cosine;

	for (int l = 0; l < n; l++)
	{
		double		to_i = matrix[l][i];
		double		to_j = matrix[l][j];

		matrix[l][i] = cosine * to_i - sine * to_j;
		matrix[l][j] = sine * to_i + cosine * to_j;
		to_i = eigen->vectors[l][i];
		to_j = eigen->vectors[l][j];
		eigen->vectors[l][i] = cosine * to_i - sine * to_j;
		eigen->vectors[l][j] = sine * to_i + cosine * to_j;
	}
	for (int l = 0; l < n; l++)
	{
		double		to_i = matrix[i][l];
		double		to_j = matrix[j][l];

		matrix[i][l] = cosine * to_i - sine * to_j;
		matrix[j][l] = sine * to_i + cosine * to_j;
	}
}

/* By Jacobi's rotations: the matrix has at most four rows.  False when it is not finite. */
static bool
find_eigen(const Path *path, Eigen *eigen)
{
	double		matrix[SEG_CLIMB_MOST][SEG_CLIMB_MOST];
	double		size = 0;

	memset(eigen, 0, sizeof(*eigen));
	for (int i = 0; i < path->n; i++)
	{
		eigen->vectors[i][i] = 1;
		for (int j = 0; j < path->n; j++)
		{
			matrix[i][j] = -path->slope.hessian[path->free[i]][path->free[j]];
			if (!isfinite(matrix[i][j]))
				return false;
			size = fmax(size, fabs(matrix[i][j]));
		}
	}
	for (int sweep = 0; sweep < MOST_SWEEPS; sweep++)
		for (int i = 0; i < path->n; i++)
			for (int j = i + 1; j < path->n; j++)
				if (fabs(matrix[i][j]) > DBL_EPSILON * DBL_EPSILON * size)
					rotate(matrix, eigen, path->n, i, j);
	for (int i = 0; i < path->n; i++)
	{
		eigen->values[i] = matrix[i][i];
		eigen->largest = fmax(eigen->largest, fabs(matrix[i][i]));
	}
	return true;
}

/*
 * OUT step of all numbers: Newton's along each eigenvector, but always upwards, and at most MOST_STEP.  Returns the
 * gain that it promises; 0 where there is none.
 */
static double
find_step(Path *path, double step[SEG_CLIMB_MOST])
{
	Eigen		eigen;
	double		gain = 0;

	find_free(path);
	memset(step, 0, SEG_CLIMB_MOST * sizeof(double));
	if (!find_eigen(path, &eigen))
		return 0;
	for (int c = 0; c < path->n; c++)
	{
		double		slope = 0;
		double		length;

		for (int i = 0; i < path->n; i++)
			slope += path->slope.gradient[path->free[i]] * eigen.vectors[i][c];
		length = fabs(slope) < MOST_STEP * fabs(eigen.values[c]) ? slope / fabs(eigen.values[c]) : copysign(MOST_STEP, slope);
		gain += length * slope;
		for (int i = 0; i < path->n; i++)
			step[path->free[i]] += length * eigen.vectors[i][c];
	}
	return gain;
}

/* Go that part of a step if the function is at least `least` there. */
static bool
go(Path *path, const double step[SEG_CLIMB_MOST], double part, double least)
{
	SegClimb   *climb = path->climb;
	double		to[SEG_CLIMB_MOST];
	SegSlope	slope;

	for (int i = 0; i < climb->d; i++)
		to[i] = fmin(fmax(climb->at[i] + part * step[i], climb->low[i]), climb->high[i]);
	slope = slope_at(path, to);
	if (!(slope.value >= least))
		return false;
	memcpy(climb->at, to, climb->d * sizeof(double));
	path->slope = slope;
	return true;
}

/* Go along the step, or less; false when the function does not rise. */
static bool
take_step(Path *path, const double step[SEG_CLIMB_MOST])
{
	for (double part = 1; part > 1e-9; part /= 2)
		if (go(path, step, part, nextafter(path->slope.value, HUGE_VAL)))
			return true;
	return false;
}

/* Go from the maximum to the edge in a direction; true when the function there is as large. */
static bool
reaches_edge(Path *path, const double direction[SEG_CLIMB_MOST], double sign)
{
	SegClimb   *climb = path->climb;
	double		length = HUGE_VAL;

	for (int i = 0; i < climb->d; i++)
	{
		double		speed = sign * direction[i];

		if (speed != 0)
			length = fmin(length, (speed > 0 ? climb->high[i] - climb->at[i] : climb->low[i] - climb->at[i]) / speed);
	}
	return go(path, direction, sign * length, path->slope.value - SAME * (1 + fabs(path->slope.value)));
}

static void
look_for_edge(Path *path)
{
	SegClimb   *climb = path->climb;
	Eigen		eigen;
	double		direction[SEG_CLIMB_MOST];
	int			flattest = 0;

	for (int i = 0; i < climb->d; i++)
	{
		climb->at_edge |= climb->at[i] <= climb->low[i] || climb->at[i] >= climb->high[i];
		path->free[i] = i;
	}
	path->n = climb->d;
	if (climb->at_edge || !find_eigen(path, &eigen))
	{
		climb->at_edge = true;
		return;
	}
	for (int c = 1; c < climb->d; c++)
		if (eigen.values[c] < eigen.values[flattest])
			flattest = c;
	if (!(eigen.values[flattest] > FLAT * eigen.largest))
	{
		climb->at_edge = true;
		return;
	}
	for (int i = 0; i < climb->d; i++)
		direction[i] = eigen.vectors[i][flattest];
	climb->at_edge = reaches_edge(path, direction, 1) || reaches_edge(path, direction, -1);
	for (int i = 0; i < climb->d && !climb->at_edge; i++)
	{
		double		variance = 0;

		for (int c = 0; c < climb->d; c++)
			variance += eigen.vectors[i][c] * eigen.vectors[i][c] / eigen.values[c];
		climb->sd[i] = sqrt(variance);
	}
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
	/* the gain of a last step is rounding, but it gives twice as many digits of the numbers */
	(void) find_step(&path, step);
	(void) go(&path, step, 1, path.slope.value - ROUNDING * (1 + fabs(path.slope.value)));
	look_for_edge(&path);
	climb->value = path.slope.value;
}
