/*
 * theta.h
 *		The Theta method: simple exponential smoothing with drift.
 *
 * Source: V. Assimakopoulos and K. Nikolopoulos, "The theta model", International
 * Journal of Forecasting 16 (2000); R. Hyndman and B. Billah, "Unmasking the Theta
 * method", International Journal of Forecasting 19 (2003).
 */
#ifndef SEG_FORECAST_THETA_H
#define SEG_FORECAST_THETA_H

#include "forecast/ets.h"

typedef struct SegTheta
{
	uint32_t	m;				/* periods of a season; 1: no season was taken out */
	bool		is_ratio;		/* seasons are factors, else addends */
	double		alpha;
	double		start;			/* level before the first period */
	double		level;			/* after the last period */
	double		drift;			/* half the slope of the straight line through the series */
	double		sigma2;			/* of one step, without the season */
	double		season[SEG_ETS_MOST_SEASON];	/* by phase of the first period */
} SegTheta;

/* Doubles of scratch that seg_theta_fit needs. */
extern size_t seg_theta_scratch(size_t n);

/*
 * Fit to IN y[n] (NaN: missing, at least 3 values there, magnitude 1) with m periods in a season, 1
 * without.  A season is taken out only when n > 2 m and the autocorrelation at lag m is significant.
 */
extern bool seg_theta_fit(SegTheta *theta, const double *y, size_t n, uint32_t m, double *scratch);

/* OUT mean[horizon], variance[horizon] of the periods after n. */
extern void seg_theta_ahead(const SegTheta *theta, size_t n, size_t horizon, double *mean, double *variance);

/*
 * OUT fitted[n]: the forecast of each period from those before; OUT level[n]: the level after
 * each period.  level may be NULL.
 */
extern void seg_theta_fitted(const SegTheta *theta, const double *y, size_t n, double *fitted, double *level);

/* The season of period t (from 0): a factor or an addend. */
static inline double
seg_theta_season(const SegTheta *theta, size_t t)
{
	return theta->m == 1 ? (theta->is_ratio ? 1 : 0) : theta->season[t % theta->m];
}

#endif							/* SEG_FORECAST_THETA_H */
