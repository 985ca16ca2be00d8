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
 * - with enough features, Hamerly's bounds skip blocks.  A row keeps
 *		upper >= distance to its center,	lower <= distance to any other,
 *   which a step of the centers widens by as much as they moved.  While
 *   upper < lower, or upper < half the way from its center to the next one, the
 *   assignment cannot have changed.  Bounds are floats, rounded outwards by more
 *   than any error of the arithmetic, so that skipping never changes a label.
 */
#include "core/kmeans_lloyd.h"

#include "core/lanes.h"
#include "core/sum.h"

/* from this many features on bounds are cheaper than what they save */
#define BOUNDED_FEATURES 8

/* outward rounding of a bound; d2 is good to about d * 2^-53, a float to 2^-24 */
#define OUTWARD 1e-6f

typedef struct Lloyd
{
	const SegKmeansData *data;
	SegKmeansRun *run;
	SegGrid    *grids;			/* d */
	SegSum	   *sums;			/* k x d */
	SegSum	   *weights;		/* k */
	size_t	   *counts;			/* k: rows */
	SegGrid		weight_grid;
	double	   *previous;		/* k x d: the centers before the last step */
	bool	   *changed;		/* k: the cluster won or lost rows */
	float	   *upper;			/* n rounded up; NULL: no bounds */
	float	   *lower;
	float	   *step;			/* k: how far the center moved */
	float	   *others_step;	/* k: the farthest that another center moved */
	float	   *half_way;		/* k: half the distance to the nearest other center */
} Lloyd;

size_t
seg_lloyd_workspace(size_t n, size_t d, size_t k)
{
	size_t		padded = seg_rows_blocks(n) * SEG_LANES;

	return d * sizeof(SegGrid) + k * d * (sizeof(SegSum) + sizeof(double)) +
		k * (sizeof(SegSum) + sizeof(size_t) + sizeof(bool) + 3 * sizeof(float)) +
		(d >= BOUNDED_FEATURES ? 2 * padded * sizeof(float) : 0) + 13 * SEG_ARENA_ALIGN;
}

/* ---- distances of a block ---- */

/* The nearest centers so far of four rows. */
typedef struct Ranking
{
	SegLanes	first_d2;
	SegLanes	second_d2;
	SegIntLanes first;
} Ranking;

SEG_ALWAYS_INLINE void
rank_center(Ranking *ranking, const SegLanes *d2, size_t c)
{
	SegIntLanes is_first = *d2 < ranking->first_d2;
	SegIntLanes is_second;
	SegLanes	loser = *d2;

	seg_lanes_select(&loser, &is_first, &ranking->first_d2);
	is_second = loser < ranking->second_d2;
	seg_lanes_select(&ranking->second_d2, &is_second, &loser);
	seg_lanes_select(&ranking->first_d2, &is_first, d2);
	ranking->first = (is_first & (int64_t) c) | (~is_first & ranking->first);
}

/*
 * Measure `together` centers (a constant at every call) from number `start` on
 * against the eight rows of a block.
 */
SEG_ALWAYS_INLINE void
measure(const SegLanes *block, const uint32_t *active, size_t n_active, const double *centers,
		size_t d, size_t start, size_t together, Ranking *left, Ranking *right)
{
	SegLanes	left_d2[4] = {{0}};
	SegLanes	right_d2[4] = {{0}};

	centers += start * d;
	for (size_t a = 0; a < n_active; a++)
	{
		size_t		j = active[a];
		SegLanes	left_x = block[2 * j];
		SegLanes	right_x = block[2 * j + 1];

#pragma GCC unroll 4
		for (size_t c = 0; c < together; c++)
		{
			SegLanes	left_t = left_x - centers[c * d + j];
			SegLanes	right_t = right_x - centers[c * d + j];

			seg_lanes_add_square(&left_d2[c], &left_t);
			seg_lanes_add_square(&right_d2[c], &right_t);
		}
	}
#pragma GCC unroll 4
	for (size_t c = 0; c < together; c++)
	{
		rank_center(left, &left_d2[c], start + c);
		rank_center(right, &right_d2[c], start + c);
	}
}

SEG_ALWAYS_INLINE void
nearest_of_block(const double *block, const uint32_t *active, size_t n_active, const double *centers,
				 size_t d, size_t k, double *first_d2, double *second_d2, uint16_t *first)
{
	const SegLanes *lanes = (const SegLanes *) block;
	const double far = INFINITY;
	Ranking		left = {{far, far, far, far}, {far, far, far, far}, {0}};
	Ranking		right = left;
	size_t		c = 0;

	for (; c + 4 <= k; c += 4)
		measure(lanes, active, n_active, centers, d, c, 4, &left, &right);
	switch (k - c)
	{
		case 3:
			measure(lanes, active, n_active, centers, d, c, 3, &left, &right);
			break;
		case 2:
			measure(lanes, active, n_active, centers, d, c, 2, &left, &right);
			break;
		case 1:
			measure(lanes, active, n_active, centers, d, c, 1, &left, &right);
			break;
	}
	memcpy(first_d2, &left.first_d2, sizeof(SegLanes));
	memcpy(first_d2 + 4, &right.first_d2, sizeof(SegLanes));
	memcpy(second_d2, &left.second_d2, sizeof(SegLanes));
	memcpy(second_d2 + 4, &right.second_d2, sizeof(SegLanes));
	for (size_t l = 0; l < 4; l++)
	{
		first[l] = (uint16_t) left.first[l];
		first[l + 4] = (uint16_t) right.first[l];
	}
}

