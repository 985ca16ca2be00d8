/*
 * test_kmeans_stats.c
 *		What a k-means model tells about its clusters, against the definitions.
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

/* The place of a value among the bounds, from 0. */
static size_t
bin_of(const SegHistogram *histogram, double value)
{
	size_t		bin = 0;

	while (bin + 1 < histogram->bins && value > histogram->bounds[bin])
		bin++;
	return bin;
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
					const SegHistogram *histogram = &fit.stats.histograms[j];
					double		rank = (double) (size - 1) * (double) (q + 1) / 4;
					size_t		lowest = bin_of(histogram, members[(size_t) floor(rank)]);
					size_t		highest = bin_of(histogram, members[(size_t) ceil(rank)]);
					double		got = fit.stats.quartiles[(c * problem.d + j) * 3 + q];
					size_t		bin = bin_of(histogram, got);

					assert_true(seg_histogram_is_sound(histogram));
					assert_true(bin + 1 >= lowest && bin <= highest + 1);
					assert_true(got >= histogram->low && got <= histogram->high);
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
