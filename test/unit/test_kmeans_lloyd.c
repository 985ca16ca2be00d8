/*
 * test_kmeans_lloyd.c
 *		Lloyd's iterations against a simple loop: skipping blocks and moving rows
 *		between exact sums change no label and no bit of a center.
 */
#include "unit.h"

#include "kmeans_problem.h"

#define TRIALS 400
#define TOLD_EVERY 50

typedef struct Plain
{
	double	   *centers;
	size_t	   *labels;
	size_t		iterations;
	double		inertia;
} Plain;

static double
plain_distance(const Fit *fit, size_t i, const double *center)
{
	double		sum = 0;

	for (size_t a = 0; a < fit->data.n_active; a++)
	{
		double		t = *seg_matrix_cell(&fit->rows, i, fit->active[a]) - center[fit->active[a]];

		sum = fma(t, t, sum);
	}
	return sum;
}

static double
plain_nearest(const Fit *fit, const Plain *plain, size_t k, size_t i, size_t *label)
{
	double		best = INFINITY;

	for (size_t c = 0; c < k; c++)
	{
		double		d2 = plain_distance(fit, i, plain->centers + c * fit->rows.d);

		if (d2 < best)
		{
			best = d2;
			*label = c;
		}
	}
	return best;
}

static size_t
plain_assign(const Fit *fit, Plain *plain, size_t k)
{
	size_t		moved = 0;

	for (size_t i = 0; i < fit->rows.n; i++)
	{
		size_t		before = plain->labels[i];

		(void) plain_nearest(fit, plain, k, i, &plain->labels[i]);
		moved += plain->labels[i] != before;
	}
	return moved;
}

static size_t
plain_reseed(const Fit *fit, Plain *plain, size_t k)
{
	size_t		d = fit->rows.d;
	size_t		empty = 0;
	bool	   *is_empty = calloc(k, sizeof(bool));

	for (size_t c = 0; c < k; c++)
	{
		is_empty[c] = true;
		for (size_t i = 0; i < fit->rows.n; i++)
			is_empty[c] &= plain->labels[i] != c;
		if (is_empty[c])
			plain->centers[c * d + fit->active[0]] = NAN;
		empty += is_empty[c];
	}
	for (size_t c = 0; c < k; c++)
	{
		size_t		farthest = 0;
		size_t		label = 0;
		double		most = -1;

		if (!is_empty[c])
			continue;
		for (size_t i = 0; i < fit->rows.n; i++)
		{
			double		d2 = plain_nearest(fit, plain, k, i, &label);

			if (d2 > most || (d2 == most && seg_matrix_compare(&fit->rows, i, farthest) < 0))
			{
				farthest = i;
				most = d2;
			}
		}
		for (size_t j = 0; j < d; j++)
			plain->centers[c * d + j] = fit->scales[j].scale == 0 ? 0 : *seg_matrix_cell(&fit->rows, farthest, j);
	}
	free(is_empty);
	return empty;
}

/* A simple implementation of Lloyd's iterations, from IN centers; all sums are computed again in each. */
static void
plain_lloyd(const Fit *fit, size_t k, const double *centers, Plain *plain)
{
	size_t		n = fit->rows.n;
	size_t		d = fit->rows.d;

	plain->centers = patterned(k * d * sizeof(double));
	plain->labels = calloc(n, sizeof(size_t));
	plain->iterations = 0;
	memcpy(plain->centers, centers, k * d * sizeof(double));
	for (size_t i = 0; i < n; i++)
		plain->labels[i] = SIZE_MAX;
	while (plain->iterations < 300)
	{
		size_t		moved = plain_assign(fit, plain, k);

		plain->iterations++;
		if (moved == 0)
			break;
		for (size_t c = 0; c < k; c++)
			for (size_t a = 0; a < fit->data.n_active; a++)
			{
				size_t		j = fit->active[a];
				SegGrid		grid = seg_grid((double) n, fit->scales[j].max_abs);
				SegExactSum sum = {0};
				double		count = 0;

				for (size_t i = 0; i < n; i++)
					if (plain->labels[i] == c)
					{
						seg_exact_sum_add(&sum, grid, *seg_matrix_cell(&fit->rows, i, j));
						count++;
					}
				if (count > 0)
					plain->centers[c * d + j] = seg_exact_sum_value(&sum) / count + 0.0;
			}
		(void) plain_reseed(fit, plain, k);
	}
	(void) plain_assign(fit, plain, k);
	while (plain_reseed(fit, plain, k) > 0)
		(void) plain_assign(fit, plain, k);
	plain->inertia = 0;
	for (size_t i = 0; i < n; i++)
		plain->inertia += plain_distance(fit, i, plain->centers + plain->labels[i] * d);
}

