/*
 * kmeans_seed.c
 *		Starting centers, found on an order-free sample; see kmeans_seed.h.
 *
 * k-means++ draws each center with probability proportional to
 *
 *		weight * d2(row, nearest center so far)
 *
 * The greedy form draws a few candidates and keeps the one that leaves the
 * smallest sum of these.  All random choices come from one generator per start,
 * and the rows stand in an order of their own, so the outcome is determined.
 */
#include "kmeans/kmeans_seed.h"

#include "base/rng.h"
#include "kmeans/kmeans_assign.h"
#include "kmeans/kmeans_lloyd.h"
#include "stats/distance.h"

/* of a start on the sample */
#define MOST_ITERATIONS 300

/*
 * Swaps tried in what a start gives, and then in the best so far, and the iterations
 * in which one must pay: so many for each unit of effort.
 */
#define OWN_SWAPS 4
#define COMMON_SWAPS 2
#define SWAP_ITERATIONS 5

/* most units, and where they are spent: distances times features of an iteration */
#define MOST_EFFORT ((size_t) 4)
#define EFFORT_STEPS ((size_t) 1 << 17)

typedef struct Seeder
{
	const SegKmeansData *data;
	size_t		k;
	double	   *nearest_d2;		/* n: to the centers chosen so far */
	double	   *second_d2;		/* n: to the second nearest of them */
	uint16_t   *owners;			/* n rounded up to SEG_BLOCK_ROWS: the nearest of them */
	double	   *losses;			/* k: what is lost without it */
	double	   *block;			/* d x SEG_BLOCK_ROWS */
	double	   *candidate_d2;	/* n: to a candidate */
	double	   *row;			/* d */
	double	   *own;			/* k x d: the best centers of a start */
	size_t		effort;			/* 1 .. MOST_EFFORT */
	SegKmeansRun run;			/* centers k x d, labels, weights k */
	SegArena	lloyd;			/* workspace of seg_lloyd_run */
} Seeder;

size_t
seg_seed_workspace(size_t n, size_t d, size_t k)
{
	size_t		padded = seg_matrix_blocks(n) * SEG_BLOCK_ROWS;

	/* bisecting seeds two centers at a time, and needs room for one part's rows */
	k = k < 2 ? 2 : k;
	return 3 * n * sizeof(double) + d * (SEG_BLOCK_ROWS + 1) * sizeof(double) +
		k * (2 * d + 2) * sizeof(double) + 2 * padded * sizeof(uint16_t) +
		seg_lloyd_workspace(n, d, k) +
		padded * (d + 1) * sizeof(double) + padded * sizeof(uint16_t) + 2 * (d + 1) * sizeof(double) +
		k * sizeof(double) + 22 * SEG_ARENA_ALIGN;
}

/* The row as a center: features without spread count as 0. */
static void
center_from_row(const SegKmeansData *data, size_t i, double *center)
{
	memset(center, 0, data->rows.d * sizeof(double));
	for (size_t a = 0; a < data->n_active; a++)
		center[data->active[a]] = *seg_matrix_cell(&data->rows, i, data->active[a]);
}

/* OUT d2: n, squared distances of all rows to one center */
SEG_CLONES static void
distances_to(const SegKmeansData *data, const double *center, double *d2)
{
	for (size_t b = 0; b < seg_matrix_blocks(data->rows.n); b++)
	{
		const double *rows[SEG_BLOCK_ROWS];
		double		sum[8] = {0};

		seg_matrix_rows_of_block(&data->rows, b, rows);
		for (size_t a = 0; a < data->n_active; a++)
		{
			size_t		j = data->active[a];

			for (size_t l = 0; l < 8; l++)
				sum[l] = seg_distance_step(sum[l], rows[l][j], center[j]);
		}
		memcpy(d2 + b * SEG_BLOCK_ROWS, sum, seg_matrix_block_rows(&data->rows, b) * sizeof(double));
	}
}

/* A row drawn with probability proportional to weight * d2 (d2 NULL: weight). */
static size_t
draw_row(const SegKmeansData *data, const double *d2, SegRng *rng)
{
	double		total = 0;
	double		threshold;
	double		sum = 0;
	size_t		last = 0;

	for (size_t i = 0; i < data->rows.n; i++)
		total += seg_kmeans_weight(data, i) * (d2 == NULL ? 1 : d2[i]);
	threshold = seg_rng_uniform(rng) * total;
	for (size_t i = 0; i < data->rows.n; i++)
	{
		double		share = seg_kmeans_weight(data, i) * (d2 == NULL ? 1 : d2[i]);

		if (share > 0)
		{
			sum += share;
			last = i;
			if (sum > threshold)
				break;
		}
	}
	return last;
}

