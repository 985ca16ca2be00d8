/*
 * kmeans_lloyd.c
 *		Lloyd's iterations over rows in memory, with exact order-free sums.
 *
 * An iteration assigns every row to its nearest center and moves every center to
 * the mean of its rows.  Three things make it fast here:
 *
 * - rows lie in blocks of eight (core/rows.h) and four centers are measured at a
 *   time, so the accumulators stay in registers;
 * - the sums behind the means are exact on their grid (core/sum.h), so only rows
 *   that change cluster touch them, and the result never drifts;
 * - once few rows change cluster, bounds skip blocks.  When a block is measured
 *   we keep the smallest gap between the distances of its rows to their own and
 *   to the nearest other center.  A step of the centers brings the two closer by
 *   no more than the two longest moves together, so with
 *		drift = sum over the steps of (longest + second longest move)
 *   no row of the block can change its label before the drift has grown by that
 *   gap: one number per block, compared and never updated.  It is rounded down by
 *   more than any error of the arithmetic, so that skipping never changes a label.
 */
#include "core/kmeans_lloyd.h"

#include "core/kmeans_block.h"
#include "core/sums.h"

/* bounds are kept while at most one row in so many changed cluster */
#define MOVED_FEW 16

/* distances of a row, in multiplications, that cost more than its deadline */
#define BOUNDED_COST 64

/* what a gap is rounded down by, as a share of the distances; d2 is good to d * 2^-53 */
#define GAP_MARGIN 1e-9

/* and what is taken off besides, for squares that underflow */
#define SMALLEST_GAP 1e-150

typedef struct Lloyd
{
	const SegKmeansData *data;
	SegKmeansRun *run;
	SegGrids	grids;			/* d */
	SegSums		sums;			/* k x d */
	SegSum	   *weights;		/* k */
	size_t	   *counts;			/* k: rows */
	double	   *row;			/* d */
	SegGrid		weight_grid;
	double	   *previous;		/* k x d: the centers before the last step */
	bool	   *changed;		/* k: the cluster won or lost rows */
	double		drift;			/* of the centers, since the start */
	double	   *deadlines;		/* per block: the drift up to which its labels hold */
	double		total_ss;		/* around the mean of all rows; only to tell the inertia */
} Lloyd;

size_t
seg_lloyd_workspace(size_t n, size_t d, size_t k)
{
	return SEG_SUMS_SIZE(d) + SEG_SUMS_SIZE(k * d) + (k + 1) * d * sizeof(double) +
		k * (sizeof(SegSum) + sizeof(size_t) + sizeof(bool)) + seg_rows_blocks(n) * sizeof(double) +
		6 * SEG_ARENA_ALIGN;
}

/* ---- distances of a block ---- */

/* Block `next`, or b itself where there is none. */
SEG_ALWAYS_INLINE const double *
block_to_fetch(const SegRows *rows, size_t b, size_t next)
{
	return seg_rows_block(rows, next < seg_rows_blocks(rows->n) ? next : b);
}

SEG_CLONES void
seg_lloyd_nearest(const SegKmeansData *data, size_t b, const double *centers, size_t k,
				  double *first_d2, double *second_d2, uint16_t *first)
{
	nearest_of_block(seg_rows_block(&data->rows, b), block_to_fetch(&data->rows, b, b + 1),
					 data->active, data->n_active, centers, data->rows.d, k, true,
					 first_d2, second_d2, first);
}

/* ---- sums ---- */

/* Add row i to a cluster's sums, or with sign -1 take it out. */
SEG_CLONES static void
move_row(Lloyd *lloyd, size_t i, size_t cluster, double sign)
{
	const SegKmeansData *data = lloyd->data;
	size_t		d = data->rows.d;
	double		weight = seg_kmeans_weight(data, i) * sign;

	seg_rows_get(&data->rows, i, lloyd->row);
	seg_sums_add(&lloyd->sums, cluster * d, &lloyd->grids, lloyd->row, d, weight);
	seg_sum_add(&lloyd->weights[cluster], lloyd->weight_grid, weight);
	lloyd->counts[cluster] += sign > 0 ? 1 : -1;
	lloyd->changed[cluster] = true;
}

