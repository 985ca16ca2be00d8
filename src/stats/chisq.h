/*
 * chisq.h
 *		The chi-square distribution: squared distances of normal rows follow it.
 *
 * The lower tail is the regularised incomplete gamma function
 *
 *		P(a, y) = 1 / Gamma(a) * integral from 0 to y of t^(a-1) e^-t dt,
 *		a = df / 2,		y = x / 2.
 *
 * Scores need whole numbers of degrees of freedom.  For these the upper tail is a
 * short sum of positive terms (M. Abramowitz and I. Stegun, 26.4.4-5):
 *
 *		even df:	Q = e^-y sum over i < df/2 of y^i / i!
 *		odd df:		Q = erfc(sqrt y) + e^-y sum over 0 < i <= (df-1)/2 of y^(i-1/2) / Gamma(i+1/2)
 *
 * If the sum would lose digits or overflow, the code uses the power series below the
 * mean and the continued fraction above it.  The density is in the saddle point form
 * of C. Loader, "Fast and accurate computation of binomial probabilities" (2000).
 */
#ifndef SEG_STATS_CHISQ_H
#define SEG_STATS_CHISQ_H

#include "base/port.h"

/* P(X <= x) for X chi-square with df > 0 degrees of freedom; 0 for x <= 0. */
extern double seg_chisq_cdf(double x, double df);

/* P(X > x).  It is accurate for large x too: it can be as small as 1e-300. */
extern double seg_chisq_tail(double x, double df);

/* The natural logarithm of seg_chisq_tail, finite even if that is 0; -infinity for infinite x. */
extern double seg_chisq_log_tail(double x, double df);

/*
 * seg_chisq_cdf as a score, for a whole df >= 1.  It is faster, and it still orders
 * the rows for which 1 - Q rounds to 1.  For Q < E = 1e-9 it is
 *
 *		1 - E / (1 + ln(1 + ln(E / Q))),
 *
 * which differs from 1 - Q by less than 1e-9, is continuous, and increases with x.
 */
extern double seg_chisq_score(double x, uint32_t df);

/* The x with seg_chisq_cdf(x, df) = p, 0 < p < 1, to 1e-12 relative. */
extern double seg_chisq_quantile(double p, double df);

#endif							/* SEG_STATS_CHISQ_H */
