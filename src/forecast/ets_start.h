/*
 * ets_start.h
 *		First guesses of level, slope and seasons for the fit of exponential smoothing.
 */
#ifndef SEG_FORECAST_ETS_START_H
#define SEG_FORECAST_ETS_START_H

#include "forecast/ets.h"

/*
 * Set level, slope and season of a model, form and m set, from the first periods of IN y[n], NaN for
 * a missing value: seasons from the means of each phase around a moving average, level
 * and slope from a straight line through the rest.  With a multiplicative error or season they are positive
 * when the values are.
 */
extern void seg_ets_start(SegEts *model, const double *y, size_t n);

#endif							/* SEG_FORECAST_ETS_START_H */
