/*
 * test_kmeans.c
 *		k-means in memory: against hand-worked cases, and the promise that neither
 *		order nor repetition of rows shows in a bit.
 */
#include "unit.h"

#include "kmeans_problem.h"

#include "base/hash.h"

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

/* Every way to fit, in turn. */
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
the_order_of_rows_does_not_show(void **state)
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
		/* nulls, unless rows could become equal by them */
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

/* Many light rows: sums sized by their total weight alone would round. */
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

/* One row of 1e9 beside rows of 1: none of them weighs nothing. */
static void
a_heavy_row_leaves_the_light_ones_alone(void **state)
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

/* Four blobs in three features, far apart: every start finds them. */
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

/* The cluster of blob b of these. */
static size_t
cluster_of_blob(const Fit *fit, size_t b)
{
	return fit->run.labels[b];
}

/* The clusters' means and sds are the same, up to the clusters' order. */
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

/* Weights with fractions mean what they mean whatever they sum to. */
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

/* Equal weights, whatever they are, are no weights. */
static void
equal_weights_are_none(void **state)
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

/* The same blobs around zero and a long way off: the same figures, on any scale. */
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

/* ---- empty clusters and hopeless rows ---- */

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

/* Differences whose squares underflow are none: two distinct rows, not three. */
static void
rows_too_close_to_tell_apart_are_equal(void **state)
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

/* ---- the sample ---- */

static void
a_sample_is_the_same_rows_in_any_order(void **state)
{
	Problem		problem = {.n = 3000, .d = 3, .k = 2};
	Problem		other;
	SegRng		rng = seg_rng(8, 0);
	size_t		position;
	double		total = 0;
	Fit			fit;
	Fit			again;
	SegArena	arenas[2];

	problem.x = patterned(problem.n * 3 * sizeof(double));
	problem.weights = patterned(problem.n * sizeof(double));
	for (size_t i = 0; i < problem.n; i++)
	{
		/* 1000 distinct rows; the third feature has MAD 0, so copies differ in it */
		for (size_t j = 0; j < 2; j++)
			problem.x[i * 3 + j] = (double) ((i % 1000) * (j * 131 + 1) % 1009);
		problem.x[i * 3 + 2] = i % 5 == 0 ? noise(&rng) : 4;
		problem.weights[i] = 0.1 + seg_rng_uniform(&rng);
	}
	other = shuffled(&problem, 3);
	(void) fit_scale(&problem, SEG_STANDARDIZE_ROBUST, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &fit, &position);
	(void) fit_scale(&other, SEG_STANDARDIZE_ROBUST, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &again, &position);
	assert_int_equal(fit.data.n_active, 2);
	for (size_t draw = 0; draw < 12; draw++)
	{
		size_t		capacity = (size_t) 50 << draw / 2;
		bool		by_distance = draw % 2 == 1;
		size_t		size = seg_kmeans_sample_workspace(capacity, 3);

		arenas[0] = patterned_arena(size);
		arenas[1] = patterned_arena(size);
		seg_kmeans_sample_draw(&fit.data, 42, capacity, by_distance, &arenas[0], &fit.sample);
		seg_kmeans_sample_draw(&again.data, 42, capacity, by_distance, &arenas[1], &again.sample);
		assert_int_equal(fit.sample.data.rows.n, seg_min_size(capacity, 1000));
		assert_int_equal(fit.sample.is_whole, capacity >= 1000);
		assert_int_equal(again.sample.data.rows.n, fit.sample.data.rows.n);
		assert_same_doubles(again.sample.data.rows.values, fit.sample.data.rows.values,
							fit.sample.data.rows.n * 3);
		assert_same_doubles(again.sample.data.weights, fit.sample.data.weights, fit.sample.data.rows.n);
		assert_same_double(again.sample.data.total, fit.sample.data.total);
		total = fit.sample.data.total;
		free(arenas[0].base);
		free(arenas[1].base);
	}
	assert_close(total, fit.data.total, 1e-9);	/* the whole sample weighs what the rows do */
	fit_free(&fit);
	fit_free(&again);
	problem_free(&other);
	problem_free(&problem);
}

