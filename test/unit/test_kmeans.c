/*
 * test_kmeans.c
 *		k-means in memory: cases computed by hand; the bits of a result depend neither on
 *		the order of rows nor on whether equal rows are repeated or weighted.
 */
#include "unit.h"

#include "kmeans_problem.h"

/* ---- by hand ---- */

/* 1 2 3 | 10 11 12: centers 2 and 11, inertia 4; ids by weight, then by center. */
static void
two_groups_by_hand(void **state)
{
	double		x[] = {1, 11, 2, 12, 3, 10};
	Problem		problem = {6, 1, 2, x};
	uint32_t	ids[2];
	Fit			fit;
	size_t		low;

	fit_with(&problem, SEG_STANDARDIZE_NONE, defaults, &fit);
	low = fit.run.centers[0] < fit.run.centers[1] ? 0 : 1;
	assert_same_double(fit.run.centers[low], 2);
	assert_same_double(fit.run.centers[1 - low], 11);
	assert_same_double(fit.run.inertia, 4);
	assert_true(fit.run.converged);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(fit.run.labels[i], i % 2 == 0 ? low : 1 - low);
	seg_kmeans_number(&fit.run, 1, ids);
	assert_int_equal(ids[low], 1);
	assert_int_equal(ids[1 - low], 2);
	assert_same_double((fit.run.total_ss - fit.run.inertia), 121.5);	/* 6 * 4.5^2 */
	assert_same_double(fit.run.total_ss, 125.5);
	assert_same_double(fit.stats.means[low], 2);
	assert_same_double(fit.stats.sds[low], 1);
	assert_same_double(fit.stats.inertias[low], 2);
	assert_int_equal(fit.stats.sizes[low], 3);
	assert_same_double(fit.stats.quartiles[low * 3], 1);
	assert_same_double(fit.stats.quartiles[low * 3 + 1], 2);
	assert_same_double(fit.stats.quartiles[low * 3 + 2], 3);
	assert_same_double(fit.stats.medians[0], 6.5);
	fit_free(&fit);
}

static void
the_heavier_cluster_is_number_one(void **state)
{
	double		x[] = {1, 2, 50, 51};
	double		weights[] = {1, 1, 3, 0.5};
	Problem		problem = {4, 1, 2, x, weights};
	uint32_t	ids[2];
	Fit			fit;
	size_t		high;

	fit_with(&problem, SEG_STANDARDIZE_NONE, defaults, &fit);
	high = fit.run.centers[0] > fit.run.centers[1] ? 0 : 1;
	seg_kmeans_number(&fit.run, 1, ids);
	assert_int_equal(ids[high], 1);
	assert_same_double(fit.run.weights[high], 3.5);
	assert_close(fit.run.centers[high], (150 + 25.5) / 3.5, 1e-13);
	fit_free(&fit);
}

/* ---- order and repetition ---- */

static void
assert_same_fit(const Fit *a, const Fit *b, size_t k, bool same_rows)
{
	size_t		d = a->rows.d;

	for (size_t j = 0; j < d; j++)
	{
		assert_same_double(a->scales[j].shift, b->scales[j].shift);
		assert_same_double(a->scales[j].scale, b->scales[j].scale);
		assert_same_double(a->scales[j].fill, b->scales[j].fill);
		assert_same_double(a->scales[j].mean, b->scales[j].mean);
		assert_same_double(a->scales[j].sd, b->scales[j].sd);
	}
	assert_same_doubles(a->run.centers, b->run.centers, k * d);
	assert_same_doubles(a->run.weights, b->run.weights, k);
	assert_same_double(a->run.inertia, b->run.inertia);
	assert_int_equal(a->run.iterations, b->run.iterations);
	assert_same_doubles(a->stats.means, b->stats.means, k * d);
	assert_same_doubles(a->stats.sds, b->stats.sds, k * d);
	assert_same_doubles(a->stats.inertias, b->stats.inertias, k);
	assert_same_double(a->run.total_ss, b->run.total_ss);
	assert_same_doubles(a->stats.quartiles, b->stats.quartiles, k * d * 3);
	assert_same_doubles(a->stats.medians, b->stats.medians, d);
	if (same_rows)
		assert_memory_equal(a->stats.sizes, b->stats.sizes, k * sizeof(uint64_t));
}