/* Write the labels of block b; returns how many rows changed cluster. */
static size_t
relabel_block(Lloyd *lloyd, size_t b, const uint16_t *first)
{
	uint16_t   *labels = lloyd->run->labels + b * SEG_LANES;
	size_t		lanes = seg_rows_lanes(&lloyd->data->rows, b);
	size_t		moved = 0;

	if (memcmp(labels, first, SEG_LANES * sizeof(uint16_t)) == 0)
		return 0;
	for (size_t l = 0; l < lanes; l++)
	{
		if (labels[l] == first[l])
			continue;
		if (labels[l] != SEG_NO_LABEL)
			move_row(lloyd, b * SEG_LANES + l, labels[l], -1);
		move_row(lloyd, b * SEG_LANES + l, first[l], 1);
		moved++;
	}
	memcpy(labels, first, SEG_LANES * sizeof(uint16_t));
	return moved;
}

/* ---- bounds ---- */

/* The drift up to which the labels of a block hold that was measured just now. */
SEG_ALWAYS_INLINE double
deadline(double drift, const double *first_d2, const double *second_d2)
{
	double		smallest = INFINITY;

	for (size_t l = 0; l < SEG_LANES; l++)
	{
		double		own = sqrt(first_d2[l]);
		double		other = sqrt(second_d2[l]);
		double		gap = other - own - GAP_MARGIN * (other + own) - SMALLEST_GAP;

		smallest = gap < smallest ? gap : smallest;
	}
	return drift + smallest * (1 - GAP_MARGIN) - drift * GAP_MARGIN;
}

/* Add the two longest moves of the last step to the drift. */
static void
add_drift(Lloyd *lloyd)
{
	size_t		d = lloyd->data->rows.d;
	double		longest = 0;
	double		second = 0;

	for (size_t c = 0; c < lloyd->run->k; c++)
	{
		const double *now = lloyd->run->centers + c * d;
		const double *before = lloyd->previous + c * d;
		double		sum = 0;
		double		move;

		for (size_t j = 0; j < d; j++)
			sum = fma(now[j] - before[j], now[j] - before[j], sum);
		move = sqrt(sum);
		if (move > longest)
		{
			second = longest;
			longest = move;
		}
		else if (move > second)
			second = move;
	}
	lloyd->drift += (longest + second) * (1 + GAP_MARGIN);
}

/* ---- one iteration ---- */

/* The largest sum of weighted squared distances: bounds the grid of the inertia. */
static double
largest_d2(const SegKmeansData *data)
{
	double		sum = 0;

	for (size_t a = 0; a < data->n_active; a++)
	{
		double		span = 2 * data->scales[data->active[a]].max_abs;

		sum += span * span;
	}
	return sum;
}

/* The next block from b on whose deadline has passed; any block, for all. */
SEG_ALWAYS_INLINE size_t
next_block(const Lloyd *lloyd, size_t b, bool all)
{
	size_t		blocks = seg_rows_blocks(lloyd->data->rows.n);

	while (b < blocks && !all && lloyd->drift < lloyd->deadlines[b])
		b++;
	return b;
}

/*
 * Assign all rows but those of blocks whose deadline is still to come.  With
 * `bounded`, set deadlines.  Returns how many rows changed cluster.
 */
SEG_ALWAYS_INLINE size_t
assign_blocks(Lloyd *lloyd, bool bounded, double *inertia)
{
	const SegKmeansData *data = lloyd->data;
	SegKmeansRun *run = lloyd->run;
	SegGrid		grid = seg_kmeans_grid(data, largest_d2(data));
	SegSum		sum = {0};
	bool		all = inertia != NULL;
	size_t		measured_blocks = 0;
	size_t		moved = 0;

	for (size_t b = next_block(lloyd, 0, all), next; b < seg_rows_blocks(data->rows.n); b = next)
	{
		size_t		lanes = seg_rows_lanes(&data->rows, b);
		double		first_d2[SEG_LANES];
		double		second_d2[SEG_LANES];
		uint16_t	first[SEG_LANES];

		if (seg_kmeans_is_pause(measured_blocks++, run->k, data->rows.d))
			CHECK_FOR_INTERRUPTS();
		next = next_block(lloyd, b + 1, all);
		nearest_of_block(seg_rows_block(&data->rows, b), block_to_fetch(&data->rows, b, next),
						 data->active, data->n_active, run->centers, data->rows.d, run->k,
						 bounded, first_d2, second_d2, first);
		run->distances += lanes * run->k;
		moved += relabel_block(lloyd, b, first);
		if (bounded)
			lloyd->deadlines[b] = deadline(lloyd->drift, first_d2, second_d2);
		if (inertia != NULL)
			for (size_t l = 0; l < lanes; l++)
				seg_sum_add_weighted(&sum, grid, first_d2[l], seg_kmeans_weight(data, b * SEG_LANES + l));
	}
	if (inertia != NULL)
		*inertia = seg_sum_value(&sum);
	return moved;
}

