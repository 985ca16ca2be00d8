/*
 * rhythm.h
 *		Customers' own rhythm: a random-effects model of the gaps between purchases.
 *
 * y is the natural logarithm of a gap in days.  Customer i has a mean of their own, around
 * which y varies:
 *
 *		y_ij = m_i + e_ij,	m_i ~ (mu, tau2),	e_ij ~ (0, sigma2)
 *
 * The parameters are estimated by moments.  k customers have n_i gaps each, N in all; ybar_i
 * is a customer's mean, ybar that of all gaps:
 *
 *		sigma2	= sum (y_ij - ybar_i)^2 / sum (n_i - 1)
 *		MSB		= sum n_i (ybar_i - ybar)^2 / (k - 1)
 *		n0		= (N - sum n_i^2 / N) / (k - 1)
 *		tau2	= max(0, (MSB - sigma2) / n0)
 *		mu		= sum w_i ybar_i / sum w_i,  w_i = 1 / (tau2 + sigma2 / n_i)
 *
 * The next gap of a customer with n gaps is expected around m, with standard deviation s:
 *
 *		m = mu + n tau2 / (n tau2 + sigma2) (ybar_i - mu)
 *		s = sqrt(sigma2 + v),  v = tau2 sigma2 / (n tau2 + sigma2)
 *
 * Quantiles are not those of a normal distribution: they are taken of the residuals
 * (y_ij - m) / s, in which m and s are those of the customer without this gap.  So the
 * p-quantile of the next gap is exp(m + q_p s).
 *
 * Special cases.  One customer: tau2 = 0.  No customer with two gaps: the variances cannot
 * be told apart; sigma2 is then the variance of all gaps, and tau2 = 0.  sigma2 = 0 and a
 * gap of one's own, or both are 0: s = 0, and each quantile is exp(m).
 *
 * Source of the estimators: W. G. Cochran, "The comparison of different scales of
 * measurement for experimental results", Ann. Math. Statist. 14 (1943), as in S. R. Searle,
 * G. Casella, C. E. McCulloch, "Variance Components" (1992), section 3.6; of m and s: best linear
 * unbiased prediction, ibid., section 3.4.
 */
#ifndef SEG_RHYTHM_RHYTHM_H
#define SEG_RHYTHM_RHYTHM_H

#include "base/port.h"
#include "base/status.h"

/* The most quantiles of a model: those for 0, 0.001 .. 1. */
#define SEG_RHYTHM_POINTS ((size_t) 1001)

typedef struct SegRhythm
{
	uint64_t	customers;		/* with gaps */
	uint64_t	gaps;
	double		mu;
	double		tau2;
	double		sigma2;

	/*
	 * Type-7 quantiles of the residuals for 0, 1 / (count - 1) .. 1, ascending.  With up to
	 * SEG_RHYTHM_POINTS gaps these are all residuals.
	 */
	uint32_t	count;
	double	   *points;			/* count */
} SegRhythm;

/*
 * Gaps of customers, one behind the other: a customer with n > 0 gaps is the number -n and then n
 * gaps, ascending, in days, finite and above 0.
 */

/* Enter a customer at OUT cells[n + 1].  IN gaps[n]: in any order, n > 0.  Cost: n log n. */
extern void seg_rhythm_enter(double *cells, const double *gaps, size_t n);

/* Are these so many cells of customers as described?  OUT gaps: how many there are.  For bytes that come from elsewhere. */
extern bool seg_rhythm_cells_are_sound(const double *cells, size_t count, uint64_t *gaps);

/*
 * Fit.  IN cells[count]; SCRATCH logs: one for each gap; OUT fit, whose points are
 * SEG_RHYTHM_POINTS doubles of the caller's.  Returns SEG_OK, or SEG_NO_ROWS without gaps.
 * The result does not depend on the order of customers.  Cost: N log N for N gaps.
 */
extern SegStatus seg_rhythm_fit(const double *cells, size_t count, double *logs, SegRhythm *fit);

/* What is known about the logarithm of a customer's next gap. */
typedef struct SegRhythmOutlook
{
	double		mean;
	double		sd;
} SegRhythmOutlook;

/* Of a customer with n gaps whose logarithms have this mean, which does not matter where n is 0. */
extern SegRhythmOutlook seg_rhythm_outlook(const SegRhythm *fit, double mean, uint64_t n);

/* The mean of the logarithms of IN gaps[n], ascending, n > 0. */
extern double seg_rhythm_mean(const double *gaps, size_t n);

/* The quantile of the residuals at a level between 0 and 1; linear between two points.  O(1). */
extern double seg_rhythm_quantile(const SegRhythm *fit, double level);

/* The quantile of the next gap, in days; infinite when it overflows. */
extern double seg_rhythm_gap(const SegRhythm *fit, SegRhythmOutlook outlook, double level);

/* Are so many days (not negative) more than that quantile?  What rounding adds to equal gaps does not count. */
extern bool seg_rhythm_is_beyond(const SegRhythm *fit, SegRhythmOutlook outlook, double level, double days);

/*
 * The level whose quantile of the next gap is so many days (not negative): the share of such gaps that
 * are shorter, 0 to 1.  Without spread 0 up to the gap that all are alike to, else 1.  O(log points).
 */
extern double seg_rhythm_level(const SegRhythm *fit, SegRhythmOutlook outlook, double days);

#endif							/* SEG_RHYTHM_RHYTHM_H */
