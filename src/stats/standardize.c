/*
 * standardize.c
 *		Converts the rows of a fit to the fitted space; see standardize.h.
 *
 * Every pass reads row by row, and processes the features of a row in SIMD lanes.
 * Sums are exact on their grid (stats/exact_sum.h).  A whole weight w counts like w rows:
 * the parts of a value on the grid are multiplied, not the value.
 */
#include "stats/standardize.h"

#include "stats/exact_sum.h"
#include "stats/group_sums.h"
#include "stats/median.h"
#include "stats/weights.h"

/* 1 / Phi^-1(3/4): makes the MAD an estimate of the sd of normal data */
#define MAD_TO_SD 1.4826022185056018

typedef struct Workspace
{
	SegGroupSums sums;			/* d */
	double	   *result;			/* d */
	double	   *centers;		/* d: the origins of deviations */
	double	   *inverses;		/* d */
	double	   *offsets;		/* d: exact means minus rounded means */
	SegScale   *moments;		/* d: of the transformed values */
	double	   *column;			/* n values, and n weights if there are weights */
	double		total;			/* weight */
	double		freedom;		/* divisor of a variance */
	double		addends;		/* the larger of rows and total weight; for grids */
} Workspace;

/* The grid for sums over the rows of values up to max_abs in magnitude. */
static SegGrid
work_grid(const Workspace *work, double max_abs)
{
	return seg_grid_of_total(work->addends, work->total * max_abs);
}

size_t
seg_standardize_workspace(size_t n, size_t d, bool weighted)
{
	return seg_group_sums_size(1, d) + d * (4 * sizeof(double) + sizeof(SegScale)) +
		6 * SEG_ARENA_ALIGN + (weighted ? 2 : 1) * n * sizeof(double);
}

static void
take_workspace(Workspace *work, SegArena *arena, size_t n, size_t d, const double *weights, double total)
{
	work->total = total;
	work->freedom = seg_weights_freedom(weights, n, total);
	work->addends = fmax(total, (double) n);
	work->sums = seg_group_sums_take(arena, 1, d);
	work->result = seg_arena_take(arena, d, sizeof(double));
	work->centers = seg_arena_take(arena, d, sizeof(double));
	work->inverses = seg_arena_take(arena, d, sizeof(double));
	work->offsets = seg_arena_take(arena, d, sizeof(double));
	work->moments = seg_arena_take(arena, d, sizeof(SegScale));
	work->column = seg_arena_take(arena, n, (weights != NULL ? 2 : 1) * sizeof(double));
	Assert(work->column != NULL);
}

/* ---- passes over all rows ---- */

/* Rows between two checks for interrupts. */
#define PAUSE ((size_t) 4096)

/* Rows that are summed together; as many rows after them are prefetched. */
#define TOGETHER ((size_t) 4)

/* Rows [from, to); INOUT lowest, highest: d. */
SEG_CLONES static void
widen_ranges(const SegMatrix *rows, size_t from, size_t to, double *restrict lowest, double *restrict highest)
{
	for (size_t i = from; i < to; i++)
	{
		const double *restrict row = seg_matrix_row(rows, i);

		for (size_t j = 0; j < rows->d; j++)
		{
			lowest[j] = row[j] < lowest[j] ? row[j] : lowest[j];
			highest[j] = row[j] > highest[j] ? row[j] : highest[j];
		}
	}
}

static void
find_ranges(const SegMatrix *rows, double *lowest, double *highest)
{
	for (size_t j = 0; j < rows->d; j++)
	{
		lowest[j] = INFINITY;
		highest[j] = -INFINITY;
	}
	for (size_t i = 0; i < rows->n; i += PAUSE)
	{
		CHECK_FOR_INTERRUPTS();
		widen_ranges(rows, i, seg_min_size(i + PAUSE, rows->n), lowest, highest);
	}
}

