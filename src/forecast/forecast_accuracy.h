/*
 * forecast_accuracy.h
 *		How good forecasts were: sums over pairs of a value and its forecast.
 *
 * Source: R. Hyndman and A. Koehler, "Another look at measures of forecast accuracy" (2006);
 * MSIS: T. Gneiting and A. Raftery, "Strictly proper scoring rules" (2007), scaled as in the M4 competition.
 */
#ifndef SEG_FORECAST_FORECAST_ACCURACY_H
#define SEG_FORECAST_FORECAST_ACCURACY_H

#include "base/port.h"

typedef struct SegAccuracy
{
	double		n;
	double		absolute;		/* sums of |f - y|, (f - y)^2, f - y, |y| */
	double		square;
	double		error;
	double		size;
	double		smape;			/* of 200 |f - y| / (|f| + |y|) */
	double		mase;			/* of |f - y| / scale */
	double		rmsse;			/* of (f - y)^2 / square scale */
	double		bounded;		/* forecasts with bounds */
	double		inside;
	double		msis;
	double		scaled;			/* forecasts with a scale above 0 */
	double		square_scaled;	/* with a square scale above 0 */
	double		scaled_bounded; /* of them with bounds */
} SegAccuracy;

/*
 * Add a pair, of magnitude 1 or less, so that no square overflows.  IN scale: mean absolute difference of values a season apart in the training part, square_scale: the
 * mean of its square, 0 where it is too large; lower, upper: bounds of level, NaN: none.
 */
static inline void
seg_accuracy_add(SegAccuracy *sum, double y, double f, double lower, double upper, double level,
				 double scale, double square_scale)
{
	double		apart = fabs(f - y);
	double		rest = 2 / (1 - level);

	sum->n++;
	sum->absolute += apart;
	sum->square += apart * apart;
	sum->error += f - y;
	sum->size += fabs(y);
	sum->smape += apart > 0 ? 200 * apart / (fabs(f) + fabs(y)) : 0;
	if (!isnan(lower))
	{
		sum->bounded++;
		sum->inside += y >= lower && y <= upper;
	}
	if (!(scale > 0))
		return;
	sum->scaled++;
	sum->mase += apart / scale;
	if (square_scale > 0)
	{
		sum->square_scaled++;
		sum->rmsse += apart * apart / square_scale;
	}
	if (isnan(lower))
		return;
	sum->scaled_bounded++;
	sum->msis += (upper - lower + rest * fmax(lower - y, 0) + rest * fmax(y - upper, 0)) / scale;
}

#endif							/* SEG_FORECAST_FORECAST_ACCURACY_H */