/* The parameters of trial number `trial`: all methods in turn. */
static SegKmeansParams
some_params(uint64_t trial)
{
	SegKmeansParams params = defaults;

	params.seed = trial;
	params.n_init = 2;
	params.init_method = trial % 5 == 1 ? SEG_INIT_RANDOM : SEG_INIT_KMEANS_PLUS_PLUS;
	params.algorithm = trial % 5 == 2 ? SEG_KMEANS_BISECTING : SEG_KMEANS_LLOYD;
	params.tolerance = trial % 5 == 3 ? 0.01 : 0;
	params.max_iterations = trial % 5 == 4 ? 2 : 300;
	return params;
}

static bool
fit_somehow(const Problem *problem, uint64_t trial, Fit *fit)
{
	SegKmeansParams params = some_params(trial);
	Problem		same = *problem;
	size_t		position;

	assert_int_equal(fit_scale(problem, trial % 4, trial % 7 == 0 ? SEG_TRANSFORM_LOG1P : SEG_TRANSFORM_NONE,
							   SEG_NULL_MEAN + trial % 3, fit, &position), SEG_OK);
	if (fit->data.n_active < problem->d)
		same.k = 1;				/* rows may have become equal */
	fit_cluster(&same, &params, NULL, fit);
	return same.k > 1;
}

static void
the_order_of_rows_does_not_matter(void **state)
{
	int			clustered = 0;

	for (uint64_t trial = 0; trial < 120; trial++)
	{
		Problem		problem = random_problem(3, trial);
		SegRng		rng = seg_rng(4, trial);
		Problem		other;
		Fit			fit;
		Fit			again;
		size_t		k;

		for (size_t cell = 0; cell < problem.n * problem.d; cell++)
			problem.x[cell] = fabs(problem.x[cell]);
		/* nulls, unless they could make rows equal */
		if (problem.k * 2 < problem.n)
			for (size_t i = 0; i < problem.n / 20; i++)
				problem.x[seg_rng_below(&rng, problem.n * problem.d)] = NAN;
		problem.k = seg_min_size(problem.k, 3);
		if (trial % 2 == 0)
		{
			problem.weights = patterned(problem.n * sizeof(double));
			for (size_t i = 0; i < problem.n; i++)
				problem.weights[i] = trial % 4 == 0 ? 1 + (double) seg_rng_below(&rng, 3) : 0.01 + 2 * seg_rng_uniform(&rng);
		}
		if (distinct_rows(&problem) < 6)
			problem.k = 1;
		other = shuffled(&problem, trial);
		k = fit_somehow(&problem, trial, &fit) ? problem.k : 1;
		clustered += k > 1;
		(void) fit_somehow(&other, trial, &again);
		assert_same_fit(&fit, &again, k, true);
		fit_free(&fit);
		fit_free(&again);
		problem_free(&other);
		problem_free(&problem);
	}
	assert_true(clustered > 50);
}

static void
a_weight_counts_like_repeated_rows(void **state)
{
	for (uint64_t trial = 0; trial < 100; trial++)
	{
		Problem		problem = random_problem(5, trial);
		SegRng		rng = seg_rng(6, trial);
		Problem		other;
		Fit			fit;
		Fit			again;
		size_t		k;

		problem.k = seg_min_size(problem.k, 3);
		problem.weights = patterned(problem.n * sizeof(double));
		for (size_t cell = 0; cell < problem.n * problem.d; cell++)
			problem.x[cell] = fabs(problem.x[cell]);
		for (size_t i = 0; i < problem.n; i++)
		{
			problem.weights[i] = 1 + (double) seg_rng_below(&rng, 5);
			if (problem.d > 3 && problem.n > 20 && seg_rng_below(&rng, 50) == 0)
				problem.x[i * problem.d + seg_rng_below(&rng, problem.d)] = NAN;
		}
		if (distinct_rows(&problem) < 6)
			problem.k = 1;
		other = repeated(&problem);
		k = fit_somehow(&problem, trial, &fit) ? problem.k : 1;
		(void) fit_somehow(&other, trial, &again);
		assert_same_fit(&fit, &again, k, false);
		fit_free(&fit);
		fit_free(&again);
		problem_free(&other);
		problem_free(&problem);
	}
}

