/*
 * chisq.c
 *		The chi-square distribution; see chisq.h.
 */
#include "stats/chisq.h"

#include "stats/saddle_point.h"

#define SUM_LIMIT 100			/* degrees of freedom up to which the sums are used */
#define SUM_FAR 1400			/* e^-y underflows beyond */
#define LEAST_SCORE 1e-3		/* below it 1 - Q loses digits */
#define LEAST_TAIL 1e-9			/* the E of seg_chisq_score */
#define MOST_STEPS 100000

/* ln(y^a e^-y / Gamma(a + 1)) */
static double
log_poisson_term(double a, double y)
{
	return -seg_stirling_error(a) - seg_deviance(a, y) - log(2 * M_PI * a) / 2;
}

/* P(a, y) by its power series; good for y < a + 1. */
static double
lower_series(double a, double y)
{
	double		term = 1;
	double		sum = 1;

	for (int i = 1; i < MOST_STEPS && term > sum * DBL_EPSILON / 4; i++)
	{
		term *= y / (a + i);
		sum += term;
	}
	return exp(log_poisson_term(a, y)) * sum;
}

/* ln Q(a, y) by its continued fraction (W. Lentz, 1976); good for y >= a + 1. */
static double
log_upper_fraction(double a, double y)
{
	double		b = y + 1 - a;
	double		c = 1 / DBL_MIN;
	double		d = 1 / b;
	double		h = d;

	for (int i = 1; i < MOST_STEPS; i++)
	{
		double		an = i * (a - i);
		double		factor;

		b += 2;
		d = an * d + b;
		c = b + an / c;
		if (fabs(d) < DBL_MIN)
			d = DBL_MIN;
		if (fabs(c) < DBL_MIN)
			c = DBL_MIN;
		d = 1 / d;
		factor = c * d;
		h *= factor;
		if (fabs(factor - 1) < DBL_EPSILON)
			break;
	}
	return log_poisson_term(a, y) + log(a * h);
}

double
seg_chisq_cdf(double x, double df)
{
	double		a = df / 2;
	double		y = x / 2;

	if (!(x > 0))
		return 0;
	if (isinf(x))
		return 1;
	return y < a + 1 ? lower_series(a, y) : 1 - exp(log_upper_fraction(a, y));
}

double
seg_chisq_log_tail(double x, double df)
{
	double		a = df / 2;
	double		y = x / 2;

	if (!(x > 0))
		return 0;
	if (isinf(x))
		return -INFINITY;
	return y < a + 1 ? log1p(-lower_series(a, y)) : log_upper_fraction(a, y);
}

double
seg_chisq_tail(double x, double df)
{
	return exp(seg_chisq_log_tail(x, df));
}

/* The sums above, as nested products. */
static double
upper_sum(double y, uint32_t df)
{
	double		sum = 1;

	if (df % 2 == 0)
	{
		for (uint32_t i = df / 2 - 1; i >= 1; i--)
			sum = 1 + sum * (y / i);
		return exp(-y) * sum;
	}
	if (df == 1)
		return erfc(sqrt(y));
	for (uint32_t i = (df - 1) / 2; i >= 2; i--)
		sum = 1 + sum * (y / (i - 0.5));
	return erfc(sqrt(y)) + exp(-y) * sqrt(y) * M_2_SQRTPI * sum;
}

double
seg_chisq_score(double x, uint32_t df)
{
	double		tail = 0;

	if (!(x > 0))
		return 0;
	if (df <= SUM_LIMIT && x < SUM_FAR)
		tail = upper_sum(x / 2, df);
	else if (x < df)
		return seg_chisq_cdf(x, df);
	else
		tail = seg_chisq_tail(x, df);
	if (tail < LEAST_TAIL)
		return 1 - LEAST_TAIL / (1 + log1p(fmax(log(LEAST_TAIL) - seg_chisq_log_tail(x, df), 0)));
	return 1 - tail < LEAST_SCORE ? seg_chisq_cdf(x, df) : 1 - tail;
}

double
seg_chisq_quantile(double p, double df)
{
	double		low = 0;
	double		high = df + 10;

	Assert(p > 0 && p < 1 && df > 0);
	while (seg_chisq_tail(high, df) > 1 - p)
		high *= 2;
	while (high - low > 4 * DBL_EPSILON * high)
	{
		double		middle = low + (high - low) / 2;

		if (middle <= low || middle >= high)
			break;
		if (seg_chisq_cdf(middle, df) < p)
			low = middle;
		else
			high = middle;
	}
	return high;
}
