/*
 * gamma.h
 *		The derivatives of the logarithm of the gamma function, and its differences.
 *
 * All are computed by their asymptotic series (M. Abramowitz and I. Stegun, "Handbook of
 * mathematical functions", 1964, 6.1.40, 6.3.18 and 6.4.12), after the argument was moved
 * upwards by the recurrence.  Arguments are above 0.
 */
#ifndef SEG_STATS_GAMMA_H
#define SEG_STATS_GAMMA_H

#include "base/port.h"

/* The derivatives of ln Gamma at z. */
typedef struct SegGammaSlopes
{
	double		first;			/* digamma */
	double		second;			/* trigamma */
} SegGammaSlopes;

extern SegGammaSlopes seg_gamma_slopes(double z);

/* ln Gamma(z + n) - ln Gamma(z) for a whole number n, not negative, and its derivatives with respect to z. */
typedef struct SegRising
{
	double		log;
	double		first;
	double		second;
} SegRising;

/* Precise for large z too, where the logarithms of Gamma are much larger than their difference. */
extern SegRising seg_rising(double z, double n);

#endif							/* SEG_STATS_GAMMA_H */