SEG_CLONES void
seg_lloyd_nearest(const SegKmeansData *data, size_t b, const double *centers, size_t k,
				  double *first_d2, double *second_d2, uint16_t *first)
{
	nearest_of_block(seg_rows_block(&data->rows, b), data->active, data->n_active, centers,
					 data->rows.d, k, first_d2, second_d2, first);
}

/* ---- sums ---- */

static void
move_row(Lloyd *lloyd, size_t i, size_t cluster, double sign)
{
	const SegKmeansData *data = lloyd->data;
	const double *row = seg_rows_cell(&data->rows, i, 0);
	SegSum	   *sums = lloyd->sums + cluster * data->rows.d;
	double		weight = seg_kmeans_weight(data, i) * sign;

	for (size_t a = 0; a < data->n_active; a++)
	{
		size_t		j = data->active[a];

		seg_sum_add_weighted(&sums[j], lloyd->grids[j], row[j * SEG_LANES], weight);
	}
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

static void
set_bounds(Lloyd *lloyd, size_t b, const double *first_d2, const double *second_d2)
{
	float	   *upper = lloyd->upper + b * SEG_LANES;
	float	   *lower = lloyd->lower + b * SEG_LANES;

	for (size_t l = 0; l < SEG_LANES; l++)
	{
		upper[l] = (float) sqrt(first_d2[l]) * (1 + OUTWARD);
		lower[l] = (float) sqrt(second_d2[l]) * (1 - OUTWARD);
	}
}

/* Widen the bounds of block b by the last step; true when no label can change. */
SEG_ALWAYS_INLINE bool
block_is_settled(const Lloyd *lloyd, size_t b)
{
	const uint16_t *labels = lloyd->run->labels + b * SEG_LANES;
	float	   *upper = lloyd->upper + b * SEG_LANES;
	float	   *lower = lloyd->lower + b * SEG_LANES;
	int			unsettled = 0;

	for (size_t l = 0; l < SEG_LANES; l++)
	{
		size_t		c = labels[l];
		float		half_way = lloyd->half_way[c];

		upper[l] = (upper[l] + lloyd->step[c]) * (1 + OUTWARD);
		lower[l] = (lower[l] - lloyd->others_step[c]) * (1 - OUTWARD);
		unsettled |= !(upper[l] < (lower[l] > half_way ? lower[l] : half_way));
	}
	return !unsettled;
}

static double
distance_squared(const double *a, const double *b, size_t d)
{
	double		sum = 0;

	for (size_t j = 0; j < d; j++)
		sum = fma(a[j] - b[j], a[j] - b[j], sum);
	return sum;
}

/* Half the distance from center c to the nearest other one. */
static double
half_way_from(const double *centers, size_t k, size_t d, size_t c)
{
	double		nearest = INFINITY;

	for (size_t other = 0; other < k; other++)
	{
		double		d2 = other == c ? INFINITY : distance_squared(centers + c * d, centers + other * d, d);

		nearest = d2 < nearest ? d2 : nearest;
	}
	return sqrt(nearest) / 2;
}

/* How far each center moved, and how far apart they stand now. */
static void
measure_steps(Lloyd *lloyd)
{
	size_t		k = lloyd->run->k;
	size_t		d = lloyd->data->rows.d;
	const double *centers = lloyd->run->centers;
	size_t		farthest = 0;
	float		second_step = 0;

	for (size_t c = 0; c < k; c++)
		lloyd->step[c] = (float) sqrt(distance_squared(centers + c * d, lloyd->previous + c * d, d)) * (1 + OUTWARD);
	for (size_t c = 1; c < k; c++)
		if (lloyd->step[c] > lloyd->step[farthest])
			farthest = c;
	for (size_t c = 0; c < k; c++)
		if (c != farthest && lloyd->step[c] > second_step)
			second_step = lloyd->step[c];
	for (size_t c = 0; c < k; c++)
	{
		CHECK_FOR_INTERRUPTS();
		lloyd->others_step[c] = c == farthest ? second_step : lloyd->step[farthest];
		/* k^2 d: not worth it when there are about as many centers as rows */
		lloyd->half_way[c] = k * 16 > lloyd->data->rows.n ? 0 :
			(float) half_way_from(centers, k, d, c) * (1 - OUTWARD);
	}
}

/* ---- one iteration ---- */

/*
 * Assign all rows.  With `skip`, bounds from the iteration before may be used.
 * Returns how many rows changed cluster; OUT *inertia when not NULL.
 */
SEG_CLONES static size_t
assign_rows(Lloyd *lloyd, bool skip, double *inertia)
{
	const SegKmeansData *data = lloyd->data;
	SegKmeansRun *run = lloyd->run;
	size_t		n = data->rows.n;
	size_t		d = data->rows.d;
	size_t		k = run->k;
	size_t		moved = 0;
	double		span = 0;
	SegGrid		grid;
	SegSum		sum = {0};

	for (size_t a = 0; a < data->n_active; a++)
		span += 4 * data->scales[data->active[a]].max_abs * data->scales[data->active[a]].max_abs;
	grid = seg_grid(seg_kmeans_addends(data), span);
	for (size_t b = 0; b < seg_rows_blocks(n); b++)
	{
		double		first_d2[8];
		double		second_d2[8];
		uint16_t	first[8];

		if (b % 512 == 0)
			CHECK_FOR_INTERRUPTS();
		if (skip && block_is_settled(lloyd, b))
			continue;
		nearest_of_block(seg_rows_block(&data->rows, b), data->active, data->n_active, run->centers,
						 d, k, first_d2, second_d2, first);
		run->distances += seg_rows_lanes(&data->rows, b) * k;
		moved += relabel_block(lloyd, b, first);
		if (lloyd->upper != NULL)
			set_bounds(lloyd, b, first_d2, second_d2);
		if (inertia != NULL)
			for (size_t l = 0; l < seg_rows_lanes(&data->rows, b); l++)
				seg_sum_add_weighted(&sum, grid, first_d2[l], seg_kmeans_weight(data, b * SEG_LANES + l));
	}
	if (inertia != NULL)
		*inertia = seg_sum_value(&sum);
	return moved;
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

		if (b % 512 == 0)
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

			run->centers[c * d + j] = seg_sum_value(&lloyd->sums[c * d + j]) / weight + 0.0;
		}
		lloyd->changed[c] = false;
	}
	(void) reseed_empty(lloyd);
	if (lloyd->upper != NULL)
		measure_steps(lloyd);
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
	lloyd->grids = seg_arena_take(arena, d, sizeof(SegGrid));
	lloyd->sums = seg_arena_take(arena, k, d * sizeof(SegSum));
	lloyd->weights = seg_arena_take(arena, k, sizeof(SegSum));
	lloyd->counts = seg_arena_take(arena, k, sizeof(size_t));
	lloyd->previous = seg_arena_take(arena, k, d * sizeof(double));
	lloyd->changed = seg_arena_take(arena, k, sizeof(bool));
	lloyd->step = seg_arena_take(arena, k, sizeof(float));
	lloyd->others_step = seg_arena_take(arena, k, sizeof(float));
	lloyd->half_way = seg_arena_take(arena, k, sizeof(float));
	Assert(lloyd->half_way != NULL);
	if (data->n_active >= BOUNDED_FEATURES && k > 1)
	{
		lloyd->upper = seg_arena_take(arena, padded, sizeof(float));
		lloyd->lower = seg_arena_take(arena, padded, sizeof(float));
		Assert(lloyd->lower != NULL);
	}
	memset(lloyd->sums, 0, k * d * sizeof(SegSum));
	memset(lloyd->weights, 0, k * sizeof(SegSum));
	memset(lloyd->counts, 0, k * sizeof(size_t));
	memset(lloyd->changed, 0, k * sizeof(bool));
	for (size_t j = 0; j < d; j++)
		lloyd->grids[j] = seg_grid(seg_kmeans_addends(data), data->scales[j].max_abs);
	lloyd->weight_grid = seg_grid_of_total(seg_kmeans_addends(data), data->total);
	for (size_t i = 0; i < padded; i++)
		run->labels[i] = SEG_NO_LABEL;
	run->iterations = 0;
	run->converged = false;
	run->distances = 0;
}

void
seg_lloyd_run(const SegKmeansData *data, const SegKmeansParams *params, SegKmeansRun *run,
			  SegArena workspace)
{
	Lloyd		lloyd;
	double		before = INFINITY;
	bool		measured = params->tolerance > 0;
	bool		bounded = false;
	size_t		moved;

	start(&lloyd, data, run, &workspace);
	while (run->iterations < params->max_iterations && !run->converged)
	{
		moved = assign_rows(&lloyd, bounded, measured ? &run->inertia : NULL);
		run->iterations++;
		if (moved == 0)
			run->converged = true;
		else
		{
			if (measured && isfinite(before) &&
				before - run->inertia <= params->tolerance * before)
				run->converged = true;
			before = run->inertia;
			update_centers(&lloyd);
			bounded = lloyd.upper != NULL && !measured;
		}
	}

	/* the centers may have moved since: labels, weights and inertia follow them */
	moved = assign_rows(&lloyd, false, &run->inertia);
	while (reseed_empty(&lloyd) > 0)
		(void) assign_rows(&lloyd, false, &run->inertia);
	for (size_t c = 0; c < run->k; c++)
		run->weights[c] = seg_sum_value(&lloyd.weights[c]);
}