/*
 * Every fourth problem has nearly as many clusters as rows.  For these the simple loop
 * costs n^3 d, so only a few are large; the others have the size of a group of centers.
 */
static Problem
affordable_problem(uint64_t trial)
{
	Problem		problem = random_problem(1, trial);

	if (trial % 4 == 3 && trial % 64 != 3)
	{
		size_t		fewer = problem.k - seg_min_size(problem.k, 40);

		problem.n = seg_min_size(problem.n, 44);
		problem.k = distinct_rows(&problem) - fewer % 4;
	}
	return problem;
}

static void
skipping_and_incremental_sums_change_nothing(void **state)
{
	for (uint64_t trial = 0; trial < TRIALS; trial++)
	{
		Problem		problem = affordable_problem(trial);
		SegRng		rng = seg_rng(2, trial);
		SegKmeansParams params = defaults;
		double	   *centers = patterned(problem.k * problem.d * sizeof(double));
		size_t		position;
		Fit			fit;
		Plain		plain;

		if (trial % TOLD_EVERY == 0)
			print_message("problem %d of %d\n", (int) trial, TRIALS);
		assert_int_equal(fit_scale(&problem, trial % 3, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &fit, &position), SEG_OK);
		problem.k = seg_min_size(problem.k, fit.data.n_active == 0 ? 1 : problem.k);
		/* centers are rows, some of them twice, so that clusters become empty */
		for (size_t c = 0; c < problem.k; c++)
		{
			memcpy(centers + c * problem.d, seg_matrix_row(&fit.rows, seg_rng_below(&rng, problem.n)),
				   problem.d * sizeof(double));
			for (size_t j = 0; j < problem.d; j++)
				if (fit.scales[j].scale == 0)
					centers[c * problem.d + j] = 0;
		}
		/* a MAD of 0 can make rows equal; then there are fewer clusters */
		{
			size_t		capacity = seg_min_size(seg_kmeans_sample_capacity(problem.k, problem.d), problem.n);
			SegArena	arena = patterned_arena(seg_kmeans_sample_workspace(capacity, problem.d));
			SegKmeansSample sample;

			seg_kmeans_sample_draw(&fit.data, 42, capacity, true, &arena, &sample);
			problem.k = seg_min_size(problem.k, sample.data.rows.n);
			free(arena.base);
		}
		params.init_method = SEG_INIT_CENTROIDS;
		if (trial % 2 == 0)
			fit_filter(&fit);
		fit_cluster(&problem, &params, centers, &fit);
		plain_lloyd(&fit, problem.k, centers, &plain);
		assert_int_equal(fit.run.iterations, plain.iterations);
		for (size_t i = 0; i < problem.n; i++)
			assert_int_equal(fit.run.labels[i], plain.labels[i]);
		assert_same_doubles(fit.run.centers, plain.centers, problem.k * problem.d);
		assert_close(fit.run.inertia, plain.inertia, 1e-12 * plain.inertia + 1e-20);
		for (size_t c = 0; c < problem.k; c++)
			assert_true(fit.stats.sizes[c] > 0);
		free(plain.centers);
		free(plain.labels);
		free(centers);
		fit_free(&fit);
		problem_free(&problem);
	}
}

static void
empty_clusters_get_the_farthest_row(void **state)
{
	double		x[] = {0, 1, 2, 10, 100};
	double		centers[] = {1, 1, 1};
	Problem		problem = {5, 1, 3, x};
	SegKmeansParams params = defaults;
	size_t		position;
	Fit			fit;

	params.init_method = SEG_INIT_CENTROIDS;
	params.max_iterations = 1;
	(void) fit_scale(&problem, SEG_STANDARDIZE_NONE, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &fit, &position);
	fit_cluster(&problem, &params, centers, &fit);
	/*
	 * One step: the mean is 22.6, the farthest row from it 100, then 0.  Now 10 is
	 * nearer to 0, the first cluster is empty and gets the row farthest away, 10.
	 */
	assert_same_double(fit.run.centers[0], 10);
	assert_same_double(fit.run.centers[1], 100);
	assert_same_double(fit.run.centers[2], 0);
	assert_false(fit.run.converged);
	assert_int_equal(fit.stats.sizes[0] + fit.stats.sizes[1] + fit.stats.sizes[2], 5);
	fit_free(&fit);
}