/* Rows [from, to): add (x - center), squared or not, times the row's weight. */
SEG_CLONES static void
add_deviations(const SegMatrix *rows, const double *weights, size_t from, size_t to, bool squared, const Workspace *work)
{
	for (size_t i = from; i < to; i += TOGETHER)
	{
		size_t		count = seg_min_size(TOGETHER, to - i);
		SegAddend	addends[TOGETHER];

		for (size_t cell = 0; cell < TOGETHER * rows->d; cell += 8)
			__builtin_prefetch(seg_matrix_row(rows, i + TOGETHER) + cell, 0, 2);
		for (size_t r = 0; r < count; r++)
			addends[r] = seg_addend(seg_matrix_row(rows, i + r), weights == NULL ? 1 : weights[i + r], 1);
		if (squared)
			seg_group_sums_add(&work->sums, 0, addends, count, work->centers, true);
		else
			seg_group_sums_add(&work->sums, 0, addends, count, work->centers, false);
	}
}

/* OUT result[j]: the weighted sum of (x - centers[j]), squared or not; |.| <= bounds[j]. */
static void
sum_deviations(const SegMatrix *rows, const double *weights, bool squared,
			   const double *bounds, Workspace *work, double *result)
{
	size_t		d = rows->d;

	for (size_t j = 0; j < d; j++)
		seg_group_sums_set_grid(&work->sums, j, work_grid(work, squared ? bounds[j] * bounds[j] : bounds[j]));
	seg_group_sums_clear(&work->sums);
	for (size_t i = 0; i < rows->n; i += PAUSE)
	{
		CHECK_FOR_INTERRUPTS();
		add_deviations(rows, weights, i, seg_min_size(i + PAUSE, rows->n), squared, work);
	}
	for (size_t j = 0; j < d; j++)
		result[j] = seg_group_sums_value(&work->sums, 0, j);
}

SEG_CLONES static void
shift_and_scale(SegMatrix *rows, size_t from, size_t to, const double *restrict shifts, const double *restrict inverses)
{
	for (size_t i = from; i < to; i++)
	{
		double	   *restrict row = seg_matrix_row(rows, i);

		for (size_t j = 0; j < rows->d; j++)
			row[j] = seg_fitted_value(row[j], shifts[j], inverses[j]);
	}
}

/* OUT scales: minimum and maximum of every feature of the current matrix. */
static SegStatus
find_extremes(const SegMatrix *rows, Workspace *work, SegScale *scales, size_t *position)
{
	find_ranges(rows, work->centers, work->inverses);
	for (size_t j = 0; j < rows->d; j++)
	{
		scales[j].minimum = work->centers[j];
		scales[j].maximum = work->inverses[j];
		if (fmax(fabs(scales[j].minimum), fabs(scales[j].maximum)) > SEG_MAX_MAGNITUDE)
		{
			*position = j + 1;
			return SEG_RANGE_TOO_WIDE;
		}
	}
	return SEG_OK;
}

/*
 * Minimum, maximum, mean and sd of every feature of the current matrix.  The mean m is
 * stored as a double c and an offset m - c, so
 *
 *		sum of w (x - m)^2 = sum of w (x - c)^2 - (sum of w) (m - c)^2
 */
static SegStatus
find_moments(const SegMatrix *rows, const double *weights, double total, Workspace *work,
			 SegScale *scales, size_t *position)
{
	size_t		d = rows->d;
	double	   *result = work->result;
	double	   *bounds = work->inverses;
	SegStatus	status = find_extremes(rows, work, scales, position);

	if (status != SEG_OK)
		return status;
	for (size_t j = 0; j < d; j++)
	{
		double		origin = seg_scale_origin(scales[j].minimum, scales[j].maximum);

		work->centers[j] = origin;
		bounds[j] = fmax(fabs(scales[j].minimum - origin), fabs(scales[j].maximum - origin));
	}
	sum_deviations(rows, weights, false, bounds, work, result);
	for (size_t j = 0; j < d; j++)
	{
		double		from_origin = result[j] / total;
		double		mean = fmin(fmax(work->centers[j] + from_origin, scales[j].minimum), scales[j].maximum);

		work->offsets[j] = (work->centers[j] - mean) + from_origin;
		scales[j].mean = work->centers[j] = mean;
		bounds[j] = fmax(mean - scales[j].minimum, scales[j].maximum - mean);
	}
	sum_deviations(rows, weights, true, bounds, work, result);
	for (size_t j = 0; j < d; j++)
	{
		double		squares = fmax(result[j] - total * work->offsets[j] * work->offsets[j], 0);

		scales[j].sd = work->freedom > 0 ? sqrt(squares / work->freedom) : 0;
	}
	return SEG_OK;
}

