/*
 * kmeans_problem.h
 *		Random problems for k-means, and a complete fit without a server.
 *
 * Every workspace has exactly the size of its *_workspace function and is filled with a
 * pattern.  So ASan detects writes beyond it, and no code can rely on zeros.
 */
#ifndef SEG_TEST_KMEANS_PROBLEM_H
#define SEG_TEST_KMEANS_PROBLEM_H

#include "base/rng.h"
#include "kmeans/kmeans.h"
#include "kmeans/kmeans_assign.h"
#include "kmeans/kmeans_lloyd.h"
#include "kmeans/kmeans_sample.h"
#include "kmeans/kmeans_seed.h"
#include "kmeans/kmeans_stats.h"
#include "stats/exact_sum.h"
#include "stats/weights.h"

typedef struct Problem
{
	size_t		n;
	size_t		d;
	size_t		k;
	double	   *x;				/* n x d, NaN: null */
	double	   *weights;		/* n, or NULL */
} Problem;

typedef struct Fit
{
	SegMatrix	rows;
	SegKmeansData data;
	SegScale   *scales;
	uint32_t   *active;
	void	   *sample_room;
	SegKmeansSample sample;
	void	   *run_room;
	SegKmeansFilter filter;
	void	   *filter_room;	/* NULL: only doubles are used */
	SegKmeansRun run;
	SegKmeansStats stats;
} Fit;

static inline void *
patterned(size_t size)
{
	void	   *room = NULL;

	if (posix_memalign(&room, 64, size > 0 ? size : 1) != 0)
		abort();
	memset(room, 0xA5, size);
	return room;
}

static inline SegArena
patterned_arena(size_t size)
{
	return seg_arena(patterned(size), size);
}

/* Scale the rows of a problem; returns the status of seg_standardize_rows.  OUT: position of the fault. */
static inline SegStatus
fit_scale(const Problem *problem, SegStandardize standardize, SegTransform transform,
		  SegNullPolicy null_policy, Fit *fit, size_t *position)
{
	size_t		n = problem->n;
	size_t		d = problem->d;
	double		heaviest = 1;
	SegExactSum sum = {0};
	double		total;
	bool		has_nulls = false;
	SegArena	arena = patterned_arena(seg_standardize_workspace(n, d, problem->weights != NULL));
	SegStatus	status;

	memset(fit, 0, sizeof(*fit));
	fit->rows = (SegMatrix) {n, d, patterned(n * d * sizeof(double))};
	fit->scales = patterned(d * sizeof(SegScale));
	fit->active = patterned(d * sizeof(uint32_t));
	for (size_t i = 0; i < n; i++)
	{
		seg_matrix_set(&fit->rows, i, problem->x + i * d);
		if (problem->weights != NULL)
			heaviest = i == 0 ? problem->weights[0] : fmax(heaviest, problem->weights[i]);
		for (size_t j = 0; j < d; j++)
			has_nulls |= isnan(problem->x[i * d + j]);
	}
	for (size_t j = 0; j < d; j++)
		fit->scales[j].transform = transform;
	for (size_t i = 0; i < n; i++)
		seg_exact_sum_add(&sum, seg_grid((double) n, heaviest), problem->weights == NULL ? 1 : problem->weights[i]);
	total = seg_exact_sum_value(&sum);
	status = seg_standardize_rows(&fit->rows, problem->weights, total, standardize, null_policy, has_nulls,
								  fit->scales, arena, position);
	free(arena.base);
	fit->data = (SegKmeansData) {fit->rows, problem->weights, total, fit->scales, fit->active};
	fit->data.n_active = seg_kmeans_active(fit->scales, d, fit->active);
	fit->data.is_relative = seg_weights_are_relative(problem->weights, n);
	return status;
}

/* Add the filter to rows that are scaled. */
static inline void
fit_filter(Fit *fit)
{
	SegArena	arena = patterned_arena(seg_filter_size(fit->rows.n, fit->rows.d));

	fit->filter_room = arena.base;
	seg_filter_prepare(&fit->data, &arena, &fit->filter);
	fit->data.filter = &fit->filter;
}

/* Draw the sample, cluster, and compute statistics.  The rows are scaled.  params can have centers. */
static inline void
fit_cluster(const Problem *problem, const SegKmeansParams *params, const double *centers, Fit *fit)
{
	size_t		n = problem->n;
	size_t		d = problem->d;
	size_t		k = problem->k;
	size_t		capacity = seg_min_size(seg_kmeans_sample_capacity(k, d), n);
	SegArena	sample_arena = patterned_arena(seg_kmeans_sample_workspace(capacity, d));
	SegArena	run_arena = patterned_arena(seg_kmeans_run_size(n, d, k));
	SegArena	arena = patterned_arena(seg_kmeans_workspace(n, d, k));

	fit->sample_room = sample_arena.base;
	fit->run_room = run_arena.base;
	seg_kmeans_sample_draw(&fit->data, params->seed, capacity, true, &sample_arena, &fit->sample);
	assert_true(fit->sample.data.rows.n >= k);
	seg_kmeans_take_run(&fit->run, n, d, k, &run_arena);
	if (centers != NULL)
		memcpy(fit->run.centers, centers, k * d * sizeof(double));
	seg_kmeans_cluster(&fit->data, &fit->sample.data, params, &fit->run, arena);
	free(arena.base);
	fit->stats.sizes = patterned(k * sizeof(uint64_t));
	fit->stats.inertias = patterned(k * sizeof(double));
	fit->stats.means = patterned(k * d * sizeof(double));
	fit->stats.sds = patterned(k * d * sizeof(double));
	fit->stats.quartiles = patterned(k * d * 3 * sizeof(double));
	fit->stats.medians = patterned(d * sizeof(double));
	arena = patterned_arena(seg_kmeans_stats_workspace(n, d, k, problem->weights != NULL));
	seg_kmeans_stats(&fit->data, &fit->run, &fit->stats, arena);
	free(arena.base);
}

