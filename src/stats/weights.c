/*
 * weights.c
 *		The meaning of weights of rows; see weights.h.
 */
#include "stats/weights.h"

#include "stats/exact_sum.h"

bool
seg_weights_are_relative(const double *weights, size_t n)
{
	for (size_t i = 0; i < n && weights != NULL; i++)
	{
		if (i % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
		if (weights[i] != floor(weights[i]))
			return true;
	}
	return false;
}

double
seg_weights_freedom(const double *weights, size_t n, double total)
{
	SegGrid		grid;
	SegExactSum sum = {0};

	if (weights == NULL)
		return (double) n - 1;
	if (!seg_weights_are_relative(weights, n))
		return total - 1;
	grid = seg_grid_of_total((double) n, total);
	for (size_t i = 0; i < n; i++)
	{
		if (i % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
		seg_exact_sum_add(&sum, grid, seg_weight_freedom(weights[i], total));
	}
	return seg_exact_sum_value(&sum);
}
