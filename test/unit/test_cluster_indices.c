/*
 * test_cluster_indices.c
 *		Silhouette, Davies-Bouldin and Calinski-Harabasz against scikit-learn 1.2.1.
 *
 *	python3 -c 'import numpy as np
 *	from sklearn.metrics import silhouette_score as s, davies_bouldin_score as b, calinski_harabasz_score as c
 *	X = np.array([[1,2],[1.5,1.8],[5,8],[8,8],[1,0.6],[9,11],[8,2],[10,2],[9,3],[5,5]])
 *	for l in ([0,0,1,1,0,1,2,2,2,1], [0,0,1,1,0,1,1,1,1,0], [0,0,1,1,0,1,2,2,2,3]):
 *	    print(s(X, l), b(X, l), c(X, l))'
 */
#include "unit.h"

#include "base/rng.h"
#include "stats/cluster_indices.h"

static const double rows[10][2] = {
	{1, 2}, {1.5, 1.8}, {5, 8}, {8, 8}, {1, 0.6}, {9, 11}, {8, 2}, {10, 2}, {9, 3}, {5, 5}
};
static const uint32_t three[] = {0, 0, 1, 1, 0, 1, 2, 2, 2, 1};
static const uint32_t two[] = {0, 0, 1, 1, 0, 1, 1, 1, 1, 0};
static const uint32_t four[] = {0, 0, 1, 1, 0, 1, 2, 2, 2, 3};
static const uint32_t one[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

static SegStatus
silhouettes(const double *x, size_t n, size_t d, const SegLabeling *labelings, size_t m, double *mean)
{
	size_t		size = seg_silhouette_workspace(n, d, labelings, m);
	void	   *room = aligned_alloc(SEG_ARENA_ALIGN, (size + 63) / 64 * 64);
	SegArena	arena = seg_arena(room, size);
	SegStatus	status = seg_silhouette_mean(x, NULL, NULL, n, d, labelings, m, &arena, mean);

	free(room);
	return status;
}

static void
silhouette_matches_scikit_learn(void **state)
{
	const SegLabeling labelings[] = {{3, three}, {2, two}, {4, four}, {1, one}, {7, three}};
	double		mean[5];

	assert_int_equal(silhouettes(rows[0], 10, 2, labelings, 5, mean), SEG_OK);
	assert_close(mean[0], 0.6153280362971852, 1e-13);
	assert_close(mean[1], 0.3903291595148331, 1e-13);
	assert_close(mean[2], 0.48317349454605035, 1e-13);
	assert_true(isnan(mean[3]));
	assert_same_double(mean[4], mean[0]);	/* empty clusters are left out */
}

/* The silhouette by its definition, pair by pair. */
static double
naive_silhouette(const double *x, const uint32_t *labels, size_t n, size_t d, size_t k)
{
	double		total = 0;

	for (size_t i = 0; i < n; i++)
	{
		double		sum[16] = {0};
		size_t		count[16] = {0};
		double		a = 0;
		double		b = INFINITY;

		for (size_t other = 0; other < n; other++)
		{
			double		d2 = 0;

			for (size_t j = 0; j < d; j++)
				d2 += (x[i * d + j] - x[other * d + j]) * (x[i * d + j] - x[other * d + j]);
			sum[labels[other]] += sqrt(d2);
			count[labels[other]]++;
		}
		if (count[labels[i]] == 1)
			continue;
		for (size_t c = 0; c < k; c++)
			if (c == labels[i])
				a = sum[c] / (double) (count[c] - 1);
			else if (count[c] > 0)
				b = fmin(b, sum[c] / (double) count[c]);
		total += fmax(a, b) > 0 ? (b - a) / fmax(a, b) : 0;
	}
	return total / (double) n;
}

/* 60 random problems, duplicates among the rows; then the rows in reverse: the same bits. */
static void
silhouette_matches_its_definition_in_any_order(void **state)
{
	SegRng		rng = seg_rng(11, 0);

	for (int trial = 0; trial < 60; trial++)
	{
		static double x[200 * 9],
					reversed[200 * 9];
		static uint32_t labels[2][200],
					reversed_labels[2][200];
		size_t		n = 2 + seg_rng_below(&rng, 199);
		size_t		d = 1 + seg_rng_below(&rng, 9);
		size_t		k[2] = {2 + seg_rng_below(&rng, 4), 2 + seg_rng_below(&rng, 14)};
		double		mean[2],
					again[2];

		for (size_t cell = 0; cell < n * d; cell++)
			x[cell] = trial % 3 == 0 ? (double) seg_rng_below(&rng, 3) : 1000 * seg_rng_uniform(&rng) - 300;
		for (size_t i = 0; i < n; i++)
		{
			memcpy(reversed + (n - 1 - i) * d, x + i * d, d * sizeof(double));
			for (int l = 0; l < 2; l++)
				reversed_labels[l][n - 1 - i] = labels[l][i] =
					i < 2 ? (uint32_t) i : (uint32_t) seg_rng_below(&rng, k[l]);
		}
		assert_int_equal(silhouettes(x, n, d,
									 (SegLabeling[]) {{k[0], labels[0]}, {k[1], labels[1]}}, 2, mean), SEG_OK);
		assert_int_equal(silhouettes(reversed, n, d,
									 (SegLabeling[]) {{k[0], reversed_labels[0]}, {k[1], reversed_labels[1]}}, 2, again), SEG_OK);
		for (int l = 0; l < 2; l++)
		{
			assert_same_double(again[l], mean[l]);
			assert_close(mean[l], naive_silhouette(x, labels[l], n, d, k[l]), 1e-12);
		}
	}
}

static void
silhouette_at_the_edges(void **state)
{
	const double equal[] = {7, 7, 7, 7};
	const double far[] = {1e308, -1e308};
	const double wide[] = {1e150, 1e150, -1e150, -1e150};
	const uint32_t labels[] = {0, 0, 1, 1};
	const SegLabeling pair = {2, labels};
	const SegLabeling apart = {2, labels + 1};
	double		mean;

	assert_int_equal(silhouettes(equal, 4, 1, &pair, 1, &mean), SEG_OK);
	assert_same_double(mean, 0);
	assert_int_equal(silhouettes(wide, 4, 1, &pair, 1, &mean), SEG_OK);
	assert_same_double(mean, 1);
	assert_int_equal(silhouettes(equal, 2, 1, &apart, 1, &mean), SEG_OK);
	assert_same_double(mean, 0);	/* alone in its cluster */
	assert_int_equal(silhouettes(far, 2, 1, &apart, 1, &mean), SEG_TOO_FAR);
	assert_int_equal(silhouettes(equal, 0, 1, &pair, 1, &mean), SEG_OK);
	assert_true(isnan(mean));
	assert_true(seg_silhouette_workspace(SIZE_MAX / 2, SIZE_MAX / 2, &pair, 1) == SIZE_MAX);
}

/* Compute centers, spreads and sums of squares of a labeling, then the two indexes. */
static void
check_indexes(const uint32_t *labels, size_t k, double davies_bouldin, double calinski_harabasz)
{
	double		centers[4][2] = {{0}};
	double		spread[4] = {0};
	double		overall[2] = {0};
	uint64_t	sizes[4] = {0};
	double		within = 0;
	double		between = 0;

	for (size_t i = 0; i < 10; i++)
	{
		sizes[labels[i]]++;
		for (size_t j = 0; j < 2; j++)
		{
			centers[labels[i]][j] += rows[i][j];
			overall[j] += rows[i][j] / 10;
		}
	}
	for (size_t c = 0; c < k; c++)
		for (size_t j = 0; j < 2; j++)
		{
			centers[c][j] /= (double) sizes[c];
			between += (double) sizes[c] * (centers[c][j] - overall[j]) * (centers[c][j] - overall[j]);
		}
	for (size_t i = 0; i < 10; i++)
	{
		double	   *center = centers[labels[i]];
		double		d2 = (rows[i][0] - center[0]) * (rows[i][0] - center[0]) +
			(rows[i][1] - center[1]) * (rows[i][1] - center[1]);

		within += d2;
		spread[labels[i]] += sqrt(d2) / (double) sizes[labels[i]];
	}
	assert_close(seg_davies_bouldin(centers[0], spread, sizes, k, 2), davies_bouldin, 1e-13);
	assert_close(seg_calinski_harabasz(between, within, 10, k), calinski_harabasz, 1e-12);
}

static void
indexes_match_scikit_learn(void **state)
{
	check_indexes(three, 3, 0.5044522986640239, 19.060941549093005);
	check_indexes(two, 2, 0.8279024762142572, 8.301511715224102);
	check_indexes(four, 4, 0.40957559109249075, 22.011691097604572);
}

static void
indexes_at_the_edges(void **state)
{
	const double centers[] = {1, 1, 5};
	const double spread[] = {0, 0, 0};
	const uint64_t sizes[] = {1, 1, 1};
	const uint64_t single[] = {0, 3, 0};

	assert_same_double(seg_davies_bouldin(centers, spread, sizes, 3, 1), 0);
	assert_true(isnan(seg_davies_bouldin(centers, spread, single, 3, 1)));
	assert_true(isnan(seg_calinski_harabasz(1, 1, 10, 1)));
	assert_true(isnan(seg_calinski_harabasz(1, 1, 3, 3)));
	assert_true(isinf(seg_calinski_harabasz(1, 0, 10, 3)));
	assert_same_double(seg_silhouette_simplified(0, 0), 0);
	assert_same_double(seg_silhouette_simplified(1, 4), 0.75);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silhouette_matches_scikit_learn),
		cmocka_unit_test(silhouette_matches_its_definition_in_any_order),
		cmocka_unit_test(silhouette_at_the_edges),
		cmocka_unit_test(indexes_match_scikit_learn),
		cmocka_unit_test(indexes_at_the_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
