/*
 * hypergeometric.c
 *		The hypergeometric distribution; see hypergeometric.h.
 *
 * P(H = k) is b(k; drawn, p) b(marked - k; all - drawn, p) / b(marked; all, p) with binomial
 * probabilities b and any p; p = marked / all keeps all of them away from 0 (C. Loader,
 * "Fast and accurate computation of binomial probabilities", 2000).
 */
#include "stats/hypergeometric.h"

#include "stats/saddle_point.h"

/* Terms below this share of the sum are left out; they fall at least geometrically there. */
#define LEAST_SHARE 1e-18

/* The logarithm of the binomial probability of k in n, 0 < p < 1, q = 1 - p. */
static double
log_binomial(double k, double n, double p, double q)
{
	if (k == 0)
		return n * log1p(-p);
	if (k == n)
		return n * log1p(-q);
	return seg_stirling_error(n) - seg_stirling_error(k) - seg_stirling_error(n - k) -
		seg_deviance(k, n * p) - seg_deviance(n - k, n * q) - log(2 * M_PI * k * (n - k) / n) / 2;
}

double
seg_hypergeometric(uint64_t k, uint64_t drawn, uint64_t marked, uint64_t all)
{
	double		p;
	double		q;

	if (k > drawn || k > marked || drawn - k > all - marked)
		return 0;
	/* all are marked, or none: k is certain */
	if (marked == 0 || marked == all)
		return 1;
	p = (double) marked / (double) all;
	q = (double) (all - marked) / (double) all;
	return exp(log_binomial((double) k, (double) drawn, p, q) +
			   log_binomial((double) (marked - k), (double) (all - drawn), p, q) -
			   log_binomial((double) marked, (double) all, p, q));
}

/* P(H = i) summed from k upwards (step 1) or downwards (-1), while the terms count. */
static double
sum_from(uint64_t k, int step, uint64_t drawn, uint64_t marked, uint64_t all)
{
	double		unmarked = (double) (all - marked) - (double) drawn;
	double		i = (double) k;
	double		term = 1;
	double		sum = 1;

	for (size_t terms = 0;; terms++)
	{
		seg_check_step(terms);
		if (step > 0)
			term *= ((double) drawn - i) * ((double) marked - i) / ((i + 1) * (unmarked + i + 1));
		else
			term *= i * (unmarked + i) / (((double) drawn - i + 1) * ((double) marked - i + 1));
		if (!(term > sum * LEAST_SHARE))
			break;
		sum += term;
		i += step;
	}
	return seg_hypergeometric(k, drawn, marked, all) * sum;
}

double
seg_hypergeometric_tail(uint64_t k, uint64_t drawn, uint64_t marked, uint64_t all)
{
	uint64_t	least = drawn > all - marked ? drawn - (all - marked) : 0;
	double		mean = (double) drawn * (double) marked / (double) all;

	if (k <= least)
		return 1;
	if (k > drawn || k > marked)
		return 0;
	/* from the far side the terms fall from the first one on */
	if ((double) k > mean)
		return fmin(sum_from(k, 1, drawn, marked, all), 1);
	return fmax(1 - sum_from(k - 1, -1, drawn, marked, all), 0);
}
