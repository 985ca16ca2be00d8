/*
 * distance.h
 *		The squared Euclidean distance.
 *
 * Every squared distance between rows and centers is the same sum in the same order,
 *
 *		s_0 = 0,	s_j = fma(x_j - c_j, x_j - c_j, s_j-1),		d2 = s_d
 *
 * so each step is rounded once, after the difference.  Loops over several rows or
 * several centers (stats/nearest.h, kmeans/kmeans_block.h) use the same steps.  So a
 * fit, which has vectors of rows, and a score, which has vectors of centers, give the
 * same bits and resolve ties in the same way.
 */
#ifndef SEG_STATS_DISTANCE_H
#define SEG_STATS_DISTANCE_H

#include "base/port.h"

/* One step: sum + (x - c)^2. */
SEG_ALWAYS_INLINE double
seg_distance_step(double sum, double x, double c)
{
	return fma(x - c, x - c, sum);
}

/* The squared distance of IN x[d] and c[d]. */
SEG_ALWAYS_INLINE double
seg_squared_distance(const double *x, const double *c, size_t d)
{
	double		sum = 0;

	for (size_t j = 0; j < d; j++)
		sum = seg_distance_step(sum, x[j], c[j]);
	return sum;
}

#endif							/* SEG_STATS_DISTANCE_H */
