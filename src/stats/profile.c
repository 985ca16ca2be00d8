/*
 * profile.c
 *		Compares the features of a cluster with all rows; see profile.h.
 */
#include "stats/profile.h"

#include "base/sort.h"

double
seg_profile_ratio(double mean, double overall_mean, double overall_sd, double minimum)
{
	double		ratio = mean / overall_mean;

	if (overall_mean <= 0 || mean < 0 ||
		(minimum < 0 && overall_mean < overall_sd / 100) || !isfinite(ratio))
		return NAN;
	return ratio;
}

/* By descending strength, then by place. */
static bool
is_before(const void *a, const void *b, const void *argument)
{
	const double *strength = argument;
	uint32_t	one = *(const uint32_t *) a;
	uint32_t	two = *(const uint32_t *) b;

	return strength[one] > strength[two] || (strength[one] == strength[two] && one < two);
}

void
seg_profile_order(const double *strength, size_t d, uint32_t *order)
{
	for (size_t j = 0; j < d; j++)
		order[j] = (uint32_t) j;
	seg_sort(order, d, sizeof(uint32_t), is_before, strength);
}
