/*
 * median.c
 *		Medians of the columns of a matrix; see median.h.
 */
#include "stats/median.h"

#include "base/select.h"
#include "base/sort.h"
#include "stats/exact_sum.h"

/* A value and its weight. */
typedef struct Pair
{
	double		value;
	double		weight;
} Pair;

static bool
pair_is_before(const void *a, const void *b, const void *argument)
{
	const Pair *x = a;
	const Pair *y = b;

	return x->value != y->value ? x->value < y->value : x->weight < y->weight;
}

/* The value of rank r (from 0) in x[n], which is reordered. */
static double
select_rank(double *x, size_t n, size_t r)
{
	seg_select_rank(x, n, r);
	return x[r];
}

/* Sums that differ by less than this share of the weight are equal; no weight is so small. */
#define SAME_WEIGHT 1e-13

/*
 * The median of (value, weight) pairs, as if each value occurred `weight` times.  The
 * comparison with half of the weight allows for rounding, for weights such as 1/3.
 */
static double
weighted_median(double *pairs, size_t n)
{
	double		total[2] = {0};
	double		upto[2] = {0};
	double		half;
	double		same;
	size_t		i = 0;

	seg_sort(pairs, n, sizeof(Pair), pair_is_before, NULL);
	for (size_t p = 0; p < n; p++)
		seg_twofold_add(total, pairs[2 * p + 1]);
	half = (total[0] + total[1]) / 2;
	same = half * SAME_WEIGHT;
	seg_twofold_add(upto, pairs[1]);
	while (i + 1 < n && upto[0] + upto[1] < half - same)
		seg_twofold_add(upto, pairs[2 * ++i + 1]);
	if (i + 1 < n && upto[0] + upto[1] <= half + same)
		return (pairs[2 * i] + pairs[2 * (i + 1)]) / 2;
	return pairs[2 * i];
}

double
seg_column_median(const SegMatrix *rows, const double *weights, size_t j, double origin, double center, double *column)
{
	size_t		n = 0;

	for (size_t i = 0; i < rows->n; i++)
	{
		double		x = *seg_matrix_cell(rows, i, j) - origin;

		if (i % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
		if (isnan(x))
			continue;
		if (!isnan(center))
			x = fabs(x - center);
		if (weights == NULL)
			column[n] = x;
		else
		{
			column[2 * n] = x;
			column[2 * n + 1] = weights[i];
		}
		n++;
	}
	if (n == 0)
		return 0;
	if (weights != NULL)
		return weighted_median(column, n);
	if (n % 2 == 1)
		return select_rank(column, n, n / 2);
	return (select_rank(column, n, n / 2 - 1) + select_rank(column, n, n / 2)) / 2;
}