/*
 * Assign the rows; with OUT inertia not NULL all of them are measured, else those
 * that may have changed.  Returns how many did.
 */
SEG_CLONES static size_t
assign_rows(Lloyd *lloyd, bool bounded, double *inertia)
{
	return bounded ? assign_blocks(lloyd, true, inertia) : assign_blocks(lloyd, false, inertia);
}

/* The row farthest from its center, the first by values among equals. */
static size_t
farthest_row(const Lloyd *lloyd)
{
	const SegKmeansData *data = lloyd->data;
	size_t		farthest = 0;
	double		farthest_d2 = -1;

	for (size_t b = 0; b < seg_rows_blocks(data->rows.n); b++)
	{
		double		first_d2[8];
		double		second_d2[8];
		uint16_t	first[8];

		if (seg_kmeans_is_pause(b, lloyd->run->k, data->rows.d))
			CHECK_FOR_INTERRUPTS();
		seg_lloyd_nearest(data, b, lloyd->run->centers, lloyd->run->k, first_d2, second_d2, first);
		for (size_t l = 0; l < seg_rows_lanes(&data->rows, b); l++)
		{
			size_t		i = b * SEG_LANES + l;

			if (first_d2[l] > farthest_d2 ||
				(first_d2[l] == farthest_d2 && seg_rows_compare(&data->rows, i, farthest) < 0))
			{
				farthest = i;
				farthest_d2 = first_d2[l];
			}
		}
	}
	return farthest;
}

/* Give each empty cluster a row; returns how many were empty. */
static size_t
reseed_empty(Lloyd *lloyd)
{
	SegKmeansRun *run = lloyd->run;
	size_t		d = lloyd->data->rows.d;
	size_t		empty = 0;

	/* a center of NaN is nobody's nearest, until it gets its row */
	for (size_t c = 0; c < run->k; c++)
		if (lloyd->counts[c] == 0)
		{
			run->centers[c * d + lloyd->data->active[0]] = NAN;
			empty++;
		}
	for (size_t c = 0; c < run->k && empty > 0; c++)
		if (lloyd->counts[c] == 0)
		{
			double	   *center = run->centers + c * d;

			seg_rows_get(&lloyd->data->rows, farthest_row(lloyd), center);
			for (size_t j = 0; j < d; j++)
				if (lloyd->data->scales[j].scale == 0)
					center[j] = 0;
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
		double		weight = seg_sum_value(&lloyd->weights[c]);

		if (!lloyd->changed[c] || lloyd->counts[c] == 0)
			continue;
		for (size_t a = 0; a < lloyd->data->n_active; a++)
		{
			size_t		j = lloyd->data->active[a];

			run->centers[c * d + j] = seg_sums_value(&lloyd->sums, c * d + j) / weight + 0.0;
		}
		lloyd->changed[c] = false;
	}
	(void) reseed_empty(lloyd);
	add_drift(lloyd);
}

/* ---- the run ---- */

