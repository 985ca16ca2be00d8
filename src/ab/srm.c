/*
 * srm.c
 *		Sample ratio mismatch; see srm.h.
 */
#include "ab/srm.h"

#include "stats/chisq.h"
#include "stats/saddle_point.h"

/* Stirling's error of Gamma(x), x > 0: ln Gamma(x) - (x - 1/2) ln x + x - ln sqrt(2 pi), for x of any size. */
static double
gamma_error(double x)
{
	if (x < 1e-3)
		return lgamma(x) - (x - 0.5) * log(x) + x - 0.91893853320467274;
	return seg_stirling_error(x);
}

/*
 * ln BF.  With Stirling's formula the large terms of the gamma functions add up to a divergence, which
 * is a sum of terms that do not cancel:
 *
 *		ln BF = sum D(c w_i + n_i, (c + N) w_i) - sum ln((c w_i + n_i) / (c w_i)) / 2 + ln((c + N) / c) / 2 + errors
 *
 * with D(a, y) = a ln(a / y) + y - a.
 */
static double
log_bayes_factor(const double *counts, const double *weights, size_t k, double c, double n, double total)
{
	double		sum = log1p(n / c) / 2 + gamma_error(c) - gamma_error(c + n);

	for (size_t i = 0; i < k; i++)
	{
		double		w = weights[i] / total;
		double		prior = c * w;
		double		after = prior + counts[i];

		seg_check_step(i);
		sum += seg_deviance(after, (c + n) * w) - log1p(counts[i] / prior) / 2 + gamma_error(after) - gamma_error(prior);
	}
	return sum;
}

SegSrm
seg_srm(const double *counts, const double *weights, size_t k, double c)
{
	double		n = 0;
	double		total = 0;
	SegSrm		srm = {0, (double) k - 1, NAN, NAN, NAN};

	for (size_t i = 0; i < k; i++)
	{
		n += counts[i];
		total += weights[i];
	}
	if (n == 0)
		return (SegSrm) {NAN, (double) k - 1, NAN, NAN, NAN};
	for (size_t i = 0; i < k; i++)
	{
		double		expected = n * (weights[i] / total);

		seg_check_step(i);
		srm.chi2 += (counts[i] - expected) * ((counts[i] - expected) / expected);
	}
	srm.p = seg_chisq_tail(srm.chi2, srm.df);
	srm.log_bayes_factor = log_bayes_factor(counts, weights, k, c, n, total);
	srm.anytime_p = fmin(1, exp(-srm.log_bayes_factor));
	return srm;
}