/* The sum of weight * d2 if the candidate became a center too. */
static double
potential_with(const SegKmeansData *data, const double *nearest_d2, const double *candidate_d2)
{
	double		potential = 0;

	for (size_t i = 0; i < data->rows.n; i++)
		potential += seg_kmeans_weight(data, i) *
			(candidate_d2[i] < nearest_d2[i] ? candidate_d2[i] : nearest_d2[i]);
	return potential;
}

/* k-means++, each center the best of some candidates. */
static void
seed_plus_plus(Seeder *seeder, size_t candidates, SegRng *rng)
{
	const SegKmeansData *data = seeder->data;
	size_t		d = data->rows.d;

	center_from_row(data, draw_row(data, NULL, rng), seeder->run.centers);
	distances_to(data, seeder->run.centers, seeder->nearest_d2);
	for (size_t c = 1; c < seeder->k; c++)
	{
		double	   *center = seeder->run.centers + c * d;
		double		best = INFINITY;

		for (size_t candidate = 0; candidate < candidates; candidate++)
		{
			double		potential;

			CHECK_FOR_INTERRUPTS();
			center_from_row(data, draw_row(data, seeder->nearest_d2, rng), seeder->row);
			distances_to(data, seeder->row, seeder->candidate_d2);
			potential = potential_with(data, seeder->nearest_d2, seeder->candidate_d2);
			if (potential < best)
			{
				best = potential;
				memcpy(center, seeder->row, d * sizeof(double));
			}
		}
		distances_to(data, center, seeder->candidate_d2);
		for (size_t i = 0; i < data->rows.n; i++)
			seeder->nearest_d2[i] = fmin(seeder->nearest_d2[i], seeder->candidate_d2[i]);
	}
}

/* k different rows; nearest_d2 marks those that are left. */
static void
seed_random(Seeder *seeder, SegRng *rng)
{
	const SegKmeansData *data = seeder->data;

	for (size_t i = 0; i < data->rows.n; i++)
		seeder->nearest_d2[i] = 1;
	for (size_t c = 0; c < seeder->k; c++)
	{
		size_t		i = draw_row(data, seeder->nearest_d2, rng);

		CHECK_FOR_INTERRUPTS();
		seeder->nearest_d2[i] = 0;
		center_from_row(data, i, seeder->run.centers + c * data->rows.d);
	}
}

/* ---- the best of some starts ---- */

/* Iterate the centers of the run on the sample. */
static void
iterate(Seeder *seeder, size_t max_iterations)
{
	const SegKmeansParams params = {.max_iterations = max_iterations};

	seg_lloyd_run(seeder->data, &params, &seeder->run, seeder->lloyd);
}

/* Is the run better than the best so far?  INOUT best: its centers, then. */
static bool
keep_better(Seeder *seeder, double *best, double *centers)
{
	if (!(seeder->run.inertia < *best))
		return false;
	*best = seeder->run.inertia;
	memcpy(centers, seeder->run.centers, seeder->k * seeder->data->rows.d * sizeof(double));
	return true;
}

/* How far each row is from the nearest and the second nearest of the centers. */
static void
survey(Seeder *seeder, const double *centers)
{
	const SegKmeansData *data = seeder->data;

	for (size_t b = 0; b < seg_matrix_blocks(data->rows.n); b++)
	{
		double		first_d2[SEG_BLOCK_ROWS];
		double		second_d2[SEG_BLOCK_ROWS];
		size_t		count = seg_matrix_block_rows(&data->rows, b);

		if (seg_kmeans_is_pause(b, seeder->k, data->rows.d))
			CHECK_FOR_INTERRUPTS();
		seg_assign_nearest(data, b, centers, seeder->k, seeder->block, first_d2, second_d2,
						   seeder->owners + b * SEG_BLOCK_ROWS);
		memcpy(seeder->nearest_d2 + b * SEG_BLOCK_ROWS, first_d2, count * sizeof(double));
		memcpy(seeder->second_d2 + b * SEG_BLOCK_ROWS, second_d2, count * sizeof(double));
	}
}

/* The center that is missed least once there is one at the candidate. */
static size_t
least_missed(Seeder *seeder)
{
	const SegKmeansData *data = seeder->data;
	size_t		least = 0;

	memset(seeder->losses, 0, seeder->k * sizeof(double));
	for (size_t i = 0; i < data->rows.n; i++)
	{
		double		now = fmin(seeder->nearest_d2[i], seeder->candidate_d2[i]);
		double		then = fmin(seeder->second_d2[i], seeder->candidate_d2[i]);

		seeder->losses[seeder->owners[i]] += seg_kmeans_weight(data, i) * (then - now);
	}
	for (size_t c = 1; c < seeder->k; c++)
		if (seeder->losses[c] < seeder->losses[least])
			least = c;
	return least;
}

