/*
 * test_bootstrap.c
 *		The weights of the Poisson bootstrap: their distribution, and that they depend on the key alone.
 */
#include "unit.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/rng.h"
#include "campaign/bootstrap.h"

#define REPLICATES ((size_t) 777)

static void
weights_are_poisson_numbers(void **state)
{
	/* python3 -c "from scipy.stats import poisson; print([poisson.pmf(k, 1) for k in range(5)], poisson.sf(4, 1))" */
	static const double expected[] = {0.36787944117144233, 0.36787944117144233, 0.18393972058572114,
	0.06131324019524039, 0.015328310048810101, 0.00365984682734371};
	size_t		counts[6] = {0};
	uint8_t		weights[REPLICATES];
	size_t		n = 4000;

	for (size_t i = 0; i < n; i++)
	{
		seg_bootstrap_weights(seg_hash_bytes(42, &i, sizeof(i)), REPLICATES, weights);
		for (size_t r = 0; r < REPLICATES; r++)
		{
			assert_true(weights[r] <= 12);
			counts[seg_min_size(weights[r], 5)]++;
		}
	}
	/* 5 standard errors of a share */
	for (size_t k = 0; k < 6; k++)
	{
		double		share = counts[k] / (double) (n * REPLICATES);

		assert_true(fabs(share - expected[k]) < 5 * sqrt(expected[k] * (1 - expected[k]) / (n * REPLICATES)));
	}
}

/* Two customers, and two replicates, have nothing in common. */
static void
weights_are_independent(void **state)
{
	enum
	{
	N = 2000, R = 200};
	static uint8_t weights[N][R];
	double		by_replicate[R] = {0};
	double		variance = 0;

	for (size_t i = 0; i < N; i++)
	{
		seg_bootstrap_weights(seg_hash_bytes(7, &i, sizeof(i)), R, weights[i]);
		for (size_t r = 0; r < R; r++)
			by_replicate[r] += weights[i][r];
	}
	/* a sum of N independent weights has the variance N */
	for (size_t r = 0; r < R; r++)
		variance += (by_replicate[r] - N) * (by_replicate[r] - N) / R;
	assert_true(fabs(variance / N - 1) < 5 * sqrt(2.0 / R));
	for (size_t lag = 1; lag <= 3; lag++)
	{
		double		covariance = 0;

		for (size_t i = 0; i < N; i++)
			for (size_t r = lag; r < R; r++)
				covariance += (weights[i][r] - 1.0) * (weights[i][r - lag] - 1.0) / (N * (R - lag));
		assert_true(fabs(covariance) < 5 / sqrt(N * (double) (R - lag)));
	}
}

static void
more_replicates_begin_with_the_fewer(void **state)
{
	uint8_t		few[300];
	uint8_t		many[REPLICATES];

	for (size_t count = 1; count <= 300; count += 13)
	{
		seg_bootstrap_weights(99, REPLICATES, many);
		seg_bootstrap_weights(99, count, few);
		assert_memory_equal(few, many, count);
	}
}

static void
sums_do_not_depend_on_the_order(void **state)
{
	enum
	{
	N = 500};
	SegBootstrapItem items[N];
	SegBootstrapItem shuffled[N];
	SegBootstrapSums sums[REPLICATES];
	SegBootstrapSums again[REPLICATES];
	uint8_t		weights[REPLICATES];
	SegRng		rng = seg_rng(3, 0);

	for (size_t i = 0; i < N; i++)
	{
		size_t		id = i / 2; /* some keys are equal */

		items[i] = (SegBootstrapItem) {seg_hash_bytes(1, &id, sizeof(id)), seg_rng_uniform(&rng) * 1e6 - 1e5, seg_rng_uniform(&rng)};
	}
	memcpy(shuffled, items, sizeof(items));
	for (size_t i = N - 1; i > 0; i--)
	{
		size_t		j = seg_rng_below(&rng, i + 1);
		SegBootstrapItem item = shuffled[i];

		shuffled[i] = shuffled[j];
		shuffled[j] = item;
	}
	seg_bootstrap_sums(items, N, REPLICATES, sums, weights);
	seg_bootstrap_sums(shuffled, N, REPLICATES, again, weights);
	assert_memory_equal(sums, again, sizeof(sums));
	/* by hand, of one replicate */
	{
		SegBootstrapSums by_hand = {0, 0, 0};

		for (size_t i = 0; i < N; i++)
		{
			seg_bootstrap_weights(items[i].key, REPLICATES, weights);
			by_hand.n += weights[500];
			by_hand.a += weights[500] * items[i].a;
			by_hand.b += weights[500] * items[i].b;
		}
		assert_memory_equal(&by_hand, &sums[500], sizeof(by_hand));
	}
	seg_bootstrap_sums(items, 0, REPLICATES, sums, weights);
	assert_same_double(sums[0].n, 0);
}

static int
compare(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

/* The interval of a ratio of sums has the true ratio about as often as it says. */
static void
intervals_cover_the_truth(void **state)
{
	enum
	{
		N = 300, R = 400, TRIALS = 400
	};
	static SegBootstrapItem items[N];
	static SegBootstrapSums sums[R];
	static double ratios[R];
	uint8_t		weights[R];
	SegRng		rng = seg_rng(11, 0);
	size_t		covered = 0;

	for (size_t trial = 0; trial < TRIALS; trial++)
	{
		for (size_t i = 0; i < N; i++)
		{
			/* two buyers in three, amounts with a long tail; the expected ratio is 1.2 */
			double		a = seg_rng_uniform(&rng) < 0.67 ? -log(1 - seg_rng_uniform(&rng)) * 1.2 : 0;
			double		b = seg_rng_uniform(&rng) < 0.67 ? -log(1 - seg_rng_uniform(&rng)) : 0;
			uint64_t	id = trial * N + i;

			items[i] = (SegBootstrapItem) {seg_hash_bytes(42, &id, sizeof(id)), a, b};
		}
		seg_bootstrap_sums(items, N, R, sums, weights);
		for (size_t r = 0; r < R; r++)
			ratios[r] = sums[r].a / sums[r].b;
		qsort(ratios, R, sizeof(double), compare);
		covered += ratios[R / 40] <= 1.2 && 1.2 <= ratios[R - 1 - R / 40];
	}
	/* 95 percent, and 4 standard errors */
	assert_true(covered >= 0.95 * TRIALS - 4 * sqrt(TRIALS * 0.95 * 0.05));
	assert_true(covered <= 0.95 * TRIALS + 4 * sqrt(TRIALS * 0.95 * 0.05));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(weights_are_poisson_numbers),
		cmocka_unit_test(weights_are_independent),
		cmocka_unit_test(more_replicates_begin_with_the_fewer),
		cmocka_unit_test(sums_do_not_depend_on_the_order),
		cmocka_unit_test(intervals_cover_the_truth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
