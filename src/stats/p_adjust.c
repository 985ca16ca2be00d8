/*
 * p_adjust.c
 *		p-values of many tests at once; see p_adjust.h.
 */
#include "stats/p_adjust.h"

#include "base/sort.h"

static bool
is_larger(const void *a, const void *b, const void *argument)
{
	const double *p = argument;

	return p[*(const uint32_t *) a] > p[*(const uint32_t *) b];
}

/* OUT order[n]: the tests by falling p. */
static void
sort_tests(const double *p, size_t n, uint32_t *order)
{
	for (size_t i = 0; i < n; i++)
		order[i] = (uint32_t) i;
	seg_sort(order, n, sizeof(uint32_t), is_larger, p);
}

void
seg_p_adjust(const double *p, size_t n, uint32_t *order, double *q)
{
	double		least = 1;

	sort_tests(p, n, order);
	for (size_t i = 0; i < n; i++)
	{
		double		rank = (double) (n - i);

		least = fmin(least, p[order[i]] * ((double) n / rank));
		q[order[i]] = least;
	}
}

void
seg_p_adjust_holm(const double *p, size_t n, uint32_t *order, double *q)
{
	double		most = 0;

	sort_tests(p, n, order);
	for (size_t i = n; i-- > 0;)
	{
		/* i others have a larger p */
		most = fmax(most, fmin(p[order[i]] * (double) (i + 1), 1));
		q[order[i]] = most;
	}
}
