/*
 * test_kmeans_seed.c
 *		Starting centers: more starts are never worse, heavy tails, separated blobs.
 */
#include "unit.h"

#include "kmeans_problem.h"

/* Skewed rows, which have many local optima. */
static Problem
skewed_problem(size_t n, size_t d, size_t k, double spread, uint64_t seed)
{
	SegRng		rng = seg_rng(25, seed);
	Problem		problem = {.n = n, .d = d, .k = k};

	problem.x = patterned(n * d * sizeof(double));
	for (size_t cell = 0; cell < n * d; cell++)
		problem.x[cell] = exp(spread * noise(&rng));
	return problem;
}

static void
more_starts_are_never_worse(void **state)
{
	for (uint64_t trial = 0; trial < 12; trial++)
	{
		Problem		problem = skewed_problem(120 + 20 * trial, 1 + trial % 4, 2 + trial % 7, 1, trial);
		double		before = INFINITY;

		for (size_t n_init = 1; n_init <= 32; n_init = n_init * 3 / 2 + 1)
		{
			SegKmeansParams params = defaults;
			Fit			fit;

			params.n_init = n_init;
			fit_with(&problem, SEG_STANDARDIZE_ZSCORE, params, &fit);
			assert_true(fit.run.inertia <= before * (1 + 1e-14));
			before = fit.run.inertia;
			fit_free(&fit);
		}
		problem_free(&problem);
	}
}

/* If a few rows cause most of the inertia, starts from a sample are nearly as good as from all rows. */
static void
heavy_tails_are_in_the_sample(void **state)
{
	for (uint64_t trial = 0; trial < 3; trial++)
	{
		Problem		problem = skewed_problem(30000, 2, 6, 2, 100 + trial);
		SegArena	room = patterned_arena(seg_kmeans_sample_workspace(problem.n, 2));
		SegArena	workspace = patterned_arena(seg_kmeans_workspace(problem.n, 2, problem.k) +
												seg_seed_workspace(problem.n, 2, problem.k));
		SegKmeansParams given = defaults;
		SegKmeansSample all;
		Fit			fit;
		double		found;

		fit_with(&problem, SEG_STANDARDIZE_NONE, defaults, &fit);
		assert_false(fit.sample.is_whole);
		found = fit.run.inertia;
		seg_kmeans_sample_draw(&fit.data, 1, problem.n, true, &room, &all);
		given.n_init = 4;
		seg_kmeans_cluster(&fit.data, &all.data, &given, &fit.run, workspace);
		assert_true(found <= 1.02 * fit.run.inertia);
		free(room.base);
		free(workspace.base);
		fit_free(&fit);
		problem_free(&problem);
	}
}

/* k separated blobs on a grid: each algorithm should find all of them in every start. */
static void
separated_blobs_are_found(void **state)
{
	for (uint64_t trial = 0; trial < 20; trial++)
		for (int algorithm = SEG_KMEANS_LLOYD; algorithm <= SEG_KMEANS_BISECTING; algorithm++)
		{
			SegRng		rng = seg_rng(10, trial);
			size_t		k = 2 + trial % 9;
			Problem		problem = {.n = 40 * k, .d = 2, .k = k};
			SegKmeansParams params = defaults;
			Fit			fit;

			params.algorithm = algorithm;
			params.n_init = 3;
			params.seed = trial;
			problem.x = patterned(problem.n * 2 * sizeof(double));
			for (size_t i = 0; i < problem.n; i++)
			{
				problem.x[2 * i] = 100.0 * (double) (i % k % 4) + noise(&rng);
				problem.x[2 * i + 1] = 100.0 * (double) (i % k / 4) + noise(&rng);
			}
			fit_with(&problem, SEG_STANDARDIZE_NONE, params, &fit);
			for (size_t i = k; i < problem.n; i++)
				assert_int_equal(fit.run.labels[i], fit.run.labels[i % k]);
			for (size_t c = 0; c < k; c++)
				assert_int_equal(fit.stats.sizes[c], 40);
			fit_free(&fit);
			problem_free(&problem);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(more_starts_are_never_worse),
		cmocka_unit_test(heavy_tails_are_in_the_sample),
		cmocka_unit_test(separated_blobs_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
