/*
 * quantiles.c
 *		Exact quantiles by selection; see quantiles.h.
 *
 * Without weights the ranks of the quantiles are selected (base/select.h).  With
 * weights a pivot splits the values in the same way, and the sums of the weights
 * decide which part holds the quantile.
 */
#include "stats/quantiles.h"

#include "base/rng.h"
#include "base/select.h"
#include "base/sort.h"

/* values between two checks for interrupts */
#define PAUSE ((size_t) 1 << 20)

/* a sum within this share of the weight of q counts as equal to q */
#define SLACK 1e-13

/* A value and its weight. */
typedef struct Pair
{
	double		x;
	double		weight;
} Pair;

/*
 * Like seg_select_split, with weights.  OUT *weight: the sum of the weights of the values
 * at the front.
 */
static size_t
split_pairs(double *x, double *weights, size_t n, double pivot, bool or_equal, SegGrid grid, double *weight)
{
	SegExactSum sum = {0};
	size_t		m = 0;

	for (size_t i = 0; i < n; i++)
	{
		double		value = x[i];
		double		its = weights[i];

		if (i % PAUSE == 0)
			CHECK_FOR_INTERRUPTS();
		if (value < pivot || (or_equal && value == pivot))
		{
			x[i] = x[m];
			weights[i] = weights[m];
			x[m] = value;
			weights[m++] = its;
			seg_exact_sum_add(&sum, grid, its);
		}
	}
	*weight = seg_exact_sum_value(&sum);
	return m;
}

/* ---- ranks ---- */

static double
lowest(const double *x, size_t n)
{
	double		result = x[0];

	for (size_t i = 1; i < n; i++)
		result = x[i] < result ? x[i] : result;
	return result;
}

static double
highest(const double *x, size_t n)
{
	double		result = x[0];

	for (size_t i = 1; i < n; i++)
		result = x[i] > result ? x[i] : result;
	return result;
}

/* The quantile part / 4 after its rank was selected in x[n].  IN known: a larger rank selected before, or n - 1. */
static SegQuantile
read_quantile(const double *x, size_t n, size_t part, size_t known)
{
	size_t		low;
	size_t		high;

	seg_quantile_ranks(n, part, &low, &high);
	return (SegQuantile) {x[low], high == low || known == low ? x[low] : lowest(x + low + 1, known - low)};
}

static SegFive
plain_quartiles(double *x, size_t n)
{
	size_t		ranks[3];
	size_t		next;
	SegFive		five;

	for (size_t q = 0; q < 3; q++)
		seg_quantile_ranks(n, q + 1, &ranks[q], &next);
	seg_select_rank(x, n, ranks[1]);
	/* the values selected before stay in their places */
	if (ranks[0] < ranks[1])
		seg_select_rank(x, ranks[1], ranks[0]);
	if (ranks[2] > ranks[1])
		seg_select_rank(x + ranks[1] + 1, n - ranks[1] - 1, ranks[2] - ranks[1] - 1);
	five.minimum = lowest(x, ranks[0] + 1);
	five.maximum = highest(x + ranks[2], n - ranks[2]);
	five.quartiles[0] = read_quantile(x, n, 1, ranks[1]);
	five.quartiles[1] = read_quantile(x, n, 2, ranks[2]);
	five.quartiles[2] = read_quantile(x, n, 3, n - 1);
	return five;
}

/* ---- weights ---- */

static bool
pair_is_before(const void *a, const void *b, const void *argument)
{
	return ((const Pair *) a)->x < ((const Pair *) b)->x;
}

static double
pick_weighted_pivot(const double *x, const double *weights, size_t n, double part)
{
	Pair		sample[SEG_SELECT_SAMPLE];
	size_t		size = seg_select_sample_size(n);
	SegRng		rng = seg_rng(n, 0);
	double		total = 0;
	double		below = 0;
	size_t		at = 0;

	for (size_t i = 0; i < size; i++)
	{
		size_t		place = seg_rng_below(&rng, n);

		sample[i] = (Pair) {x[place], weights[place]};
		total += weights[place];
	}
	seg_sort(sample, size, sizeof(Pair), pair_is_before, NULL);
	while (at + 1 < size && (below += sample[at].weight) < part * total)
		at++;
	return sample[at].x;
}

/* The value of x[n] up to which the weight is `wanted` of `total`, and the next value. */
static SegQuantile
select_weight(double *x, double *weights, size_t n, double total, double wanted, double slack, SegGrid grid)
{
	double		before = 0;		/* the weight of the values before x */
	double		next = INFINITY;	/* the lowest value after x[n] */

	for (;;)
	{
		double		left = fmin(fmax((wanted - before) / (total - before), 0), 1);
		double		pivot = pick_weighted_pivot(x, weights, n, left);
		double		below_weight;
		double		equal_weight;
		size_t		below = split_pairs(x, weights, n, pivot, false, grid, &below_weight);
		size_t		equal;

		if (below > 0 && before + below_weight >= wanted - slack)
		{
			n = below;
			next = pivot;
			total = before + below_weight;
			continue;
		}
		equal = split_pairs(x + below, weights + below, n - below, pivot, true, grid, &equal_weight);
		before += below_weight + equal_weight;
		x += below + equal;
		weights += below + equal;
		n -= below + equal;
		if (before >= wanted - slack || n == 0)
		{
			if (n > 0)
				next = lowest(x, n);
			return (SegQuantile) {pivot, before <= wanted + slack && isfinite(next) ? next : pivot};
		}
	}
}

static double
sum_of(const double *weights, size_t n, SegGrid grid)
{
	SegExactSum sum = {0};

	for (size_t i = 0; i < n; i++)
	{
		if (i % PAUSE == 0)
			CHECK_FOR_INTERRUPTS();
		seg_exact_sum_add(&sum, grid, weights[i]);
	}
	return seg_exact_sum_value(&sum);
}

static SegQuantile
weighted_quantile(double *x, double *weights, size_t n, double total, double q, SegGrid grid)
{
	return select_weight(x, weights, n, total, q * total, SLACK * total, grid);
}

SegFive
seg_quartiles(double *x, double *weights, size_t n, SegGrid grid)
{
	SegFive		five;
	double		total;

	Assert(n > 0);
	if (weights == NULL)
		return plain_quartiles(x, n);
	total = sum_of(weights, n, grid);
	for (size_t q = 0; q < 3; q++)
		five.quartiles[q] = weighted_quantile(x, weights, n, total, (double) (q + 1) / 4, grid);
	five.minimum = lowest(x, n);
	five.maximum = highest(x, n);
	return five;
}
