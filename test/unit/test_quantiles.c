/*
 * test_quantiles.c
 *		Exact quartiles, alone and of clusters, against sorting.
 *
 * The definition is numpy.quantile(x, q, method='averaged_inverted_cdf') and
 * R's quantile(x, q, type = 2).
 */
#include "unit.h"

#include <stdlib.h>

#include "base/rng.h"
#include "kmeans/kmeans_quartiles.h"
#include "stats/quantiles.h"

typedef struct Item
{
	double		x;
	double		weight;
} Item;

static int
compare_items(const void *a, const void *b)
{
	double		x = ((const Item *) a)->x;
	double		y = ((const Item *) b)->x;

	return (x > y) - (x < y);
}

/* Values like in typical columns of users. */
static double
value_of_kind(int kind, SegRng *rng)
{
	double		u = seg_rng_uniform(rng);
	double		v = seg_rng_uniform(rng);
	double		normal = sqrt(-2 * log(1 - u)) * cos(2 * M_PI * v);

	switch (kind)
	{
		case 0:
			return normal;
		case 1:
			return exp(3 * normal); /* heavy tail */
		case 2:
			return floor(5 * u);	/* ties */
		case 3:
			return u < 0.8 ? 0 : normal;	/* one frequent value */
		case 4:
			return u < 0.25 ? -1 : u < 0.5 ? 0 : u < 0.75 ? 1 : 1 + v;	/* frequent values that end at the quartiles */
		case 5:
			return 7;
		case 6:
			return u < 0.999 ? v : 1e9 * v;
		default:
			return floor(1000 * v) / 100;
	}
}

#define KINDS 8

/* The quantile part / 4 of sorted items by definition. */
static SegQuantile
by_definition(const Item *items, size_t n, size_t part)
{
	double		total = 0;
	double		below = 0;
	size_t		i = 0;

	for (size_t r = 0; r < n; r++)
		total += items[r].weight;
	while (below + items[i].weight < total * (double) part / 4 * (1 - 1e-13))
		below += items[i++].weight;
	below += items[i].weight;
	return (SegQuantile) {items[i].x, i + 1 < n && below <= total * (double) part / 4 * (1 + 1e-13) ?
		items[i + 1].x : items[i].x};
}

static void
quartiles_match_sorting(void **state)
{
	enum
	{
		MOST = 5000
	};
	static double x[MOST];
	static double weights[MOST];
	static Item items[MOST];
	SegRng		rng = seg_rng(21, 0);

	for (int kind = 0; kind < KINDS; kind++)
		for (int weighting = 0; weighting < 4; weighting++)
			for (size_t n = 1; n <= MOST; n += n < 30 ? 1 : n)
			{
				SegFive		five;
				SegGrid		grid = seg_grid(1e7, 1e7);

				for (size_t i = 0; i < n; i++)
				{
					x[i] = value_of_kind(kind, &rng);
					weights[i] = weighting == 0 ? 1 : weighting == 1 ? 1 + (double) seg_rng_below(&rng, 4) :
						weighting == 2 ? 0.125 : 1e-5 + seg_rng_uniform(&rng);
					items[i] = (Item) {x[i], weights[i]};
				}
				qsort(items, n, sizeof(Item), compare_items);
				five = seg_quartiles(x, weighting == 0 ? NULL : weights, n, grid);
				assert_same_double(five.minimum, items[0].x);
				assert_same_double(five.maximum, items[n - 1].x);
				for (size_t part = 1; part <= 3; part++)
				{
					SegQuantile want = by_definition(items, n, part);

					assert_same_double(five.quartiles[part - 1].low, want.low);
					assert_same_double(five.quartiles[part - 1].high, want.high);
				}
			}
}

/* numpy: quantile([1, 2, 3, 4], [.25, .5, .75], method='averaged_inverted_cdf') */
static void
four_values_by_hand(void **state)
{
	double		x[] = {4, 1, 3, 2};
	SegFive		five = seg_quartiles(x, NULL, 4, (SegGrid) {0});

	assert_same_double(five.quartiles[0].low, 1);
	assert_same_double(five.quartiles[0].high, 2);
	assert_same_double(five.quartiles[1].low, 2);
	assert_same_double(five.quartiles[1].high, 3);
	assert_same_double(five.quartiles[2].low, 3);
	assert_same_double(five.quartiles[2].high, 4);
}

