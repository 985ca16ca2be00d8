/*
 * test_sort.c
 *		The sort against glibc's qsort: sizes, orders, many equal items, bad cases.
 */
#include "unit.h"

#include <stdlib.h>

#include "base/rng.h"
#include "base/sort.h"

typedef struct Item
{
	double		key;
	uint32_t	place;
} Item;

static size_t comparisons;

static bool
is_before(const void *a, const void *b, const void *argument)
{
	const Item *x = a;
	const Item *y = b;

	comparisons++;
	assert_ptr_equal(argument, &comparisons);
	return x->key != y->key ? x->key < y->key : x->place < y->place;
}

static int
compare(const void *a, const void *b)
{
	const Item *x = a;
	const Item *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

/* Kind 0: random; 1: few values; 2: ascending; 3: descending; 4: all equal; 5: up and down. */
static double
key_of(size_t kind, size_t i, size_t n, SegRng *rng)
{
	switch (kind)
	{
		case 0:
			return seg_rng_uniform(rng);
		case 1:
			return (double) seg_rng_below(rng, 3);
		case 2:
			return (double) i;
		case 3:
			return -(double) i;
		case 4:
			return 7;
		default:
			return (double) (i < n / 2 ? i : n - i);
	}
}

static void
items_come_in_order(void **state)
{
	SegRng		rng = seg_rng(31, 0);

	for (size_t n = 0; n <= 3000; n = n < 40 ? n + 1 : n * 5 / 3)
		for (size_t kind = 0; kind < 6; kind++)
		{
			Item	   *items = calloc(n + 1, sizeof(Item));
			Item	   *sorted = calloc(n + 1, sizeof(Item));

			for (size_t i = 0; i < n; i++)
			{
				items[i].key = key_of(kind, i, n, &rng);
				items[i].place = (uint32_t) seg_rng_below(&rng, n);
			}
			memcpy(sorted, items, n * sizeof(Item));
			qsort(sorted, n, sizeof(Item), compare);
			comparisons = 0;
			seg_sort(items, n, sizeof(Item), is_before, &comparisons);
			for (size_t i = 0; i < n; i++)
				assert_int_equal(compare(&items[i], &sorted[i]), 0);
			assert_true((double) comparisons <= 4 * (double) n * log2((double) n + 2));
			free(items);
			free(sorted);
		}
}

static bool
double_is_before(const void *a, const void *b, const void *argument)
{
	comparisons++;
	return *(const double *) a < *(const double *) b;
}

/*
 * The worst case for the median of three (D. Musser, 1997): each split removes only two
 * values.  Heapsort bounds the comparisons; quicksort alone needs n^2 / 4.
 */
static void
the_worst_case_is_not_quadratic(void **state)
{
	enum
	{
		N = 20000
	};
	static double x[N];

	for (size_t i = 0; i < N; i++)
		x[i] = (double) (i < N / 2 ? (i % 2 == 0 ? i : N / 2 + i) : 2 * (i - N / 2) + 1);
	comparisons = 0;
	seg_sort(x, N, sizeof(double), double_is_before, NULL);
	for (size_t i = 1; i < N; i++)
		assert_true(x[i - 1] <= x[i]);
	assert_true((double) comparisons < 6 * N * log2(N));
}

/* Each comparison is true, which is not an order: any result is allowed, but no access outside of the items. */
static bool
always(const void *a, const void *b, const void *argument)
{
	return true;
}

static void
a_comparison_without_order_is_harmless(void **state)
{
	SegRng		rng = seg_rng(33, 0);

	for (size_t n = 0; n < 200; n++)
	{
		double	   *x = malloc((n + 1) * sizeof(double));
		size_t		nans = 0;
		size_t		left = 0;

		for (size_t i = 0; i < n; i++)
		{
			x[i] = seg_rng_below(&rng, 3) == 0 ? NAN : seg_rng_uniform(&rng);
			nans += isnan(x[i]) != 0;
		}
		seg_sort(x, n, sizeof(double), double_is_before, NULL);
		seg_sort(x, n, sizeof(double), always, NULL);
		for (size_t i = 0; i < n; i++)
			left += isnan(x[i]) != 0;
		assert_int_equal(left, nans);
		free(x);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_come_in_order),
		cmocka_unit_test(the_worst_case_is_not_quadratic),
		cmocka_unit_test(a_comparison_without_order_is_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