/* Many rows with small weights: a grid for the total weight alone would round. */
static void
light_rows_add_up_in_any_order(void **state)
{
	Problem		problem = {.n = 40000, .d = 1, .k = 2};
	Problem		other;
	Fit			fit;
	Fit			again;

	problem.x = patterned(problem.n * sizeof(double));
	problem.weights = patterned(problem.n * sizeof(double));
	for (size_t i = 0; i < problem.n; i++)
	{
		problem.x[i] = i % 4 == 0 ? 1e6 + (double) (i % 1000) / 7 : 1.0 / 3;
		problem.weights[i] = 1e-5 / 3;
	}
	other = shuffled(&problem, 9);
	fit_with(&problem, SEG_STANDARDIZE_ZSCORE, defaults, &fit);
	fit_with(&other, SEG_STANDARDIZE_ZSCORE, defaults, &again);
	assert_same_fit(&fit, &again, 2, true);
	assert_close(fit.run.weights[0] + fit.run.weights[1], 40000 * 1e-5 / 3, 1e-12);
	fit_free(&fit);
	fit_free(&again);
	problem_free(&other);
	problem_free(&problem);
}

/* One row of weight 1e9 and rows of weight 1: the small weights are not lost. */
static void
a_heavy_row_does_not_hide_light_ones(void **state)
{
	Problem		problem = {.n = 60, .d = 1, .k = 3};
	Fit			fit;
	double		total = 0;

	problem.x = patterned(problem.n * sizeof(double));
	problem.weights = patterned(problem.n * sizeof(double));
	for (size_t i = 0; i < problem.n; i++)
	{
		problem.x[i] = (double) (i % 3) * 100 + (double) (i / 3);
		problem.weights[i] = i == 7 ? 1e9 : 1;
	}
	fit_with(&problem, SEG_STANDARDIZE_NONE, defaults, &fit);
	for (size_t c = 0; c < 3; c++)
	{
		assert_true(fit.run.weights[c] > 0);
		total += fit.run.weights[c];
	}
	assert_same_double(total, 1e9 + 59);
	fit_free(&fit);
	problem_free(&problem);
}

/* Four separated blobs in three features: every start finds them. */
static Problem
four_blobs(uint64_t seed)
{
	SegRng		rng = seg_rng(21, seed);
	Problem		problem = {.n = 240, .d = 3, .k = 4};

	problem.x = patterned(problem.n * 3 * sizeof(double));
	for (size_t cell = 0; cell < problem.n * 3; cell++)
		problem.x[cell] = (double) (cell / 3 % 4 * (cell % 3 + 1)) * 9 + noise(&rng);
	return problem;
}

/* The cluster of blob b. */
static size_t
cluster_of_blob(const Fit *fit, size_t b)
{
	return fit->run.labels[b];
}

/* The means and sds of the clusters are the same, up to the order of the clusters. */
static void
assert_same_blobs(const Fit *fit, const Fit *other)
{
	for (size_t b = 0; b < 4; b++)
	{
		size_t		c = cluster_of_blob(fit, b);
		size_t		o = cluster_of_blob(other, b);

		assert_int_equal(fit->stats.sizes[c], 60);
		assert_int_equal(other->stats.sizes[o], 60);
		for (size_t j = 0; j < 3; j++)
		{
			assert_close(fit->stats.means[c * 3 + j], other->stats.means[o * 3 + j], 1e-11);
			assert_close(fit->stats.sds[c * 3 + j], other->stats.sds[o * 3 + j], 1e-11);
			for (size_t q = 0; q < 3; q++)
				assert_close(fit->stats.quartiles[(c * 3 + j) * 3 + q], other->stats.quartiles[(o * 3 + j) * 3 + q], 1e-11);
			assert_true(fit->stats.sds[c * 3 + j] > 0.5 && fit->stats.sds[c * 3 + j] < 2);
		}
	}
	assert_close(fit->run.inertia / fit->run.total_ss, other->run.inertia / other->run.total_ss, 1e-12);
}

