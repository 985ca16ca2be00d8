/*
 * power.c
 *		Sizes and powers of tests; see power.h.
 */
#include "ab/power.h"

#include "stats/chisq.h"
#include "stats/student.h"

/* Steps of Simpson's rule, and standard deviations to both sides of the mean. */
#define STEPS 1000
#define WIDTH 12

static double
normal_cdf(double x)
{
	return erfc(-x / M_SQRT2) / 2;
}

/* The normal quantile of 1 - alpha / 2. */
static double
two_sided(double alpha)
{
	return sqrt(seg_chisq_quantile(1 - alpha, 1));
}

/* The normal quantile of p. */
static double
normal_quantile(double p)
{
	return p == 0.5 ? 0 : p > 0.5 ? two_sided(2 * (1 - p)) : -two_sided(2 * p);
}

double
seg_power_shares(double n, double p0, double p1, double alpha)
{
	double		both = p0 + p1;
	double		sd = sqrt(p0 * (1 - p0) + p1 * (1 - p1));
	double		beyond = sqrt(n) * fabs(p1 - p0) - two_sided(alpha) * sqrt(both * (1 - both / 2));

	/* shares of 0 and 1 have no variance */
	if (sd == 0)
		return beyond > 0 ? 1 : 0;
	return normal_cdf(beyond / sd);
}

/*
 * T = (Z + ncp) / S, S^2 = chi-square / df: P(T > t) is the mean of Phi(ncp - t S).  S is near 1 with a standard
 * deviation of about 1 / sqrt(2 df); the weights of the values of S are scaled to a sum of 1.
 */
double
seg_power_means(double n, double d, double alpha)
{
	double		df = 2 * (n - 1);
	double		t = seg_student_quantile(1 - alpha, df);
	double		ncp = sqrt(n / 2) * d;
	double		half = WIDTH / sqrt(2 * df);
	double		low = half < 1 ? -half : -1;
	double		step = (half - low) / STEPS;
	double		sum = 0;
	double		weights = 0;

	for (int i = 1; i < STEPS; i++)
	{
		double		u = low + i * step;
		double		weight = exp((df - 1) * log1p(u) - df * (u + u * u / 2)) * (i % 2 == 0 ? 2 : 4);

		sum += weight * normal_cdf(ncp - t * (1 + u));
		weights += weight;
	}
	return sum / weights;
}

double
seg_power_rows_shares(double p0, double p1, double alpha, double power)
{
	double		both = p0 + p1;
	double		root = two_sided(alpha) * sqrt(both * (1 - both / 2)) +
		normal_quantile(power) * sqrt(p0 * (1 - p0) + p1 * (1 - p1));
	double		n = fmax(root, 0) / (p1 - p0) * (fmax(root, 0) / (p1 - p0));

	return n <= SEG_POWER_MOST_ROWS ? n : INFINITY;
}

double
seg_power_rows_means(double d, double alpha, double power)
{
	double		low = 2;
	double		high = 4;

	if (seg_power_means(low, d, alpha) >= power)
		return low;
	while (seg_power_means(high, d, alpha) < power)
	{
		CHECK_FOR_INTERRUPTS();
		low = high;
		high *= 2;
		if (high > SEG_POWER_MOST_ROWS)
			return INFINITY;
	}
	for (int i = 0; i < 100 && high - low > 1e-12 * high; i++)
	{
		double		middle = (low + high) / 2;

		if (seg_power_means(middle, d, alpha) < power)
			low = middle;
		else
			high = middle;
	}
	return high;
}

double
seg_power_share(double n, double p0, double alpha, double power)
{
	double		low = p0;
	double		high = 1;

	if (!(p0 < 1) || seg_power_shares(n, p0, 1, alpha) < power)
		return NAN;
	for (int i = 0; i < 100 && high - low > 1e-16; i++)
	{
		double		middle = (low + high) / 2;

		if (seg_power_shares(n, p0, middle, alpha) < power)
			low = middle;
		else
			high = middle;
	}
	return high;
}

double
seg_power_difference(double n, double alpha, double power)
{
	double		low = 0;
	double		high = 1;

	while (seg_power_means(n, high, alpha) < power)
	{
		CHECK_FOR_INTERRUPTS();
		low = high;
		high *= 2;
	}
	for (int i = 0; i < 200 && high - low > 1e-14 * high; i++)
	{
		double		middle = (low + high) / 2;

		if (seg_power_means(n, middle, alpha) < power)
			low = middle;
		else
			high = middle;
	}
	return high;
}