/* 10,000 labels of 16 bits, one row or two each. */
static void
ten_thousand_clusters(void **state)
{
	Problem		problem = {.n = 10100, .d = 2, .k = SEG_KMEANS_MAX_K};
	SegKmeansParams params = defaults;
	double	   *centers = patterned(problem.k * 2 * sizeof(double));
	size_t		position;
	Fit			fit;

	problem.x = patterned(problem.n * 2 * sizeof(double));
	for (size_t i = 0; i < problem.n; i++)
	{
		problem.x[2 * i] = (double) (i % 10000 / 100);
		problem.x[2 * i + 1] = (double) (i % 100) + (i < 10000 ? 0 : 0.25);
	}
	memcpy(centers, problem.x, problem.k * 2 * sizeof(double));
	params.init_method = SEG_INIT_CENTROIDS;
	params.max_iterations = 1;
	(void) fit_scale(&problem, SEG_STANDARDIZE_NONE, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &fit, &position);
	fit_cluster(&problem, &params, centers, &fit);
	for (size_t i = 0; i < problem.n; i++)
		assert_int_equal(fit.run.labels[i], i % 10000);
	assert_same_double(fit.run.inertia, 200 * 0.125 * 0.125);
	free(centers);
	fit_free(&fit);
	problem_free(&problem);
}

/* After an early stop the centers are not the means of their rows, but total_ss is the same. */
static void
total_ss_does_not_depend_on_convergence(void **state)
{
	SegKmeansParams params = defaults;

	params.max_iterations = 1;
	params.n_init = 1;
	params.init_method = SEG_INIT_RANDOM;
	for (uint64_t trial = 0; trial < 20; trial++)
	{
		Problem		problem = random_problem(23, trial * 4);
		Fit			fit;
		double		total_ss = 0;

		problem.k = seg_min_size(problem.k, 4);
		fit_with(&problem, SEG_STANDARDIZE_ZSCORE, params, &fit);
		for (size_t j = 0; j < problem.d; j++)
			total_ss += fit.scales[j].scale > 0 ? (double) (problem.n - 1) : 0;
		assert_close(fit.run.total_ss, total_ss, 1e-9 * total_ss);
		fit_free(&fit);
		problem_free(&problem);
	}
}

/* The expected k, and the last iteration that was reported with its inertia. */
typedef struct Reported
{
	size_t		k;
	size_t		iteration;
	double		inertia;
} Reported;

static void
note_iteration(void *argument, size_t k, size_t iteration, double inertia)
{
	Reported   *last = argument;

	assert_int_equal(k, last->k);
	assert_int_equal(iteration, last->iteration + 1);
	assert_true(inertia <= last->inertia * (1 + 1e-9) + 1e-9);
	*last = (Reported) {k, iteration, inertia};
}

/* Iterations over all rows are reported.  The inertia never increases, and the last one is that of the fit.  No bit changes. */
static void
every_iteration_is_reported(void **state)
{
	for (uint64_t trial = 0; trial < 40; trial++)
	{
		Problem		problem = random_problem(29, trial);
		SegStandardize standardize = trial % 8 < 4 ? SEG_STANDARDIZE_ZSCORE : SEG_STANDARDIZE_NONE;
		SegKmeansParams params = defaults;
		Reported	last = {problem.k, 0, INFINITY};
		Fit			silent;
		Fit			fit;

		params.n_init = 1;
		params.algorithm = trial % 5 == 0 ? SEG_KMEANS_BISECTING : SEG_KMEANS_LLOYD;
		fit_with(&problem, standardize, params, &silent);
		params.on_iteration = note_iteration;
		params.argument = &last;
		fit_with(&problem, standardize, params, &fit);
		assert_int_equal(last.iteration, fit.run.iterations);
		assert_true(fit.run.converged);
		assert_close(last.inertia, fit.run.inertia, 1e-9 * fit.run.total_ss);
		assert_same_double(fit.run.inertia, silent.run.inertia);
		assert_same_double(fit.run.total_ss, silent.run.total_ss);
		assert_same_doubles(fit.run.centers, silent.run.centers, problem.k * problem.d);
		fit_free(&silent);
		fit_free(&fit);
		problem_free(&problem);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_clusters_get_the_farthest_row),
		cmocka_unit_test(ten_thousand_clusters),
		cmocka_unit_test(total_ss_does_not_depend_on_convergence),
		cmocka_unit_test(every_iteration_is_reported),
		cmocka_unit_test(skipping_and_incremental_sums_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
