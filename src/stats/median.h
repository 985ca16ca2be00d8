/*
 * median.h
 *		Medians of the columns of a matrix, with or without weights.
 */
#ifndef SEG_STATS_MEDIAN_H
#define SEG_STATS_MEDIAN_H

#include "stats/matrix.h"

/*
 * The median of y = x - origin over the values x of column j, without NaN.  If center
 * is not NAN, the median of |y - center|.  A row of weight w counts as w rows.  IN
 * weights: one for each row, or NULL for ones.  SCRATCH column: one double for each row,
 * two with weights.  Returns 0 if there are no values.  Cost: linear without weights,
 * else n log n.
 */
extern double seg_column_median(const SegMatrix *rows, const double *weights, size_t j, double origin,
								double center, double *column);

#endif							/* SEG_STATS_MEDIAN_H */
