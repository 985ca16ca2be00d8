/*
 * series.h
 *		Small things about a series of values, NaN where one is missing.
 */
#ifndef SEG_FORECAST_SERIES_H
#define SEG_FORECAST_SERIES_H

#include "base/port.h"

typedef struct SegSeriesFacts
{
	size_t		present;		/* values that are there */
	size_t		nonzero;		/* of them not 0 */
	size_t		first;			/* the first and the last one that is there; n without any */
	size_t		last;
	double		lowest;
	double		highest;
	double		largest;		/* magnitude */
} SegSeriesFacts;

extern SegSeriesFacts seg_series_facts(const double *y, size_t n);

/* OUT filled[n]: y with straight lines in place of missing values, and the nearest value at the ends. */
extern void seg_series_fill(const double *y, size_t n, double *filled);

/* The mean of the absolute difference of values m periods apart: the scale of MASE.  NaN without two. */
extern double seg_series_naive_error(const double *y, size_t n, size_t m);

/* The mean square of the difference of values m periods apart. */
extern double seg_series_naive_square(const double *y, size_t n, size_t m);

#endif							/* SEG_FORECAST_SERIES_H */