static inline void
fit_free(Fit *fit)
{
	free(fit->rows.values);
	free(fit->scales);
	free(fit->active);
	free(fit->sample_room);
	free(fit->run_room);
	free(fit->filter_room);
	free(fit->stats.sizes);
	free(fit->stats.inertias);
	free(fit->stats.means);
	free(fit->stats.sds);
	free(fit->stats.quartiles);
	free(fit->stats.medians);
}

static inline void
problem_free(Problem *problem)
{
	free(problem->x);
	free(problem->weights);
}

/* A value near zero, approximately normal. */
static inline double
noise(SegRng *rng)
{
	double		sum = -6;

	for (int i = 0; i < 12; i++)
		sum += seg_rng_uniform(rng);
	return sum;
}

static inline size_t
distinct_rows(const Problem *problem)
{
	size_t		distinct = 0;

	for (size_t i = 0; i < problem->n; i++)
	{
		size_t		other = 0;

		while (other < i && memcmp(problem->x + i * problem->d, problem->x + other * problem->d,
								   problem->d * sizeof(double)) != 0)
			other++;
		distinct += other == i;
	}
	return distinct;
}

/*
 * Problem number `trial` of its seed: blobs, small integers (many ties), few
 * distinct rows, or a k near the number of distinct rows; 1 to 24 features.
 */
static inline Problem
random_problem(uint64_t seed, uint64_t trial)
{
	SegRng		rng = seg_rng(seed, trial);
	Problem		problem = {.n = 2 + seg_rng_below(&rng, 300), .d = 1 + seg_rng_below(&rng, 24)};
	size_t		kind = trial % 4;
	size_t		distinct;

	problem.x = patterned(problem.n * problem.d * sizeof(double));
	for (size_t i = 0; i < problem.n; i++)
	{
		size_t		blob = seg_rng_below(&rng, 5);

		for (size_t j = 0; j < problem.d; j++)
			problem.x[i * problem.d + j] =
				kind == 0 ? 20.0 * (double) ((blob * 7 + j) % 5) + noise(&rng) :
				kind == 1 ? (double) seg_rng_below(&rng, 4) :
				kind == 2 ? (double) ((blob * (j + 1)) % 5) :
				10 * seg_rng_uniform(&rng);
	}
	distinct = distinct_rows(&problem);
	problem.k = kind == 3 ? distinct - seg_rng_below(&rng, seg_min_size(distinct, 4)) :
		1 + seg_rng_below(&rng, seg_min_size(distinct, 12));
	return problem;
}

/* The same rows in another order. */
static inline Problem
shuffled(const Problem *problem, uint64_t seed)
{
	SegRng		rng = seg_rng(seed, 1);
	Problem		other = *problem;
	size_t		d = problem->d;

	other.x = patterned(problem->n * d * sizeof(double));
	memcpy(other.x, problem->x, problem->n * d * sizeof(double));
	if (problem->weights != NULL)
	{
		other.weights = patterned(problem->n * sizeof(double));
		memcpy(other.weights, problem->weights, problem->n * sizeof(double));
	}
	for (size_t i = problem->n; i > 1; i--)
	{
		size_t		with = seg_rng_below(&rng, i);

		for (size_t j = 0; j < d; j++)
		{
			double		swap = other.x[(i - 1) * d + j];

			other.x[(i - 1) * d + j] = other.x[with * d + j];
			other.x[with * d + j] = swap;
		}
		if (problem->weights != NULL)
		{
			double		swap = other.weights[i - 1];

			other.weights[i - 1] = other.weights[with];
			other.weights[with] = swap;
		}
	}
	return other;
}

/* Each row repeated according to its whole weight. */
static inline Problem
repeated(const Problem *problem)
{
	Problem		other = {.d = problem->d, .k = problem->k};
	size_t		place = 0;

	for (size_t i = 0; i < problem->n; i++)
		other.n += (size_t) problem->weights[i];
	other.x = patterned(other.n * other.d * sizeof(double));
	for (size_t i = 0; i < problem->n; i++)
		for (size_t copy = 0; copy < (size_t) problem->weights[i]; copy++)
			memcpy(other.x + place++ * other.d, problem->x + i * problem->d, other.d * sizeof(double));
	return other;
}

#define assert_same_doubles(got, want, count) \
	do { \
		for (size_t at_ = 0; at_ < (count); at_++) \
			assert_same_double((got)[at_], (want)[at_]); \
	} while (0)

static const SegKmeansParams defaults = {.seed = 42, .n_init = 10, .max_iterations = 300};

/* Fit with default parameters except the given ones. */
static inline void
fit_with(const Problem *problem, SegStandardize standardize, SegKmeansParams params, Fit *fit)
{
	size_t		position;

	assert_int_equal(fit_scale(problem, standardize, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, fit, &position), SEG_OK);
	fit_cluster(problem, &params, NULL, fit);
}

#endif							/* SEG_TEST_KMEANS_PROBLEM_H */
