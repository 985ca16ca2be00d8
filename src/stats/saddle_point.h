/*
 * saddle_point.h
 *		The two terms that probabilities of discrete distributions are made of.
 *
 * A probability from factorials loses digits, since their logarithms are large.  Written
 * with these two terms it does not: C. Loader, "Fast and accurate computation of binomial
 * probabilities" (2000).
 */
#ifndef SEG_STATS_SADDLE_POINT_H
#define SEG_STATS_SADDLE_POINT_H

#include "base/port.h"

/* ln Gamma(n + 1) - (n + 1/2) ln n + n - ln sqrt(2 pi) */
static inline double
seg_stirling_error(double n)
{
	double		square = n * n;

	if (n < 15)
		return lgamma(n + 1) - (n + 0.5) * log(n) + n - 0.91893853320467274;
	return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 / square) / square) / square) / square) / n;
}

/* a ln(a / y) + y - a, without cancellation where they are close */
static inline double
seg_deviance(double a, double y)
{
	if (fabs(a - y) < 0.1 * (a + y))
	{
		double		v = (a - y) / (a + y);
		double		sum = (a - y) * v;
		double		term = 2 * a * v;

		for (int i = 1; i < 1000; i++)
		{
			double		next;

			term *= v * v;
			next = sum + term / (2 * i + 1);
			if (next == sum)
				break;
			sum = next;
		}
		return sum;
	}
	return a * log(a / y) + y - a;
}

#endif							/* SEG_STATS_SADDLE_POINT_H */
