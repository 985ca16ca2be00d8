/*
 * kmeans_lloyd.c
 *		Lloyd's iterations over rows in memory; see kmeans_lloyd.h.
 *
 * An iteration assigns every row to its nearest center (kmeans_assign.h) and moves
 * every center to the mean of its rows.
 */
#include "kmeans/kmeans_lloyd.h"

#include "kmeans/kmeans_assign.h"

/* bounds are used while at most one row in so many changes cluster */
#define MOVED_FEW 128

typedef struct Lloyd
{
	const SegKmeansData *data;
	SegKmeansRun *run;
	SegAssignment assignment;
	double	   *previous;		/* k x d: the centers before the last step */
	SegGroupSums squares;		/* around the mean of all rows; only for the inertia */
	double	   *mean;			/* d */
	double	   *nearest_d2;		/* n: from each row to its center, while empty clusters are filled */
	double		total_ss;		/* sum of the squares */
} Lloyd;

size_t
seg_lloyd_workspace(size_t n, size_t d, size_t k)
{
	return seg_assignment_size(n, d, k) + seg_group_sums_size(1, d) + ((k + 1) * d + n) * sizeof(double) +
		3 * SEG_ARENA_ALIGN;
}

/* Update nearest_d2[n]: with `from` a center, by the distances to it; else by the distances to all k. */
static void
measure_nearest(Lloyd *lloyd, const double *from)
{
	const SegKmeansData *data = lloyd->data;
	const SegKmeansRun *run = lloyd->run;
	size_t		k = from != NULL ? 1 : run->k;

	for (size_t b = 0; b < seg_matrix_blocks(data->rows.n); b++)
	{
		double		first_d2[8];
		double		second_d2[8];
		uint16_t	first[8];

		if (seg_kmeans_is_pause(b, k, data->rows.d))
			CHECK_FOR_INTERRUPTS();
		seg_assign_nearest(data, b, from != NULL ? from : run->centers, k, lloyd->assignment.block,
						   first_d2, second_d2, first);
		for (size_t l = 0; l < seg_matrix_block_rows(&data->rows, b); l++)
		{
			double	   *nearest = &lloyd->nearest_d2[b * SEG_BLOCK_ROWS + l];

			*nearest = from != NULL ? fmin(*nearest, first_d2[l]) : first_d2[l];
		}
	}
}

/* The row farthest from its center; of equals, the first by values. */
static size_t
farthest_row(const Lloyd *lloyd)
{
	const SegMatrix *rows = &lloyd->data->rows;
	size_t		farthest = 0;

	for (size_t i = 1; i < rows->n; i++)
	{
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		if (lloyd->nearest_d2[i] > lloyd->nearest_d2[farthest] ||
			(lloyd->nearest_d2[i] == lloyd->nearest_d2[farthest] && seg_matrix_compare(rows, i, farthest) < 0))
			farthest = i;
	}
	return farthest;
}

/*
 * Give each empty cluster a row; returns the number of empty clusters.  All distances
 * are computed once; each new center costs n d.
 */
static size_t
reseed_empty(Lloyd *lloyd)
{
	SegKmeansRun *run = lloyd->run;
	size_t		d = lloyd->data->rows.d;
	size_t		empty = 0;

	/* a center of NaN is never the nearest; it gets its row below */
	for (size_t c = 0; c < run->k; c++)
		if (lloyd->assignment.counts[c] == 0)
		{
			run->centers[c * d + lloyd->data->active[0]] = NAN;
			empty++;
		}
	if (empty > 0)
		measure_nearest(lloyd, NULL);
	for (size_t c = 0; c < run->k && empty > 0; c++)
		if (lloyd->assignment.counts[c] == 0)
		{
			double	   *center = run->centers + c * d;

			memcpy(center, seg_matrix_row(&lloyd->data->rows, farthest_row(lloyd)), d * sizeof(double));
			for (size_t j = 0; j < d; j++)
				if (lloyd->data->scales[j].scale == 0)
					center[j] = 0;
			measure_nearest(lloyd, center);
		}
	return empty;
}

/* Move the centers to the means of their rows. */
static void
update_centers(Lloyd *lloyd)
{
	SegKmeansRun *run = lloyd->run;
	size_t		d = lloyd->data->rows.d;

	memcpy(lloyd->previous, run->centers, run->k * d * sizeof(double));
	for (size_t c = 0; c < run->k; c++)
	{
		double		weight = seg_exact_sum_value(&lloyd->assignment.weights[c]);

		if (!lloyd->assignment.changed[c] || lloyd->assignment.counts[c] == 0)
			continue;
		for (size_t a = 0; a < lloyd->data->n_active; a++)
		{
			size_t		j = lloyd->data->active[a];

			run->centers[c * d + j] = seg_group_sums_value(&lloyd->assignment.sums, c, j) / weight + 0.0;
		}
		lloyd->assignment.changed[c] = false;
	}
	(void) reseed_empty(lloyd);
	seg_assignment_add_center_shift(&lloyd->assignment, lloyd->previous);
}

/* ---- the run ---- */

