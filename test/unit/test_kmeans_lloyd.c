/*
 * test_kmeans_lloyd.c
 *		Lloyd's iterations against a plain loop: skipping blocks and moving rows
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

/* Lloyd's iterations with nothing clever, from IN centers; sums of every row afresh. */
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
				SegExactSum	sum = {0};
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
 * Nearly as many clusters as rows, which every fourth problem has, cost the plain
 * loop n^3 d: a few of them are large, the others as small as groups of centers allow.
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
		/* centers of rows, some of them twice, so that clusters come out empty */
		for (size_t c = 0; c < problem.k; c++)
		{
			memcpy(centers + c * problem.d, seg_matrix_row(&fit.rows, seg_rng_below(&rng, problem.n)),
				   problem.d * sizeof(double));
			for (size_t j = 0; j < problem.d; j++)
				if (fit.scales[j].scale == 0)
					centers[c * problem.d + j] = 0;
		}
		/* MAD 0 may have made rows equal; then fewer clusters */
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(skipping_and_incremental_sums_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
