/*
 * value_counts.c
 *		Statistics of distinct values, each with its count; see value_counts.h.
 */
#include "stats/value_counts.h"

#include "base/sort.h"

SegValueCountMoments
seg_value_counts_moments(const SegValueCount *values, size_t n)
{
	SegValueCountMoments moments = {0, 0, values[0].value, values[0].value};
	double		total = 0;
	double		squares = 0;

	/* a running mean does not overflow if a sum would */
	for (size_t i = 0; i < n; i++)
	{
		double		x = values[i].value;
		double		count = (double) values[i].count;

		total += count;
		moments.mean += (x - moments.mean) * (count / total);
		if (x < moments.minimum)
			moments.minimum = x;
		if (x > moments.maximum)
			moments.maximum = x;
	}
	for (size_t i = 0; i < n; i++)
	{
		double		deviation = values[i].value - moments.mean;

		squares += deviation * deviation * (double) values[i].count;
	}
	moments.sd = total > 1 ? sqrt(squares / (total - 1)) : 0;
	return moments;
}

static bool
is_before(const void *a, const void *b, const void *argument)
{
	const SegValueCount *x = a;
	const SegValueCount *y = b;

	return x->value != y->value ? x->value < y->value : x->count < y->count;
}

void
seg_value_counts_sort(SegValueCount *values, size_t n)
{
	seg_sort(values, n, sizeof(SegValueCount), is_before, NULL);
}

/* The value at place `at` (from 0) of all occurrences. */
static double
value_at(const SegValueCount *values, size_t n, uint64_t at)
{
	uint64_t	before = 0;
	size_t		i = 0;

	while (i + 1 < n && before + values[i].count <= at)
		before += values[i++].count;
	return values[i].value;
}

double
seg_value_counts_quantile(const SegValueCount *values, size_t n, double q)
{
	uint64_t	total = 0;
	double		place;
	double		below;
	double		left;
	double		right;

	for (size_t i = 0; i < n; i++)
		total += values[i].count;
	place = (double) (total - 1) * q;
	below = floor(place);
	left = value_at(values, n, (uint64_t) below);
	right = value_at(values, n, (uint64_t) below + 1);
	return left == right ? left : left * (1 - (place - below)) + right * (place - below);
}

void
seg_value_counts_cut(const SegValueCount *values, size_t n, double share, double *cut, uint64_t *above)
{
	uint64_t	total = 0;
	uint64_t	count = 0;
	double		wanted;

	for (size_t i = 0; i < n; i++)
		total += values[i].count;
	wanted = share * (double) total;
	*above = 0;
	*cut = values[n - 1].value;
	for (size_t i = n; i-- > 1 && (double) *above < wanted;)
	{
		double		middle = values[i - 1].value + (values[i].value - values[i - 1].value) / 2;

		count += values[i].count;
		if (values[i - 1].value == values[i].value)
			continue;
		if (fabs((double) count - wanted) > fabs((double) *above - wanted))
			return;
		*above = count;
		*cut = middle < values[i].value ? middle : values[i - 1].value;
	}
}