/* ---- the steps ---- */

/* The weighted mean of the values that are not null; 0 if all are null. */
static double
column_mean(const SegMatrix *rows, const double *weights, const Workspace *work, size_t j)
{
	double		max_abs = 0;
	SegGrid		grid;
	SegGrid		weight_grid = work_grid(work, 1);
	SegExactSum sum = {0};
	SegExactSum present = {0};

	for (size_t i = 0; i < rows->n; i++)
	{
		if (i % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
		max_abs = fmax(max_abs, fabs(*seg_matrix_cell(rows, i, j)));
	}
	if (max_abs > SEG_MAX_MAGNITUDE)
		return 0;				/* find_moments returns an error for it */
	grid = work_grid(work, max_abs);
	for (size_t i = 0; i < rows->n; i++)
	{
		double		x = *seg_matrix_cell(rows, i, j);
		double		weight = weights == NULL ? 1 : weights[i];

		if (i % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
		if (!isnan(x))
		{
			seg_exact_sum_add_weighted(&sum, grid, x, weight);
			seg_exact_sum_add(&present, weight_grid, weight);
		}
	}
	return seg_exact_sum_value(&present) > 0 ? seg_exact_sum_value(&sum) / seg_exact_sum_value(&present) : 0;
}

static void
fill_nulls(SegMatrix *rows, const double *weights, SegNullPolicy null_policy,
		   Workspace *work, SegScale *scales)
{
	for (size_t j = 0; j < rows->d; j++)
	{
		SegScale   *scale = &scales[j];

		CHECK_FOR_INTERRUPTS();
		if (null_policy == SEG_NULL_MEAN)
			scale->fill = column_mean(rows, weights, work, j);
		else if (null_policy == SEG_NULL_MEDIAN)
			scale->fill = seg_column_median(rows, weights, j, 0, NAN, work->column);
		for (size_t i = 0; i < rows->n; i++)
		{
			double	   *x = seg_matrix_cell(rows, i, j);

			if (i % 65536 == 0)
				CHECK_FOR_INTERRUPTS();
			if (isnan(*x))
			{
				*x = scale->fill;
				scale->imputed++;
			}
		}
	}
}

static SegStatus
take_logarithms(SegMatrix *rows, const SegScale *scales, size_t *position)
{
	for (size_t j = 0; j < rows->d; j++)
		if (scales[j].transform == SEG_TRANSFORM_LOG1P && scales[j].minimum <= -1)
		{
			*position = j + 1;
			return SEG_LOG_DOMAIN;
		}
	for (size_t i = 0; i < rows->n; i++)
	{
		double	   *row = seg_matrix_row(rows, i);

		if (i % 512 == 0)
			CHECK_FOR_INTERRUPTS();
		for (size_t j = 0; j < rows->d; j++)
			if (scales[j].transform == SEG_TRANSFORM_LOG1P)
				row[j] = log1p(row[j]);
	}
	return SEG_OK;
}

/* IN moments: of the transformed values. */
static void
choose_scale(const SegMatrix *rows, const double *weights, size_t j, SegStandardize standardize,
			 double *column, const SegScale *moments, SegScale *scale)
{
	double		minimum = moments->minimum;
	double		maximum = moments->maximum;
	double		origin = seg_scale_origin(minimum, maximum);
	double		median;

	switch (standardize)
	{
		case SEG_STANDARDIZE_ZSCORE:
			scale->shift = moments->mean;
			scale->scale = moments->sd;
			break;
		case SEG_STANDARDIZE_ROBUST:
			median = seg_column_median(rows, weights, j, origin, NAN, column);
			scale->shift = origin + median;
			scale->scale = MAD_TO_SD * seg_column_median(rows, weights, j, origin, median, column);
			break;
		case SEG_STANDARDIZE_MINMAX:
			scale->shift = minimum;
			scale->scale = maximum - minimum;
			break;
		case SEG_STANDARDIZE_NONE:
			scale->shift = origin;
			scale->scale = 1;
			break;
	}
	/* rounding must not give a constant a spread; the inverse must be finite */
	if (minimum == maximum || scale->scale < SEG_MIN_MAGNITUDE)
	{
		scale->scale = 0;
		if (minimum == maximum)
			scale->shift = minimum;
	}
}

/* Shift and scale all rows; a feature without spread is not changed. */
static SegStatus
apply_scales(SegMatrix *rows, const SegScale *moments, Workspace *work, SegScale *scales, size_t *position)
{
	size_t		d = rows->d;

	for (size_t j = 0; j < d; j++)
	{
		SegScale   *scale = &scales[j];
		double		inverse = scale->scale == 0 ? 1 : seg_scale_inverse(scale->scale);
		double		shift = scale->scale == 0 ? 0 : scale->shift;

		work->centers[j] = shift;
		work->inverses[j] = inverse;
		scale->max_abs = fmax(fabs((moments[j].minimum - shift) * inverse),
							  fabs((moments[j].maximum - shift) * inverse));
		scale->center = scale->scale == 0 ? 0 : (moments[j].mean - shift) * inverse;
		scale->spread = scale->scale == 0 ? 0 : moments[j].sd * inverse;
		if (scale->max_abs > SEG_MAX_MAGNITUDE)
		{
			*position = j + 1;
			return SEG_RANGE_TOO_WIDE;
		}
	}
	for (size_t i = 0; i < rows->n; i += PAUSE)
	{
		CHECK_FOR_INTERRUPTS();
		shift_and_scale(rows, i, seg_min_size(i + PAUSE, rows->n), work->centers, work->inverses);
	}
	return SEG_OK;
}

SegStatus
seg_standardize_rows(SegMatrix *rows, const double *weights, double total, SegStandardize standardize,
					 SegNullPolicy null_policy, bool has_nulls, SegScale *scales, SegArena arena,
					 size_t *position)
{
	size_t		d = rows->d;
	bool		has_transform = false;
	Workspace	work;
	SegStatus	status;

	take_workspace(&work, &arena, rows->n, d, weights, total);
	for (size_t j = 0; j < d; j++)
	{
		scales[j] = (SegScale) {.transform = scales[j].transform};
		has_transform |= scales[j].transform != SEG_TRANSFORM_NONE;
	}
	if (has_nulls)
		fill_nulls(rows, weights, null_policy, &work, scales);
	status = find_moments(rows, weights, total, &work, scales, position);
	if (status != SEG_OK)
		return status;
	/* the fill value for later rows, if these rows have no nulls */
	for (size_t j = 0; j < d && !has_nulls; j++)
		scales[j].fill = null_policy == SEG_NULL_MEAN ? scales[j].mean :
			null_policy == SEG_NULL_MEDIAN ? seg_column_median(rows, weights, j, 0, NAN, work.column) : 0;
	memcpy(work.moments, scales, d * sizeof(SegScale));
	if (has_transform)
	{
		status = take_logarithms(rows, scales, position);
		if (status == SEG_OK)
			status = find_moments(rows, weights, total, &work, work.moments, position);
		if (status != SEG_OK)
			return status;
	}
	for (size_t j = 0; j < d; j++)
		choose_scale(rows, weights, j, standardize, work.column, &work.moments[j], &scales[j]);
	return apply_scales(rows, work.moments, &work, scales, position);
}