static void
start(Lloyd *lloyd, const SegKmeansData *data, SegKmeansRun *run, SegArena *arena)
{
	size_t		n = data->rows.n;
	size_t		d = data->rows.d;
	size_t		k = run->k;
	size_t		padded = seg_rows_blocks(n) * SEG_LANES;

	memset(lloyd, 0, sizeof(*lloyd));
	lloyd->data = data;
	lloyd->run = run;
	lloyd->grids = seg_grids_take(arena, d);
	lloyd->sums = seg_sums_take(arena, k * d);
	lloyd->row = seg_arena_take(arena, d, sizeof(double));
	lloyd->weights = seg_arena_take(arena, k, sizeof(SegSum));
	lloyd->counts = seg_arena_take(arena, k, sizeof(size_t));
	lloyd->previous = seg_arena_take(arena, k, d * sizeof(double));
	lloyd->changed = seg_arena_take(arena, k, sizeof(bool));
	lloyd->deadlines = seg_arena_take(arena, seg_rows_blocks(n), sizeof(double));
	Assert(lloyd->deadlines != NULL);
	for (size_t block = 0; block < seg_rows_blocks(n); block++)
		lloyd->deadlines[block] = -1;
	memset(lloyd->weights, 0, k * sizeof(SegSum));
	memset(lloyd->counts, 0, k * sizeof(size_t));
	memset(lloyd->changed, 0, k * sizeof(bool));
	for (size_t j = 0; j < d; j++)
		seg_grids_set(&lloyd->grids, j, seg_kmeans_grid(data, data->scales[j].max_abs));
	lloyd->weight_grid = seg_kmeans_grid(data, 1);
	for (size_t i = 0; i < padded; i++)
		run->labels[i] = SEG_NO_LABEL;
	run->iterations = 0;
	run->converged = false;
	run->distances = 0;
}

/* The mean of all rows, which are all assigned, in feature j. */
static double
mean_of_feature(const Lloyd *lloyd, size_t j)
{
	double		sum = 0;

	CHECK_FOR_INTERRUPTS();
	for (size_t c = 0; c < lloyd->run->k; c++)
		sum += seg_sums_value(&lloyd->sums, c * lloyd->data->rows.d + j);
	return sum / lloyd->data->total;
}

static double
squares_around(const SegKmeansData *data, size_t j, double mean)
{
	SegGrid		grid = seg_kmeans_grid(data, 4 * data->scales[j].max_abs * data->scales[j].max_abs);
	SegSum		sum = {0};

	for (size_t i = 0; i < data->rows.n; i++)
	{
		double		t = *seg_rows_cell(&data->rows, i, j) - mean;

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		seg_sum_add_weighted(&sum, grid, t * t, seg_kmeans_weight(data, i));
	}
	return seg_sum_value(&sum);
}

/* Skipped blocks have no distances: inertia = total - sum of weight_c |m_c - m|^2. */
static void
tell_iteration(Lloyd *lloyd, const SegKmeansParams *params)
{
	double		between = 0;

	for (size_t a = 0; a < lloyd->data->n_active; a++)
	{
		size_t		j = lloyd->data->active[a];
		double		mean = mean_of_feature(lloyd, j);

		if (lloyd->run->iterations == 1)
			lloyd->total_ss += squares_around(lloyd->data, j, mean);
		for (size_t c = 0; c < lloyd->run->k; c++)
			if (lloyd->counts[c] > 0)
			{
				double		weight = seg_sum_value(&lloyd->weights[c]);
				double		off = seg_sums_value(&lloyd->sums, c * lloyd->data->rows.d + j) / weight - mean;

				between += weight * off * off;
			}
	}
	params->on_iteration(params->argument, lloyd->run->k, lloyd->run->iterations,
						 fmax(lloyd->total_ss - between, 0));
}

/*
 * The sum of squares around the mean m of all rows.  With the mean m_c of each
 * cluster, which its center c is after convergence but not before,
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
			double		own = seg_sums_value(&lloyd->sums, c * d + j) / run->weights[c];
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
		bool		bounded = moved * MOVED_FEW <= data->rows.n && run->k * data->n_active >= BOUNDED_COST;

		moved = assign_rows(&lloyd, bounded, measured ? &run->inertia : NULL);
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

	/* the centers may have moved since: labels, weights and inertia follow them */
	(void) assign_rows(&lloyd, false, &run->inertia);
	while (reseed_empty(&lloyd) > 0)
		(void) assign_rows(&lloyd, false, &run->inertia);
	for (size_t c = 0; c < run->k; c++)
		run->weights[c] = seg_sum_value(&lloyd.weights[c]);
	run->total_ss = fmax(total_squares(&lloyd), run->inertia);
}
