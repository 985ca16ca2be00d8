/*
 * chisq.h
 *		The chi-square distribution: what a squared distance of normal rows follows.
 *
 * The lower tail is the regularised incomplete gamma function
 *
 *		P(a, y) = 1 / Gamma(a) * integral from 0 to y of t^(a-1) e^-t dt,
 *		a = df / 2,		y = x / 2.
 *
 * For the whole numbers of degrees of freedom that scores need, the upper tail
 * is a short sum of positive terms (M. Abramowitz and I. Stegun, 26.4.4-5):
 *
 *		even df:	Q = e^-y sum over i < df/2 of y^i / i!
 *		odd df:		Q = erfc(sqrt y) + e^-y sum over 0 < i <= (df-1)/2 of y^(i-1/2) / Gamma(i+1/2)
 *
 * Where that would lose digits or overflow, the power series below the mean and
 * the continued fraction above it take over, with the density in the saddle
 * point form of C. Loader, "Fast and accurate computation of binomial
 * probabilities" (2000).
 */
#ifndef SEG_STATS_CHISQ_H
#define SEG_STATS_CHISQ_H

#include "base/port.h"

/* P(X <= x) for X chi-square with df > 0 degrees of freedom; 0 for x <= 0. */
extern double seg_chisq_cdf(double x, double df);

/* P(X > x), accurate far out as well: 1e-300 is no zero. */
extern double seg_chisq_tail(double x, double df);

/* The natural logarithm of seg_chisq_tail, also where that is 0; -infinity for infinite x. */
extern double seg_chisq_log_tail(double x, double df);

/*
 * seg_chisq_cdf as a score, for a whole df >= 1: faster, and with an order among
 * rows for which the nearest double to 1 - Q is 1.  Where Q < E = 1e-9 it is
 *
 *		1 - E / (1 + ln(1 + ln(E / Q))),
 *
 * which is less than 1e-9 from 1 - Q, continues it, and goes on rising with x.
 */
extern double seg_chisq_score(double x, uint32_t df);

/* The x with seg_chisq_cdf(x, df) = p, 0 < p < 1, to 1e-12 relative. */
extern double seg_chisq_quantile(double p, double df);

#endif							/* SEG_STATS_CHISQ_H */
