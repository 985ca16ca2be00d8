/*
 * intermittent.h
 *		Forecasts of intermittent demand: Croston, Syntetos-Boylan, Teunter-Syntetos-Babai.
 *
 * Demand is smoothed apart from how often there is any.  The distribution of a period to come is
 * 0 with probability 1 - p, else a demand of the series times a factor that makes their mean
 * the smoothed demand; its quantiles are exact.
 *
 * Source: J. Croston, "Forecasting and stock control for intermittent demands" (1972);
 * A. Syntetos and J. Boylan, "The accuracy of intermittent demand estimates" (2005); R. Teunter,
 * A. Syntetos and M. Babai, "Intermittent demand: linking forecasting to inventory obsolescence" (2011).
 */
#ifndef SEG_FORECAST_INTERMITTENT_H
#define SEG_FORECAST_INTERMITTENT_H

#include "base/port.h"

#define SEG_CROSTON_ALPHA 0.1	/* of demand, interval and probability */
#define SEG_INTERMITTENT_INTERVAL 1.32	/* a longer mean interval is intermittent (Syntetos and Boylan) */

typedef enum SegCroston
{
	SEG_CROSTON,				/* demand / interval */
	SEG_CROSTON_SBA,			/* times 1 - alpha / 2 */
	SEG_CROSTON_TSB,			/* demand times probability */
} SegCroston;

typedef struct SegIntermittent
{
	double		demand;			/* smoothed, of periods with any */
	double		interval;		/* smoothed periods between them */
	double		probability;	/* of a period with demand, as the forecast implies */
	double		forecast;
} SegIntermittent;

/*
 * Of IN y[n], NaN for missing, nothing negative.  OUT fitted[n]: the forecast of each period from
 * those before, NaN before the first demand; may be NULL.  Without any demand all is 0.
 */
extern SegIntermittent seg_intermittent_fit(const double *y, size_t n, SegCroston method, double alpha, double *fitted);

/*
 * The quantile (0 < q < 1) of a period to come.  IN sorted[count]: the demands in ascending order;
 * mean: of them.
 */
extern double seg_intermittent_quantile(const SegIntermittent *fit, const double *sorted, size_t count,
										double mean, double q);

/* OUT sorted[]: the values above 0 in ascending order, at most n; returns their number. */
extern size_t seg_intermittent_demands(const double *y, size_t n, double *sorted);

#endif							/* SEG_FORECAST_INTERMITTENT_H */