/*
 * Put one of the best centers on another row, drawn as k-means++ draws, and iterate
 * a little; returns whether that is better.
 */
static bool
swap_pays(Seeder *seeder, const double *centers, double best, SegRng *rng)
{
	const SegKmeansData *data = seeder->data;
	size_t		d = data->rows.d;

	center_from_row(data, draw_row(data, seeder->nearest_d2, rng), seeder->row);
	distances_to(data, seeder->row, seeder->candidate_d2);
	memcpy(seeder->run.centers, centers, seeder->k * d * sizeof(double));
	memcpy(seeder->run.centers + least_missed(seeder) * d, seeder->row, d * sizeof(double));
	iterate(seeder, SWAP_ITERATIONS * seeder->effort);
	return seeder->run.inertia < best;
}

/* Try some swaps; INOUT best, centers. */
static void
improve(Seeder *seeder, size_t swaps, SegRng *rng, double *best, double *centers)
{
	bool		is_surveyed = false;

	for (size_t swap = 0; swap < swaps && seeder->k > 1; swap++)
	{
		if (!is_surveyed)
			survey(seeder, centers);
		is_surveyed = true;
		if (!swap_pays(seeder, centers, *best, rng))
			continue;
		iterate(seeder, MOST_ITERATIONS);
		is_surveyed = !keep_better(seeder, best, centers);
	}
}

/*
 * Put the centers of the run on rows.  Greedy starts resemble each other, so some of
 * the following ones look elsewhere: without greed, or on any rows.
 */
static void
seed(Seeder *seeder, SegInitMethod init_method, size_t start, SegRng *rng)
{
	if (init_method == SEG_INIT_RANDOM || start % 3 == 2)
		seed_random(seeder, rng);
	else
		seed_plus_plus(seeder, start % 2 == 1 ? 1 : 2 + (size_t) log((double) seeder->k), rng);
}

/*
 * The best of n_init starts, each improved by swaps, first by itself and then as the
 * best so far; OUT centers k x d.  All are converged, and what some starts give is where
 * more of them go on from: these are never worse.
 */
static void
best_of_starts(Seeder *seeder, const SegKmeansParams *params, size_t start_stream, double *centers)
{
	double		best = INFINITY;

	for (size_t start = 0; start < params->n_init; start++)
	{
		SegRng		rng = seg_rng(params->seed, start_stream + start);
		double		own = INFINITY;

		seed(seeder, params->init_method, start, &rng);
		iterate(seeder, MOST_ITERATIONS);
		(void) keep_better(seeder, &own, seeder->own);
		improve(seeder, OWN_SWAPS * seeder->effort - COMMON_SWAPS, &rng, &own, seeder->own);
		if (own < best)
		{
			best = own;
			memcpy(centers, seeder->own, seeder->k * seeder->data->rows.d * sizeof(double));
		}
		improve(seeder, COMMON_SWAPS, &rng, &best, centers);
	}
}

static void
make_seeder(Seeder *seeder, const SegKmeansData *data, size_t k, size_t most_rows, SegArena *arena)
{
	size_t		d = data->rows.d;
	size_t		padded = seg_matrix_blocks(most_rows) * SEG_BLOCK_ROWS;

	memset(seeder, 0, sizeof(*seeder));
	seeder->data = data;
	seeder->k = k;
	seeder->effort = EFFORT_STEPS / (most_rows * k * d);
	seeder->effort = seeder->effort < 1 ? 1 : seg_min_size(seeder->effort, MOST_EFFORT);
	seeder->nearest_d2 = seg_arena_take(arena, most_rows, sizeof(double));
	seeder->second_d2 = seg_arena_take(arena, most_rows, sizeof(double));
	seeder->owners = seg_arena_take(arena, padded, sizeof(uint16_t));
	seeder->losses = seg_arena_take(arena, k, sizeof(double));
	seeder->block = seg_arena_take(arena, d, SEG_BLOCK_ROWS * sizeof(double));
	seeder->candidate_d2 = seg_arena_take(arena, most_rows, sizeof(double));
	seeder->row = seg_arena_take(arena, d, sizeof(double));
	seeder->own = seg_arena_take(arena, k, d * sizeof(double));
	seeder->run.k = k;
	seeder->run.centers = seg_arena_take(arena, k, d * sizeof(double));
	seeder->run.labels = seg_arena_take(arena, padded, sizeof(uint16_t));
	seeder->run.weights = seg_arena_take(arena, k, sizeof(double));
	seeder->lloyd.size = seg_lloyd_workspace(most_rows, d, k);
	seeder->lloyd.base = seg_arena_take(arena, seeder->lloyd.size, 1);
	Assert(seeder->lloyd.base != NULL);
}