/* Quartiles of labeled rows: few and many rows, sorted rows, one label or many. */
static void
check_clusters(size_t n, size_t d, size_t k, bool sorted, bool weighted, uint64_t seed)
{
	SegRng		rng = seg_rng(seed, 0);
	double	   *x = malloc(n * d * sizeof(double));
	double	   *weights = malloc(n * sizeof(double));
	uint16_t   *labels = malloc(n * sizeof(uint16_t));
	uint64_t   *sizes = calloc(k, sizeof(uint64_t));
	double	   *quartiles = malloc(k * d * 3 * sizeof(double));
	bool	   *constant = malloc(k * d * sizeof(bool));
	Item	   *items = malloc(n * sizeof(Item));
	SegScale   *scales = calloc(d, sizeof(SegScale));
	size_t		size = seg_kmeans_quartiles_workspace(n, d, k, weighted);
	SegArena	arena = seg_arena(malloc(size), size);
	SegKmeansData data = {.rows = {n, d, x}, .weights = weighted ? weights : NULL, .scales = scales};
	SegKmeansQuartiles result = {quartiles, constant};

	for (size_t i = 0; i < n; i++)
	{
		for (size_t j = 0; j < d; j++)
			x[i * d + j] = value_of_kind((int) (j % KINDS), &rng);
		if (sorted)
			x[i * d] = (double) i;
		if (sorted && d > 1 && i % 5 == 0)
			x[i * d + 1] += 1e6;	/* the sample of 20000 rows has every fifth row */
		/* the first label is the most frequent, the last ones have a few rows */
		labels[i] = (uint16_t) (i < k ? i : fmin(pow(seg_rng_uniform(&rng), 3) * (double) k, (double) (k - 1)));
		sizes[labels[i]]++;
		weights[i] = 1 + (double) seg_rng_below(&rng, 3);
		data.total += weighted ? weights[i] : 1;
	}
	for (size_t j = 0; j < d; j++)
		scales[j] = (SegScale) {.scale = 1, .minimum = -DBL_MAX, .maximum = DBL_MAX};
	seg_kmeans_quartiles(&data, labels, sizes, k, &result, arena);
	for (size_t c = 0; c < k; c++)
		for (size_t j = 0; j < d; j++)
		{
			size_t		count = 0;

			for (size_t i = 0; i < n; i++)
				if (labels[i] == c)
					items[count++] = (Item) {x[i * d + j], weighted ? weights[i] : 1};
			qsort(items, count, sizeof(Item), compare_items);
			assert_int_equal(constant[c * d + j], items[0].x == items[count - 1].x);
			for (size_t part = 1; part <= 3; part++)
			{
				SegQuantile want = by_definition(items, count, part);
				double		middle = (want.low + want.high) / 2;

				assert_close(quartiles[(c * d + j) * 3 + part - 1], middle, 1e-14 * fabs(middle));
			}
		}
	free(x);
	free(weights);
	free(labels);
	free(sizes);
	free(quartiles);
	free(constant);
	free(items);
	free(scales);
	free(arena.base);
}

static void
quartiles_of_clusters_match_sorting(void **state)
{
	check_clusters(300, 8, 3, false, false, 1);
	check_clusters(20000, 9, 1, false, false, 2);
	check_clusters(30000, 13, 5, false, false, 3);
	check_clusters(30000, 3, 40, true, false, 4);
	check_clusters(20000, 4, 1, true, false, 8);
	check_clusters(20000, 34, 2, true, false, 5);
	check_clusters(20000, 4, 300, false, false, 6);
	check_clusters(20000, 8, 4, false, true, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_values_by_hand),
		cmocka_unit_test(quartiles_match_sorting),
		cmocka_unit_test(quartiles_of_clusters_match_sorting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
