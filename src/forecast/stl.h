/*
 * stl.h
 *		Takes a series apart into trend, season and remainder by local regression (STL).
 *
 * Source: R. Cleveland, W. Cleveland, J. McRae and I. Terpenning, "STL: a seasonal-trend
 * decomposition procedure based on loess", Journal of Official Statistics 6 (1990).
 */
#ifndef SEG_FORECAST_STL_H
#define SEG_FORECAST_STL_H

#include "base/port.h"

#define SEG_STL_PERIODIC 0		/* seasonal window: the same season in every year */

/* Doubles of scratch that seg_stl needs. */
extern size_t seg_stl_scratch(size_t n, size_t m);

/*
 * IN y[n], nothing missing, n >= 2 m, m >= 2; seasonal_window: odd, at least 7, or SEG_STL_PERIODIC.
 * OUT season[n], trend[n].  The other windows are the usual ones: trend the next odd number from
 * 1.5 m / (1 - 1.5 / seasonal window), low pass the next odd number from m.  Two rounds, without the weights
 * against outliers.
 */
extern void seg_stl(const double *y, size_t n, size_t m, size_t seasonal_window,
					double *season, double *trend, double *scratch);

#endif							/* SEG_FORECAST_STL_H */
