/*
 * student.c
 *		Student's t distribution; see student.h.
 */
#include "stats/student.h"

#include "stats/chisq.h"
#include "stats/saddle_point.h"

/* From here on the expansion is exact to the last digits. */
#define MANY_DF 5000

/* ln (Gamma(a + 1/2) / Gamma(a)), without cancellation for large a */
static double
log_gamma_step(double a)
{
	if (a < 16)
		return lgamma(a + 0.5) - lgamma(a);
	return seg_stirling_error(a - 0.5) - seg_stirling_error(a - 1) + log(a - 1) / 2 + a * log1p(0.5 / (a - 1)) - 0.5;
}

/* The continued fraction of I_x(a, b), by the method of W. J. Lentz (1976). */
static double
beta_fraction(double a, double b, double x)
{
	const double tiny = 1e-300;
	double		c = 1;
	double		d = 1 - (a + b) * x / (a + 1);
	double		h;

	d = 1 / (fabs(d) < tiny ? tiny : d);
	h = d;
	for (int m = 1; m <= 100000; m++)
	{
		double		even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double		odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		double		change;

		d = 1 + even * d;
		c = 1 + even / c;
		d = 1 / (fabs(d) < tiny ? tiny : d);
		c = fabs(c) < tiny ? tiny : c;
		h *= d * c;
		d = 1 + odd * d;
		c = 1 + odd / c;
		d = 1 / (fabs(d) < tiny ? tiny : d);
		c = fabs(c) < tiny ? tiny : c;
		change = d * c;
		h *= change;
		if (fabs(change - 1) < 1e-15)
			break;
	}
	return h;
}

/* The normal value with the same tail. */
static double
normal_value(double t, double df)
{
	double		a = df - 0.5;
	double		b = 48 * a * a;
	double		z2 = a * log1p(t * t / df);
	double		z = sqrt(z2);

	return z + z * (z2 + 3) / b - z * (((4 * z2 + 33) * z2 + 240) * z2 + 855) / (10 * b * (b + 0.8 * z2 * z2 + 100));
}

double
seg_student_tail(double t, double df)
{
	double		a = df / 2;
	double		x = df / (df + t * t);
	double		factor;

	if (isnan(t) || t == 0)
		return isnan(t) ? t : 1;
	if (isinf(t * t))
		return isinf(t) ? 0 : exp(log_gamma_step(a) - log(M_PI) / 2 - log(a) + a * (log(df) - 2 * log(fabs(t))));
	if (df > MANY_DF)
	{
		double		z = normal_value(t, df);

		return seg_chisq_tail(z * z, 1);
	}
	factor = exp(log_gamma_step(a) - log(M_PI) / 2 - a * log1p(t * t / df) - log1p(df / (t * t)) / 2);
	if (x < (a + 1) / (a + 2.5))
		return factor * beta_fraction(a, 0.5, x) / a;
	return 1 - 2 * factor * beta_fraction(0.5, a, t * t / (df + t * t));
}

double
seg_student_quantile(double level, double df)
{
	double		t = sqrt(seg_chisq_quantile(level, 1));
	double		log_scale = log_gamma_step(df / 2) - log(df * M_PI) / 2;

	/* the tail is convex, and the normal quantile is on the left: Newton's steps go right only */
	for (int i = 0; i < 200; i++)
	{
		double		density = exp(log_scale - (df + 1) / 2 * log1p(t * t / df));
		double		step = (seg_student_tail(t, df) - (1 - level)) / (2 * density);

		t += step;
		if (!(fabs(step) > 1e-15 * t))
			break;
	}
	return t;
}
