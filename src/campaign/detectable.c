/*
 * detectable.c
 *		The smallest difference that a test tells; see detectable.h.
 */
#include "campaign/detectable.h"

#include "stats/chisq.h"

double
seg_normal_upper(double p)
{
	/* the square of a normal value is chi-square with one degree of freedom */
	return p <= 0.5 ? 0 : sqrt(seg_chisq_quantile(2 * p - 1, 1));
}

/* How far a difference d is beyond what the test needs; increases with d where it is about 0. */
static double
excess(double p, double d, double n, double control_n, double z_level, double z_power)
{
	double		other = p + d;
	double		pooled = (n * other + control_n * p) / (n + control_n);

	return d - z_level * sqrt(pooled * (1 - pooled) * (1 / n + 1 / control_n)) -
		z_power * sqrt(other * (1 - other) / n + p * (1 - p) / control_n);
}

double
seg_detectable_share(double p, double n, double control_n, double level, double power)
{
	double		z_level = seg_normal_upper((1 + level) / 2);
	double		z_power = seg_normal_upper(power);
	double		low = 0;
	double		high = 1 - p;

	if (!(p < 1 && excess(p, high, n, control_n, z_level, z_power) >= 0))
		return NAN;
	for (int step = 0; step < 100 && low < high; step++)
	{
		double		middle = low + (high - low) / 2;

		if (excess(p, middle, n, control_n, z_level, z_power) < 0)
			low = middle;
		else
			high = middle;
	}
	return high;
}
