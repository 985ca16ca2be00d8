/*
 * test_forecast_reconcile.c
 *		Reconciliation against generalised least squares, computed with matrices in R 4.2.2:
 *		b = y - V A' (A V A')^-1 A y with A the sums that must be 0.
 */
#include "unit.h"

#include "base/rng.h"
#include "forecast/forecast_reconcile.h"

#define NEAR 1e-12				/* relative */

static SegNode
node(size_t parent, double base, double variance)
{
	return (SegNode) {.parent = parent, .base = base, .variance = variance, .lower = -INFINITY};
}

static void
assert_values(const SegNode *nodes, const double *want, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_close(nodes[i].value, want[i], NEAR * want[i]);
}

static void
test_two_levels(void **state)
{
	const SegNode given[5] = {node(0, 240, 36), node(0, 100, 16), node(0, 60, 9), node(0, 25, 4), node(0, 40, 25)};
	const double wls[5] = {234, 308. / 3, 61.5, 77. / 3, 265. / 6};
	const double variances[5] = {21.6, 592. / 45, 8.1, 172. / 45, 325. / 18};
	const double ols[5] = {237, 103, 63, 28, 43};
	const double structural[5] = {232.5, 101.875, 61.875, 26.875, 41.875};
	const double top_down[5] = {240, 100 * 240. / 225, 60 * 240. / 225, 25 * 240. / 225, 40 * 240. / 225};
	const double bottom_up[5] = {225, 100, 60, 25, 40};
	SegNode		nodes[5];

	memcpy(nodes, given, sizeof(nodes));
	seg_reconcile(nodes, 5, SEG_RECONCILE_WLS);
	assert_values(nodes, wls, 5);
	for (int i = 0; i < 5; i++)
		assert_close(nodes[i].value_variance, variances[i], NEAR * variances[i]);
	seg_reconcile(nodes, 5, SEG_RECONCILE_OLS);
	assert_values(nodes, ols, 5);
	seg_reconcile(nodes, 5, SEG_RECONCILE_STRUCTURAL);
	assert_values(nodes, structural, 5);
	seg_reconcile(nodes, 5, SEG_RECONCILE_TOP_DOWN);
	assert_values(nodes, top_down, 5);
	seg_reconcile(nodes, 5, SEG_RECONCILE_BOTTOM_UP);
	assert_values(nodes, bottom_up, 5);
}

/* Fractions: the generalised least squares in rational arithmetic (Python 3.11, fractions). */
static void
test_three_levels(void **state)
{
	SegNode		nodes[8] = {node(0, 240, 50), node(0, 90, 20), node(0, 125, 30), node(1, 30, 4), node(1, 50, 9),
	node(2, 20, 1), node(2, 45, 16), node(2, 70, 25)};
	const double want[8] = {44210. / 199, 51790. / 597, 80840. / 597, 19150. / 597, 10880. / 199,
	71675. / 3582, 80875. / 1791, 251615. / 3582};
	const double variances[8] = {3350. / 199, 1404. / 199, 2674. / 199, 684. / 199, 1224. / 199,
	1762. / 1791, 21232. / 1791, 26650. / 1791};

	seg_reconcile(nodes, 8, SEG_RECONCILE_WLS);
	for (int i = 0; i < 8; i++)
	{
		assert_close(nodes[i].value, want[i], NEAR * want[i]);
		assert_close(nodes[i].value_variance, variances[i], NEAR * variances[i]);
	}
}

/*
 * With other weights W than the variances V the variances are those of P y, diag(P V P'), with
 * P = S (S' W^-1 S)^-1 S' W^-1 and S the sums: matrices in R 4.2.2.
 */
