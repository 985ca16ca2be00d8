/*
 * profile.c
 *		What sets a cluster apart; see profile.h.
 */
#include "stats/profile.h"

double
seg_profile_ratio(double mean, double overall_mean, double overall_sd, double minimum)
{
	double		ratio = mean / overall_mean;

	if (overall_mean <= 0 || mean < 0 ||
		(minimum < 0 && overall_mean < overall_sd / 100) || !isfinite(ratio))
		return NAN;
	return ratio;
}

/* Does place a come after place b? */
static bool
comes_after(const double *strength, uint32_t a, uint32_t b)
{
	return strength[a] < strength[b] || (strength[a] == strength[b] && a > b);
}

/* Let the place at `root` sink in the heap of `size` places, the last one on top. */
static void
sink(const double *strength, uint32_t *heap, size_t root, size_t size)
{
	for (size_t child; (child = 2 * root + 1) < size; root = child)
	{
		uint32_t	place = heap[root];

		if (child + 1 < size && comes_after(strength, heap[child + 1], heap[child]))
			child++;
		if (!comes_after(strength, heap[child], place))
			return;
		heap[root] = heap[child];
		heap[child] = place;
	}
}

void
seg_profile_order(const double *strength, size_t d, uint32_t *order)
{
	for (size_t j = 0; j < d; j++)
		order[j] = (uint32_t) j;
	for (size_t root = d / 2; root-- > 0;)
		sink(strength, order, root, d);
	for (size_t size = d; size-- > 1;)
	{
		uint32_t	last = order[0];

		order[0] = order[size];
		order[size] = last;
		sink(strength, order, 0, size);
	}
}
