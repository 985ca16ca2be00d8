/*
 * test_hungarian.c
 *		The assignment problem against trying every permutation.
 */
#include "unit.h"

#include "base/rng.h"
#include "stats/hungarian.h"

static double
solve(const double *cost, size_t rows, size_t columns, uint32_t *column_of)
{
	size_t		size = seg_hungarian_workspace(rows, columns);
	void	   *room = aligned_alloc(SEG_ARENA_ALIGN, (size + 63) / 64 * 64);
	SegArena	arena = seg_arena(room, size);
	bool	   *taken = calloc(columns, sizeof(bool));
	double		total = 0;

	seg_hungarian_solve(cost, rows, columns, &arena, column_of);
	for (size_t row = 0; row < rows; row++)
	{
		assert_true(column_of[row] < columns);
		assert_false(taken[column_of[row]]);
		taken[column_of[row]] = true;
		total += cost[row * columns + column_of[row]];
	}
	free(taken);
	free(room);
	return total;
}

/* The smallest total over rows row .. rows - 1 without the columns in `taken`. */
static double
best_of_all(const double *cost, size_t rows, size_t columns, size_t row, unsigned taken)
{
	double		best = INFINITY;

	if (row == rows)
		return 0;
	for (size_t column = 0; column < columns; column++)
		if ((taken & 1U << column) == 0)
			best = fmin(best, cost[row * columns + column] +
						best_of_all(cost, rows, columns, row + 1, taken | 1U << column));
	return best;
}

/* 2,000 problems up to 6 x 7; small integers make many ties, and sums of them are exact. */
static void
total_is_the_smallest(void **state)
{
	SegRng		rng = seg_rng(17, 0);

	for (int trial = 0; trial < 2000; trial++)
	{
		double		cost[42];
		uint32_t	column_of[6];
		size_t		columns = 1 + seg_rng_below(&rng, 7);
		size_t		rows = 1 + seg_rng_below(&rng, seg_min_size(columns, 6));
		bool		whole = trial % 2 == 0;
		double		best;

		for (size_t cell = 0; cell < rows * columns; cell++)
			cost[cell] = whole ? (double) seg_rng_below(&rng, 6) - 2 : 100 * seg_rng_uniform(&rng);
		best = best_of_all(cost, rows, columns, 0, 0);
		assert_close(solve(cost, rows, columns, column_of), best, whole ? 0 : 1e-11);
	}
}

/* A hidden permutation of 300: its pairs have cost 0, all others more. */
static void
hidden_permutation_is_found(void **state)
{
	enum
	{
		N = 300
	};
	static double cost[N * N];
	static uint32_t column_of[N];
	SegRng		rng = seg_rng(23, 0);

	for (size_t row = 0; row < N; row++)
		for (size_t column = 0; column < N; column++)
			cost[row * N + column] = (row * 7 + 3) % N == column ? 0 : 0.001 + seg_rng_uniform(&rng);
	assert_same_double(solve(cost, N, N, column_of), 0);
	for (size_t row = 0; row < N; row++)
		assert_int_equal(column_of[row], (row * 7 + 3) % N);
}

/* The greedy choice (0 with 0) would cost 101. */
static void
the_greedy_choice_is_not_taken(void **state)
{
	const double cost[] = {1, 2, 2, 100};
	uint32_t	column_of[2];

	assert_same_double(solve(cost, 2, 2, column_of), 4);
	assert_int_equal(column_of[0], 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(total_is_the_smallest),
		cmocka_unit_test(hidden_permutation_is_found),
		cmocka_unit_test(the_greedy_choice_is_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
