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
#include "core/kmeans_seed.h"

#include "core/kmeans_lloyd.h"
#include "core/rng.h"

/* swaps tried for each start, and the iterations in which one must pay */
#define SWAPS_PER_START 4
#define SWAP_ITERATIONS 5

typedef struct Seeder
{
	const SegKmeansData *data;
	size_t		k;
	double	   *nearest_d2;		/* n: to the centers chosen so far */
	double	   *candidate_d2;	/* n: to a candidate */
	double	   *row;			/* d */
	SegKmeansRun run;			/* centers k x d, labels, weights k */
	SegArena	lloyd;			/* workspace of seg_lloyd_run */
} Seeder;

size_t
seg_seed_workspace(size_t n, size_t d, size_t k)
{
	size_t		padded = seg_rows_blocks(n) * SEG_LANES;

	/* bisecting seeds two centers at a time, and needs room for one part's rows */
	k = k < 2 ? 2 : k;
	return 2 * n * sizeof(double) + d * sizeof(double) +
		k * (d + 1) * sizeof(double) + padded * sizeof(uint16_t) +
		seg_lloyd_workspace(n, d, k) +
		padded * (d + 1) * sizeof(double) + padded * sizeof(uint16_t) + 2 * (d + 1) * sizeof(double) +
		k * sizeof(double) + 16 * SEG_ARENA_ALIGN;
}

/* The row as a center: features without spread count as 0. */
static void
center_from_row(const SegKmeansData *data, size_t i, double *center)
{
	memset(center, 0, data->rows.d * sizeof(double));
	for (size_t a = 0; a < data->n_active; a++)
		center[data->active[a]] = *seg_rows_cell(&data->rows, i, data->active[a]);
}

/* OUT d2: n, squared distances of all rows to one center */
SEG_CLONES static void
distances_to(const SegKmeansData *data, const double *center, double *d2)
{
	for (size_t b = 0; b < seg_rows_blocks(data->rows.n); b++)
	{
		const double *rows[SEG_LANES];
		double		sum[8] = {0};

		seg_rows_of_block(&data->rows, b, rows);
		for (size_t a = 0; a < data->n_active; a++)
		{
			size_t		j = data->active[a];

			for (size_t l = 0; l < 8; l++)
			{
				double		difference = rows[l][j] - center[j];

				sum[l] += difference * difference;
			}
		}
		memcpy(d2 + b * SEG_LANES, sum, seg_rows_lanes(&data->rows, b) * sizeof(double));
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

static void
seed_plus_plus(Seeder *seeder, SegRng *rng)
{
	const SegKmeansData *data = seeder->data;
	size_t		d = data->rows.d;
	size_t		candidates = 2 + (size_t) log((double) seeder->k);

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

/* Iterate on the sample; INOUT centers and *best, when it is better. */
static void
keep_better(Seeder *seeder, size_t max_iterations, double *best, double *centers)
{
	const SegKmeansParams params = {.max_iterations = max_iterations};

	seg_lloyd_run(seeder->data, &params, &seeder->run, seeder->lloyd);
	if (seeder->run.inertia < *best)
	{
		*best = seeder->run.inertia;
		memcpy(centers, seeder->run.centers, seeder->k * seeder->data->rows.d * sizeof(double));
	}
}

/* Put one of the best centers so far on some row. */
static void
swap_center(Seeder *seeder, const double *centers, SegRng *rng)
{
	size_t		d = seeder->data->rows.d;

	memcpy(seeder->run.centers, centers, seeder->k * d * sizeof(double));
	center_from_row(seeder->data, draw_row(seeder->data, NULL, rng),
					seeder->run.centers + seg_rng_below(rng, seeder->k) * d);
}

/* The best of n_init runs, and of as many swaps for each; OUT centers k x d. */
static void
best_of_starts(Seeder *seeder, const SegKmeansParams *params, size_t start_stream, double *centers)
{
	double		best = INFINITY;
	SegRng		swaps = seg_rng(~params->seed, start_stream);

	for (size_t start = 0; start < params->n_init; start++)
	{
		SegRng		rng = seg_rng(params->seed, start_stream + start);

		if (params->init_method == SEG_INIT_RANDOM)
			seed_random(seeder, &rng);
		else
			seed_plus_plus(seeder, &rng);
		keep_better(seeder, 300, &best, centers);
	}
	for (size_t swap = 0; swap < SWAPS_PER_START * params->n_init && seeder->k > 1; swap++)
	{
		swap_center(seeder, centers, &swaps);
		keep_better(seeder, SWAP_ITERATIONS, &best, centers);
	}
}

static void
make_seeder(Seeder *seeder, const SegKmeansData *data, size_t k, size_t most_rows, SegArena *arena)
{
	size_t		d = data->rows.d;
	size_t		padded = seg_rows_blocks(most_rows) * SEG_LANES;

	memset(seeder, 0, sizeof(*seeder));
	seeder->data = data;
	seeder->k = k;
	seeder->nearest_d2 = seg_arena_take(arena, most_rows, sizeof(double));
	seeder->candidate_d2 = seg_arena_take(arena, most_rows, sizeof(double));
	seeder->row = seg_arena_take(arena, d, sizeof(double));
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
		seg_rows_set(&part->rows, n, seg_rows_row(&data->rows, i));
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
	size_t		padded = seg_rows_blocks(n) * SEG_LANES;
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