/* The result for weights with fractions does not depend on their sum. */
static void
relative_weights_have_no_scale(void **state)
{
	static const double sums[] = {1e-12, 1 - 0x1.0p-53, 1, 1 + 0x1.0p-50, 7, 1e9};

	for (int standardize = SEG_STANDARDIZE_ZSCORE; standardize <= SEG_STANDARDIZE_NONE; standardize++)
	{
		SegRng		rng = seg_rng(21, (uint64_t) standardize);
		Problem		problem = four_blobs((uint64_t) standardize);
		double		raw[240];
		double		sum = 0;
		Fit			first;
		Fit			fit;

		problem.weights = patterned(problem.n * sizeof(double));
		for (size_t i = 0; i < problem.n; i++)
			sum += raw[i] = 0.1 + seg_rng_uniform(&rng);
		for (size_t s = 0; s < sizeof(sums) / sizeof(sums[0]); s++)
		{
			for (size_t i = 0; i < problem.n; i++)
				problem.weights[i] = raw[i] * (sums[s] / sum);
			fit_with(&problem, standardize, defaults, s == 0 ? &first : &fit);
			if (s == 0)
				continue;
			assert_true(fit.data.is_relative);
			assert_same_blobs(&fit, &first);
			assert_close(fit.run.inertia / sums[s] / (first.run.inertia / sums[0]), 1, 1e-9);
			fit_free(&fit);
		}
		fit_free(&first);
		problem_free(&problem);
	}
}

/* Equal weights give the same result as no weights. */
static void
equal_weights_are_like_no_weights(void **state)
{
	Problem		problem = four_blobs(22);
	Fit			fit;
	Fit			plain;

	fit_with(&problem, SEG_STANDARDIZE_ZSCORE, defaults, &plain);
	problem.weights = patterned(problem.n * sizeof(double));
	for (size_t i = 0; i < problem.n; i++)
		problem.weights[i] = 1 / (double) problem.n;
	fit_with(&problem, SEG_STANDARDIZE_ZSCORE, defaults, &fit);
	for (size_t j = 0; j < problem.d; j++)
		assert_close(fit.data.scales[j].sd / plain.data.scales[j].sd, 1, 1e-12);
	assert_same_blobs(&fit, &plain);
	fit_free(&fit);
	fit_free(&plain);
	problem_free(&problem);
}

/* ---- far from the origin ---- */

/* The same blobs around zero and far from zero have the same figures, on any scale. */
static void
blobs_far_away_have_the_same_inertia(void **state)
{
	static const double origins[] = {1e12, -1e12, 1.7e12, 0x1.0p+49};

	for (int standardize = SEG_STANDARDIZE_ZSCORE; standardize <= SEG_STANDARDIZE_NONE; standardize++)
	{
		SegRng		rng = seg_rng(23, (uint64_t) standardize);
		Problem		problem = {.n = 400, .d = 2, .k = 4};
		Problem		moved = problem;
		Fit			fit;
		Fit			far;

		problem.x = patterned(problem.n * 2 * sizeof(double));
		moved.x = patterned(problem.n * 2 * sizeof(double));
		for (size_t cell = 0; cell < problem.n * 2; cell++)
			problem.x[cell] = (double) ((cell / 2 % 4 >> cell % 2 & 1) * 128) + floor(noise(&rng) * 64) / 8;
		fit_with(&problem, standardize, defaults, &fit);
		assert_true(fit.run.inertia > 0 && fit.run.inertia < fit.run.total_ss / 5);
		for (size_t o = 0; o < sizeof(origins) / sizeof(origins[0]); o++)
		{
			for (size_t cell = 0; cell < problem.n * 2; cell++)
				moved.x[cell] = problem.x[cell] + origins[o];
			fit_with(&moved, standardize, defaults, &far);
			assert_close(far.run.inertia / fit.run.inertia, 1, 1e-9);
			assert_close(far.run.total_ss / fit.run.total_ss, 1, 1e-9);
			assert_close(far.stats.inertias[0] + far.stats.inertias[1] + far.stats.inertias[2] + far.stats.inertias[3],
						 far.run.inertia, 1e-9 * far.run.inertia);
			fit_free(&far);
		}
		fit_free(&fit);
		problem_free(&problem);
		problem_free(&moved);
	}
}

