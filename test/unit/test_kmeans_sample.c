/*
 * test_kmeans_sample.c
 *		The sample of k-means: independent of the order of rows, and an estimate of all rows.
 */
#include "unit.h"

#include "kmeans_problem.h"

#include "base/hash.h"

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
	assert_close(total, fit.data.total, 1e-9);	/* the weight of the sample is that of the rows */
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

/* Rows constructed to have the same hash remain distinct, in any order and any sample. */
static void
rows_of_one_hash_are_distinct(void **state)
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

/* A sample by distance estimates the number of rows, and their squares around the mean. */
static void
a_sample_by_distance_represents_the_rows(void **state)
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
		problem.x[cell] = pow(1 - seg_rng_uniform(&rng), -1 / 1.5); /* Pareto: no variance */
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sample_is_the_same_rows_in_any_order),
		cmocka_unit_test(rows_of_one_hash_are_distinct),
		cmocka_unit_test(a_sample_by_distance_represents_the_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