/* ---- bisecting ---- */

typedef struct Bisection
{
	SegKmeansData part;			/* the rows of one cluster */
	double	   *part_weights;
	uint16_t   *labels;			/* n: the cluster of each sample row */
	double	   *pair;			/* 2 x d: the halves' centers */
	double	   *inertia;		/* k */
} Bisection;

/* Copy the rows of a cluster into the part; returns how many. */
static size_t
take_part(const SegKmeansData *data, size_t cluster, Bisection *bisection)
{
	SegKmeansData *part = &bisection->part;
	size_t		n = 0;

	part->total = 0;
	for (size_t i = 0; i < data->rows.n; i++)
	{
		if (bisection->labels[i] != cluster)
			continue;
		seg_matrix_set(&part->rows, n, seg_matrix_row(&data->rows, i));
		bisection->part_weights[n] = seg_kmeans_weight(data, i);
		part->total += bisection->part_weights[n++];
	}
	part->rows.n = n;
	return n;
}

/* Split a cluster in two: one half keeps its number, the other becomes `next`. */
static void
split_cluster(Seeder *halver, Bisection *bisection, const SegKmeansData *data,
			  const SegKmeansParams *params, size_t cluster, size_t next, double *centers)
{
	size_t		d = data->rows.d;
	size_t		place = 0;

	(void) take_part(data, cluster, bisection);
	best_of_starts(halver, params, next * params->n_init, bisection->pair);
	distances_to(&bisection->part, bisection->pair, halver->nearest_d2);
	distances_to(&bisection->part, bisection->pair + d, halver->candidate_d2);
	memcpy(centers + cluster * d, bisection->pair, d * sizeof(double));
	memcpy(centers + next * d, bisection->pair + d, d * sizeof(double));
	bisection->inertia[cluster] = bisection->inertia[next] = 0;
	for (size_t i = 0; i < data->rows.n; i++)
	{
		bool		is_next;

		if (bisection->labels[i] != cluster)
			continue;
		is_next = halver->candidate_d2[place] < halver->nearest_d2[place];
		bisection->labels[i] = is_next ? next : cluster;
		bisection->inertia[bisection->labels[i]] += seg_kmeans_weight(data, i) *
			fmin(halver->candidate_d2[place], halver->nearest_d2[place]);
		place++;
	}
}

/* Split the cluster with the largest inertia until there are k. */
static void
bisect(const SegKmeansData *data, const SegKmeansParams *params, size_t k, double *centers,
	   SegArena *arena)
{
	size_t		n = data->rows.n;
	size_t		d = data->rows.d;
	size_t		padded = seg_matrix_blocks(n) * SEG_BLOCK_ROWS;
	Bisection	bisection = {.part = *data};
	Seeder		halver;

	bisection.part.rows.values = seg_arena_take(arena, padded, d * sizeof(double));
	bisection.part_weights = seg_arena_take(arena, padded, sizeof(double));
	bisection.labels = seg_arena_take(arena, padded, sizeof(uint16_t));
	bisection.pair = seg_arena_take(arena, 2, d * sizeof(double));
	bisection.inertia = seg_arena_take(arena, k, sizeof(double));
	Assert(bisection.inertia != NULL);
	bisection.part.weights = bisection.part_weights;
	bisection.part.filter = NULL;
	make_seeder(&halver, &bisection.part, 2, n, arena);
	memset(bisection.labels, 0, padded * sizeof(uint16_t));
	bisection.inertia[0] = 1;
	center_from_row(data, 0, centers);
	for (size_t next = 1; next < k; next++)
	{
		size_t		worst = 0;

		CHECK_FOR_INTERRUPTS();
		for (size_t c = 1; c < next; c++)
			if (bisection.inertia[c] > bisection.inertia[worst])
				worst = c;
		split_cluster(&halver, &bisection, data, params, worst, next, centers);
	}
}

void
seg_seed_centers(const SegKmeansData *data, const SegKmeansParams *params, size_t k,
				 double *centers, SegArena workspace)
{
	Seeder		seeder;

	Assert(data->rows.n >= k);
	if (params->algorithm == SEG_KMEANS_BISECTING)
	{
		bisect(data, params, k, centers, &workspace);
		return;
	}
	make_seeder(&seeder, data, k, data->rows.n, &workspace);
	best_of_starts(&seeder, params, 0, centers);
}