static void
test_variances_of_other_weights(void **state)
{
	const SegNode two[5] = {node(0, 240, 36), node(0, 100, 16), node(0, 60, 9), node(0, 25, 4), node(0, 40, 25)};
	const SegNode three[8] = {node(0, 240, 50), node(0, 90, 20), node(0, 125, 30), node(1, 30, 4), node(1, 50, 9),
	node(2, 20, 1), node(2, 45, 16), node(2, 70, 25)};
	const double ols_two[5] = {25.2, 13.2, 9, 6, 18.6};
	const double structural_two[5] = {22.5, 13.40625, 8.15625, 4.40625, 20.15625};
	const double ols_three[8] = {22.2901307966706, 10.7074910820452, 15.0856123662307, 5.3234244946492, 6.5303210463734, 5.1819262782402, 11.9060642092747, 15.9405469678954};
	const double structural_three[8] = {17.2222222222222, 7.4055555555556, 13.85, 4.0180555555556, 6.1847222222222, 3.0722222222222, 12.0722222222222, 17.4722222222222};
	SegNode		nodes[8];

	for (int is_ols = 0; is_ols < 2; is_ols++)
	{
		SegReconcile method = is_ols ? SEG_RECONCILE_OLS : SEG_RECONCILE_STRUCTURAL;

		memcpy(nodes, two, sizeof(two));
		seg_reconcile(nodes, 5, method);
		for (int i = 0; i < 5; i++)
			assert_close(nodes[i].value_variance, is_ols ? ols_two[i] : structural_two[i], 1e-10);
		memcpy(nodes, three, sizeof(three));
		seg_reconcile(nodes, 8, method);
		for (int i = 0; i < 8; i++)
			assert_close(nodes[i].value_variance, is_ols ? ols_three[i] : structural_three[i], 1e-10);
	}
}

/* A whole without a forecast of its own is the sum of its parts. */
static void
test_missing_whole(void **state)
{
	for (int method = 0; method < SEG_RECONCILE_METHODS; method++)
	{
		SegNode		nodes[3] = {node(0, NAN, NAN), node(0, 10, 1), node(0, 5, 2)};
		SegNode		deep[4] = {node(0, 30, 4), node(0, NAN, NAN), node(0, 5, 2), node(1, 10, 1)};

		seg_reconcile(nodes, 3, method);
		assert_close(nodes[0].value, 15, 1e-12);
		assert_close(nodes[0].value_variance, 3, 1e-12);
		assert_close(nodes[1].value, 10, 1e-12);
		seg_reconcile(deep, 4, method);
		assert_close(deep[1].value, deep[3].value, 1e-12);
		assert_close(deep[0].value, deep[1].value + deep[2].value, 1e-12);
		if (method == SEG_RECONCILE_TOP_DOWN)
			assert_close(deep[1].value, 20, 1e-12);
	}
}

/* Forecasts without variance stay. */
static void
test_certain(void **state)
{
	SegNode		nodes[3] = {node(0, 20, 4), node(0, 10, 0), node(0, 5, 2)};

	seg_reconcile(nodes, 3, SEG_RECONCILE_WLS);
	assert_close(nodes[1].value, 10, 1e-12);
	assert_close(nodes[0].value, nodes[1].value + nodes[2].value, 1e-12);
	nodes[0].variance = nodes[2].variance = 0;
	seg_reconcile(nodes, 3, SEG_RECONCILE_WLS);
	assert_close(nodes[0].value, nodes[1].value + nodes[2].value, 1e-12);
}

/* With lower limits the solution is the best of those that keep them: no feasible move is better. */
static void
test_limits(void **state)
{
	SegRng		rng = seg_rng(7, 0);

	for (int trial = 0; trial < 200; trial++)
	{
		SegNode		nodes[6];
		double		best = 0;

		nodes[0] = node(0, 20 * seg_rng_uniform(&rng) - 5, 1 + seg_rng_uniform(&rng));
		for (int i = 1; i < 6; i++)
		{
			nodes[i] = node(0, 20 * seg_rng_uniform(&rng) - 6, 1 + seg_rng_uniform(&rng));
			nodes[i].lower = 0;
		}
		seg_reconcile(nodes, 6, SEG_RECONCILE_WLS);
		for (int i = 0; i < 6; i++)
			best += (nodes[i].value - nodes[i].base) * (nodes[i].value - nodes[i].base) / nodes[i].variance;
		for (int i = 1; i < 6; i++)
			assert_true(nodes[i].value >= -1e-9);
		for (int moves = 0; moves < 100; moves++)
		{
			double		loss = 0;
			double		sum = 0;

			for (int i = 1; i < 6; i++)
			{
				double		moved = fmax(nodes[i].value + 0.2 * (seg_rng_uniform(&rng) - 0.5), 0);

				sum += moved;
				loss += (moved - nodes[i].base) * (moved - nodes[i].base) / nodes[i].variance;
			}
			loss += (sum - nodes[0].base) * (sum - nodes[0].base) / nodes[0].variance;
			assert_true(loss >= best - 1e-9);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_levels),
		cmocka_unit_test(test_three_levels),
		cmocka_unit_test(test_variances_of_other_weights),
		cmocka_unit_test(test_missing_whole),
		cmocka_unit_test(test_certain),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