/* The word for which the second of two words gives the hash that 1 gives after first. */
static double
colliding_partner(uint64_t seed, double first, double of_first)
{
	uint64_t	one = seg_hash_double(seed, of_first);
	uint64_t	other = seg_hash_double(seed, first);
	double		unit = 1;
	uint64_t	word;
	double		partner;

	memcpy(&word, &unit, sizeof(word));
	word ^= one ^ other;
	memcpy(&partner, &word, sizeof(partner));
	return partner;
}

/* Rows sought out to have one hash are rows of their own, whatever their order and whichever are kept. */
static void
rows_of_one_hash_are_told_apart(void **state)
{
	Problem		problem = {.n = 60, .d = 2, .k = 1};
	Problem		other;
	Fit			fit;
	Fit			again;
	size_t		position;
	double		first = 0;

	problem.x = patterned(problem.n * 2 * sizeof(double));
	problem.weights = patterned(problem.n * sizeof(double));
	for (size_t i = 0; i < 60; i++)
	{
		double		partner = NAN;

		while (i % 5 < 4 && !(fabs(partner) < 1e6 && fabs(partner) > 1e-6))
			partner = colliding_partner(42, ++first, 0.5);
		problem.x[2 * i] = i % 5 < 4 ? first : problem.x[2 * i - 2];
		problem.x[2 * i + 1] = i % 5 < 4 ? partner : problem.x[2 * i - 1];
		problem.weights[i] = 1;
	}
	other = shuffled(&problem, 3);
	(void) fit_scale(&problem, SEG_STANDARDIZE_NONE, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &fit, &position);
	(void) fit_scale(&other, SEG_STANDARDIZE_NONE, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &again, &position);
	for (size_t capacity = 8; capacity <= 64; capacity *= 2)
	{
		SegArena	arenas[2];

		for (int a = 0; a < 2; a++)
			arenas[a] = patterned_arena(seg_kmeans_sample_workspace(capacity, 2));
		seg_kmeans_sample_draw(&fit.data, 42, capacity, capacity > 16, &arenas[0], &fit.sample);
		seg_kmeans_sample_draw(&again.data, 42, capacity, capacity > 16, &arenas[1], &again.sample);
		assert_int_equal(fit.sample.data.rows.n, seg_min_size(capacity, 48));
		assert_int_equal(again.sample.data.rows.n, fit.sample.data.rows.n);
		assert_same_doubles(again.sample.data.rows.values, fit.sample.data.rows.values, fit.sample.data.rows.n * 2);
		assert_same_doubles(again.sample.data.weights, fit.sample.data.weights, fit.sample.data.rows.n);
		for (int a = 0; a < 2; a++)
			free(arenas[a].base);
	}
	assert_close(fit.sample.data.total, 60, 0);
	fit_free(&fit);
	fit_free(&again);
	problem_free(&other);
	problem_free(&problem);
}

/* What the sample by distance stands for is the rows: their number, and their squares around the mean. */
static void
a_sample_by_distance_stands_for_the_rows(void **state)
{
	SegRng		rng = seg_rng(24, 0);
	Problem		problem = {.n = 40000, .d = 2, .k = 1};
	SegArena	arena = patterned_arena(seg_kmeans_sample_workspace(2000, 2));
	double		squares = 0;
	double		sampled = 0;
	size_t		position;
	Fit			fit;

	problem.x = patterned(problem.n * 2 * sizeof(double));
	for (size_t cell = 0; cell < problem.n * 2; cell++)
		problem.x[cell] = pow(1 - seg_rng_uniform(&rng), -1 / 1.5);	/* Pareto: no variance */
	(void) fit_scale(&problem, SEG_STANDARDIZE_ZSCORE, SEG_TRANSFORM_NONE, SEG_NULL_ERROR, &fit, &position);
	seg_kmeans_sample_draw(&fit.data, 42, 2000, true, &arena, &fit.sample);
	assert_int_equal(fit.sample.data.rows.n, 2000);
	for (size_t cell = 0; cell < problem.n * 2; cell++)
		squares += fit.rows.values[cell] * fit.rows.values[cell];
	for (size_t i = 0; i < 2000; i++)
		for (size_t j = 0; j < 2; j++)
			sampled += fit.sample.data.weights[i] * pow(*seg_matrix_cell(&fit.sample.data.rows, i, j), 2);
	assert_close(fit.sample.data.total / (double) problem.n, 1, 0.05);
	assert_close(sampled / squares, 1, 0.05);	/* a uniform sample misses most of it */
	free(arena.base);
	fit_free(&fit);
	problem_free(&problem);
}

