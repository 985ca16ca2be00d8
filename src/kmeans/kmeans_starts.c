/*
 * kmeans_starts.c
 *		Finds the best of several starts of k-means on a sample; see kmeans_starts.h.
 *
 * k-means++ draws each center with probability proportional to
 *
 *		weight * d2(row, nearest center so far)
 *
 * The greedy form draws several candidates and keeps the one with the smallest sum of
 * these.  Each start has one random generator, and the order of the rows of the sample
 * does not depend on the input order, so the result is deterministic.
 */
#include "kmeans/kmeans_starts.h"

#include "base/rng.h"
#include "kmeans/kmeans_assign.h"
#include "kmeans/kmeans_lloyd.h"
#include "stats/distance.h"

/* iterations of a start on the sample */
#define MOST_ITERATIONS 300

/*
 * Per unit of effort: the swaps tried in the result of a start and in the best result so
 * far, and the iterations within which a swap must reduce the inertia.
 */
#define OWN_SWAPS 4
#define COMMON_SWAPS 2
#define SWAP_ITERATIONS 5

/* the most units of effort, and the cost limit: distances times features of an iteration */
#define MOST_EFFORT ((size_t) 4)
#define EFFORT_STEPS ((size_t) 1 << 17)

void
seg_starts_center_of_row(const SegKmeansData *data, size_t i, double *center)
{
	memset(center, 0, data->rows.d * sizeof(double));
	for (size_t a = 0; a < data->n_active; a++)
		center[data->active[a]] = *seg_matrix_cell(&data->rows, i, data->active[a]);
}

SEG_CLONES void
seg_starts_distances(const SegKmeansData *data, const double *center, double *d2)
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

/* Draw a row with probability proportional to weight * d2 (d2 NULL: weight). */
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

/* The sum of weight * d2 with the candidate as an additional center. */
static double
potential_with(const SegKmeansData *data, const double *nearest_d2, const double *candidate_d2)
{
	double		potential = 0;

	for (size_t i = 0; i < data->rows.n; i++)
		potential += seg_kmeans_weight(data, i) *
			(candidate_d2[i] < nearest_d2[i] ? candidate_d2[i] : nearest_d2[i]);
	return potential;
}

/* k-means++; each center is the best of several candidates. */
static void
seed_plus_plus(SegSeeder *seeder, size_t candidates, SegRng *rng)
{
	const SegKmeansData *data = seeder->data;
	size_t		d = data->rows.d;

	seg_starts_center_of_row(data, draw_row(data, NULL, rng), seeder->run.centers);
	seg_starts_distances(data, seeder->run.centers, seeder->nearest_d2);
	for (size_t c = 1; c < seeder->k; c++)
	{
		double	   *center = seeder->run.centers + c * d;
		double		best = INFINITY;

		for (size_t candidate = 0; candidate < candidates; candidate++)
		{
			double		potential;

			CHECK_FOR_INTERRUPTS();
			seg_starts_center_of_row(data, draw_row(data, seeder->nearest_d2, rng), seeder->row);
			seg_starts_distances(data, seeder->row, seeder->candidate_d2);
			potential = potential_with(data, seeder->nearest_d2, seeder->candidate_d2);
			if (potential < best)
			{
				best = potential;
				memcpy(center, seeder->row, d * sizeof(double));
			}
		}
		seg_starts_distances(data, center, seeder->candidate_d2);
		for (size_t i = 0; i < data->rows.n; i++)
			seeder->nearest_d2[i] = fmin(seeder->nearest_d2[i], seeder->candidate_d2[i]);
	}
}

/* k random different rows; nearest_d2 marks the rows not chosen. */
static void
seed_random(SegSeeder *seeder, SegRng *rng)
{
	const SegKmeansData *data = seeder->data;

	for (size_t i = 0; i < data->rows.n; i++)
		seeder->nearest_d2[i] = 1;
	for (size_t c = 0; c < seeder->k; c++)
	{
		size_t		i = draw_row(data, seeder->nearest_d2, rng);

		CHECK_FOR_INTERRUPTS();
		seeder->nearest_d2[i] = 0;
		seg_starts_center_of_row(data, i, seeder->run.centers + c * data->rows.d);
	}
}

/* ---- the best of several starts ---- */

/* Iterate the centers of the run on the sample. */
static void
iterate(SegSeeder *seeder, size_t max_iterations)
{
	const SegKmeansParams params = {.max_iterations = max_iterations};

	seg_lloyd_run(seeder->data, &params, &seeder->run, seeder->lloyd);
}

/* True if the run is better than the best so far; then copy its centers to INOUT best. */
static bool
keep_better(SegSeeder *seeder, double *best, double *centers)
{
	if (!(seeder->run.inertia < *best))
		return false;
	*best = seeder->run.inertia;
	memcpy(centers, seeder->run.centers, seeder->k * seeder->data->rows.d * sizeof(double));
	return true;
}

/* Compute the distances of each row to the nearest and the second nearest center. */
static void
survey(SegSeeder *seeder, const double *centers)
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

/* The center whose removal increases the inertia least, with the candidate as a new center. */
static size_t
least_missed(SegSeeder *seeder)
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
 * Replace one of the best centers by a row that is drawn as in k-means++, and run a few
 * iterations; returns true if that is better.
 */
static bool
swap_pays(SegSeeder *seeder, const double *centers, double best, SegRng *rng)
{
	const SegKmeansData *data = seeder->data;
	size_t		d = data->rows.d;

	seg_starts_center_of_row(data, draw_row(data, seeder->nearest_d2, rng), seeder->row);
	seg_starts_distances(data, seeder->row, seeder->candidate_d2);
	memcpy(seeder->run.centers, centers, seeder->k * d * sizeof(double));
	memcpy(seeder->run.centers + least_missed(seeder) * d, seeder->row, d * sizeof(double));
	iterate(seeder, SWAP_ITERATIONS * seeder->effort);
	return seeder->run.inertia < best;
}

/* Try some swaps; INOUT best, centers. */
static void
improve(SegSeeder *seeder, size_t swaps, SegRng *rng, double *best, double *centers)
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
 * Set the centers of the run to rows.  Greedy starts are similar to each other, so some
 * of the later starts are not greedy or use random rows.
 */
static void
seed(SegSeeder *seeder, SegInitMethod init_method, size_t start, SegRng *rng)
{
	if (init_method == SEG_INIT_RANDOM || start % 3 == 2)
		seed_random(seeder, rng);
	else
		seed_plus_plus(seeder, start % 2 == 1 ? 1 : 2 + (size_t) log((double) seeder->k), rng);
}

void
seg_starts_best(SegSeeder *seeder, const SegKmeansParams *params, size_t start_stream, double *centers)
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

void
seg_starts_take(SegSeeder *seeder, const SegKmeansData *data, size_t k, size_t most_rows, SegArena *arena)
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