/* ---- rows that are equal or nearly equal ---- */

/* Differences whose squares underflow count as 0: two distinct rows, not three. */
static void
rows_with_underflowing_differences_are_equal(void **state)
{
	double		x[] = {0, 1e-200, 1, -0.0, 4.9e-324};
	Problem		problem = {5, 1, 2, x};
	Fit			fit;

	fit_with(&problem, SEG_STANDARDIZE_MINMAX, defaults, &fit);
	assert_int_equal(fit.sample.data.rows.n, 2);
	assert_same_double(fit.run.inertia, 0);
	fit_free(&fit);
}

static void
the_largest_and_the_smallest_numbers(void **state)
{
	double		large[] = {1e139, 1.01e139, -1e139, -1.01e139, 0};
	double		small[] = {1e-130, 1.01e-130, -1e-130, -1.01e-130, 5e-324};
	double		beyond[] = {1e141, 0};
	Problem		problem = {5, 1, 3, large};
	Problem		wide = {2, 1, 2, beyond};
	size_t		position = 0;
	Fit			fit;

	for (int standardize = SEG_STANDARDIZE_ZSCORE; standardize <= SEG_STANDARDIZE_NONE; standardize++)
	{
		problem.x = large;
		fit_with(&problem, standardize, defaults, &fit);
		assert_true(isfinite(fit.run.inertia));
		assert_int_equal(fit.run.labels[0], fit.run.labels[1]);
		assert_int_equal(fit.run.labels[2], fit.run.labels[3]);
		assert_true(fit.run.labels[0] != fit.run.labels[2]);
		fit_free(&fit);
		problem.x = small;
		fit_with(&problem, standardize, defaults, &fit);
		assert_int_equal(fit.run.labels[0], fit.run.labels[1]);
		assert_int_equal(fit.run.labels[2], fit.run.labels[3]);
		assert_true(fit.run.labels[0] != fit.run.labels[4]);
		fit_free(&fit);
	}
	assert_int_equal(fit_scale(&wide, SEG_STANDARDIZE_NONE, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &fit, &position),
					 SEG_RANGE_TOO_WIDE);
	assert_int_equal(position, 1);
	fit_free(&fit);
}

static void
equal_rows_make_one_cluster(void **state)
{
	double		x[] = {7, 0.1, 7, 0.1, 7, 0.1};
	Problem		problem = {3, 2, 1, x};
	Fit			fit;

	for (int standardize = SEG_STANDARDIZE_ZSCORE; standardize <= SEG_STANDARDIZE_NONE; standardize++)
		for (int algorithm = SEG_KMEANS_LLOYD; algorithm <= SEG_KMEANS_BISECTING; algorithm++)
		{
			SegKmeansParams params = defaults;

			params.algorithm = algorithm;
			fit_with(&problem, standardize, params, &fit);
			assert_int_equal(fit.data.n_active, 0);
			assert_int_equal(fit.sample.data.rows.n, 1);
			assert_same_double(fit.run.inertia, 0);
			assert_same_double(fit.stats.means[0], 7);
			assert_same_double(fit.stats.means[1], 0.1);
			assert_same_double(fit.stats.sds[1], 0);
			assert_same_double(fit.scales[1].shift, 0.1);
			fit_free(&fit);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_groups_by_hand),
		cmocka_unit_test(the_heavier_cluster_is_number_one),
		cmocka_unit_test(the_order_of_rows_does_not_matter),
		cmocka_unit_test(a_weight_counts_like_repeated_rows),
		cmocka_unit_test(relative_weights_have_no_scale),
		cmocka_unit_test(equal_weights_are_like_no_weights),
		cmocka_unit_test(blobs_far_away_have_the_same_inertia),
		cmocka_unit_test(light_rows_add_up_in_any_order),
		cmocka_unit_test(a_heavy_row_does_not_hide_light_ones),
		cmocka_unit_test(rows_with_underflowing_differences_are_equal),
		cmocka_unit_test(the_largest_and_the_smallest_numbers),
		cmocka_unit_test(equal_rows_make_one_cluster),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
