/*
 * test_kmeans_stats.c
 *		The statistics of the clusters of a model, compared with the definitions.
 */
#include "unit.h"

#include "kmeans_problem.h"

static int
compare_doubles(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

static void
statistics_match_their_definitions(void **state)
{
	for (uint64_t trial = 0; trial < 60; trial++)
	{
		Problem		problem = random_problem(11, trial * 4);
		Fit			fit;
		double		total_ss = 0;

		problem.k = seg_min_size(problem.k, 4);
		fit_with(&problem, SEG_STANDARDIZE_ZSCORE, defaults, &fit);
		for (size_t j = 0; j < problem.d; j++)
			total_ss += fit.scales[j].scale > 0 ? (double) (problem.n - 1) : 0;
		assert_true(fit.run.converged);
		assert_close(fit.run.total_ss, total_ss, 1e-9 * total_ss);
		for (size_t c = 0; c < problem.k; c++)
			for (size_t j = 0; j < problem.d; j++)
			{
				double		members[300];
				size_t		size = 0;
				double		mean = 0;
				double		squares = 0;

				for (size_t i = 0; i < problem.n; i++)
					if (fit.run.labels[i] == c)
						members[size++] = problem.x[i * problem.d + j];
				assert_int_equal(size, fit.stats.sizes[c]);
				for (size_t i = 0; i < size; i++)
					mean += members[i] / (double) size;
				for (size_t i = 0; i < size; i++)
					squares += (members[i] - mean) * (members[i] - mean);
				assert_close(fit.stats.means[c * problem.d + j], mean, 1e-10);
				assert_close(fit.stats.sds[c * problem.d + j], size > 1 ? sqrt(squares / (double) (size - 1)) : 0, 1e-6);
				qsort(members, size, sizeof(double), compare_doubles);
				for (size_t q = 0; q < 3; q++)
				{
					/* the mean of two values if exactly q / 4 of the rows are below */
					size_t		below = (q + 1) * size / 4;
					double		want = (q + 1) * size % 4 == 0 ? (members[below - 1] + members[below]) / 2 : members[below];

					assert_close(fit.stats.quartiles[(c * problem.d + j) * 3 + q], want, 1e-12 * (1 + fabs(want)));
				}
			}
		fit_free(&fit);
		problem_free(&problem);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statistics_match_their_definitions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