/* ---- seeding ---- */

/* Skewed rows, whose optima are many. */
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

/* Where few rows make most of the inertia, starts from a sample are nearly as good as from all rows. */
static void
heavy_tails_are_seen(void **state)
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

/* k blobs far apart on a grid: every start should find them all, by either way. */
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

/* Stopped early, centers are not the means of their rows; the total is what it is. */
static void
total_does_not_hang_on_convergence(void **state)
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

/* What is to be told: k; and what was: the last iteration, and its inertia. */
typedef struct Told
{
	size_t		k;
	size_t		iteration;
	double		inertia;
} Told;

static void
note_iteration(void *argument, size_t k, size_t iteration, double inertia)
{
	Told	   *told = argument;

	assert_int_equal(k, told->k);
	assert_int_equal(iteration, told->iteration + 1);
	assert_true(inertia <= told->inertia * (1 + 1e-9) + 1e-9);
	*told = (Told) {k, iteration, inertia};
}

/* Of all rows only, never more, that of the fit in the end; and no bit is changed. */
static void
every_iteration_is_told(void **state)
{
	for (uint64_t trial = 0; trial < 40; trial++)
	{
		Problem		problem = random_problem(29, trial);
		SegStandardize standardize = trial % 8 < 4 ? SEG_STANDARDIZE_ZSCORE : SEG_STANDARDIZE_NONE;
		SegKmeansParams params = defaults;
		Told		told = {problem.k, 0, INFINITY};
		Fit			silent;
		Fit			fit;

		params.n_init = 1;
		params.algorithm = trial % 5 == 0 ? SEG_KMEANS_BISECTING : SEG_KMEANS_LLOYD;
		fit_with(&problem, standardize, params, &silent);
		params.on_iteration = note_iteration;
		params.argument = &told;
		fit_with(&problem, standardize, params, &fit);
		assert_int_equal(told.iteration, fit.run.iterations);
		assert_true(fit.run.converged);
		assert_close(told.inertia, fit.run.inertia, 1e-9 * fit.run.total_ss);
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
		cmocka_unit_test(total_does_not_hang_on_convergence),
		cmocka_unit_test(every_iteration_is_told),
		cmocka_unit_test(two_groups_by_hand),
		cmocka_unit_test(the_heavier_cluster_is_number_one),
		cmocka_unit_test(the_order_of_rows_does_not_show),
		cmocka_unit_test(a_weight_counts_like_repeated_rows),
		cmocka_unit_test(relative_weights_have_no_scale),
		cmocka_unit_test(equal_weights_are_none),
		cmocka_unit_test(blobs_far_away_have_the_same_inertia),
		cmocka_unit_test(a_sample_by_distance_stands_for_the_rows),
		cmocka_unit_test(more_starts_are_never_worse),
		cmocka_unit_test(heavy_tails_are_seen),
		cmocka_unit_test(light_rows_add_up_in_any_order),
		cmocka_unit_test(a_heavy_row_leaves_the_light_ones_alone),
		cmocka_unit_test(empty_clusters_get_the_farthest_row),
		cmocka_unit_test(rows_too_close_to_tell_apart_are_equal),
		cmocka_unit_test(the_largest_and_the_smallest_numbers),
		cmocka_unit_test(equal_rows_make_one_cluster),
		cmocka_unit_test(a_sample_is_the_same_rows_in_any_order),
		cmocka_unit_test(rows_of_one_hash_are_told_apart),
		cmocka_unit_test(separated_blobs_are_found),
		cmocka_unit_test(ten_thousand_clusters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