static void
start(Lloyd *lloyd, const SegKmeansData *data, SegKmeansRun *run, SegArena *arena)
{
	size_t		d = data->rows.d;

	lloyd->data = data;
	lloyd->run = run;
	seg_assignment_start(&lloyd->assignment, data, run, arena);
	lloyd->previous = seg_arena_take(arena, run->k, d * sizeof(double));
	lloyd->mean = seg_arena_take(arena, d, sizeof(double));
	lloyd->nearest_d2 = seg_arena_take(arena, data->rows.n, sizeof(double));
	lloyd->squares = seg_group_sums_take(arena, 1, d);
	run->iterations = 0;
	run->converged = false;
	run->distances = 0;
}

/* The mean of all rows in feature j; all rows are assigned. */
static double
mean_of_feature(const Lloyd *lloyd, size_t j)
{
	double		sum = 0;

	CHECK_FOR_INTERRUPTS();
	for (size_t c = 0; c < lloyd->run->k; c++)
		sum += seg_group_sums_value(&lloyd->assignment.sums, c, j);
	return sum / lloyd->data->total;
}

/* The sum of squares of all rows around their mean; INOUT squares: of one group. */
SEG_CLONES static double
squares_around(const SegKmeansData *data, const double *mean, SegGroupSums *squares)
{
	double		sum = 0;

	for (size_t j = 0; j < data->rows.d; j++)
	{
		double		span = 2 * data->scales[j].max_abs;

		seg_group_sums_set_grid(squares, j, seg_kmeans_grid(data, span * span));
	}
	seg_group_sums_clear(squares);
	for (size_t i = 0; i < data->rows.n; i++)
	{
		SegAddend	addend = seg_addend(seg_matrix_row(&data->rows, i), seg_kmeans_weight(data, i), 1);

		if (i % 512 == 0)
			CHECK_FOR_INTERRUPTS();
		seg_group_sums_add(squares, 0, &addend, 1, mean, true);
	}
	for (size_t a = 0; a < data->n_active; a++)
		sum += seg_group_sums_value(squares, 0, data->active[a]);
	return sum;
}

/* The inertia without distances of skipped blocks: total - sum of weight_c |m_c - m|^2. */
static void
tell_iteration(Lloyd *lloyd, const SegKmeansParams *params)
{
	const SegAssignment *assignment = &lloyd->assignment;
	double		between = 0;

	for (size_t j = 0; j < lloyd->data->rows.d; j++)
		lloyd->mean[j] = mean_of_feature(lloyd, j);
	if (lloyd->run->iterations == 1)
		lloyd->total_ss = squares_around(lloyd->data, lloyd->mean, &lloyd->squares);
	for (size_t c = 0; c < lloyd->run->k; c++)
	{
		double		weight = seg_exact_sum_value(&assignment->weights[c]);

		for (size_t a = 0; a < lloyd->data->n_active && assignment->counts[c] > 0; a++)
		{
			size_t		j = lloyd->data->active[a];
			double		off = seg_group_sums_value(&assignment->sums, c, j) / weight - lloyd->mean[j];

			between += weight * off * off;
		}
	}
	params->on_iteration(params->argument, lloyd->run->k, lloyd->run->iterations,
						 fmax(lloyd->total_ss - between, 0));
}

/*
 * The sum of squares around the mean m of all rows.  With the mean m_c of each
 * cluster, which is equal to its center c only after convergence,
 *
 *		total = inertia + sum of weight_c (|m_c - m|^2 - |m_c - c|^2)
 */
static double
total_squares(const Lloyd *lloyd)
{
	const SegKmeansData *data = lloyd->data;
	const SegKmeansRun *run = lloyd->run;
	size_t		d = data->rows.d;
	double		total = run->inertia;

	for (size_t a = 0; a < data->n_active; a++)
	{
		size_t		j = data->active[a];
		double		mean = mean_of_feature(lloyd, j);

		for (size_t c = 0; c < run->k; c++)
		{
			double		own = seg_group_sums_value(&lloyd->assignment.sums, c, j) / run->weights[c];
			double		off = own - run->centers[c * d + j];

			total += run->weights[c] * ((own - mean) * (own - mean) - off * off);
		}
	}
	return total;
}

void
seg_lloyd_run(const SegKmeansData *data, const SegKmeansParams *params, SegKmeansRun *run,
			  SegArena workspace)
{
	Lloyd		lloyd;
	double		before = INFINITY;
	bool		measured = params->tolerance > 0;
	size_t		moved = data->rows.n;

	start(&lloyd, data, run, &workspace);
	while (run->iterations < params->max_iterations && !run->converged)
	{
		moved = seg_assign_rows(&lloyd.assignment, moved * MOVED_FEW <= data->rows.n, measured ? &run->inertia : NULL);
		run->iterations++;
		if (params->on_iteration != NULL)
			tell_iteration(&lloyd, params);
		if (moved == 0)
			run->converged = true;
		else
		{
			if (measured && isfinite(before) &&
				before - run->inertia <= params->tolerance * before)
				run->converged = true;
			before = run->inertia;
			update_centers(&lloyd);
		}
	}

	/* if the centers moved after the last assignment, update labels, weights and inertia */
	if (moved == 0)
		run->inertia = seg_assignment_inertia(&lloyd.assignment);
	else
		(void) seg_assign_rows(&lloyd.assignment, false, &run->inertia);
	while (reseed_empty(&lloyd) > 0)
		(void) seg_assign_rows(&lloyd.assignment, false, &run->inertia);
	for (size_t c = 0; c < run->k; c++)
		run->weights[c] = seg_exact_sum_value(&lloyd.assignment.weights[c]);
	run->total_ss = fmax(total_squares(&lloyd), run->inertia);
}
