/*
 * ab.c
 *		Compares the arms of a test; see ab.h.
 */
#include "ab/ab.h"

#include "stats/chisq.h"
#include "stats/student.h"
#include "stats/wilson.h"

/* A difference and the variance of each of its sides, of a mean. */
typedef struct Difference
{
	double		d;
	double		v1;
	double		v0;
	double		n1;
	double		n0;
} Difference;

/* Bounds and test of a difference. */
typedef struct Test
{
	SegAbBounds bounds;
	double		z;
	double		df;
	double		p;
} Test;

static SegAbBounds
around(double middle, double half)
{
	return (SegAbBounds) {middle - half, middle + half};
}

static double
normal_quantile(double level)
{
	return sqrt(seg_chisq_quantile(level, 1));
}

double
seg_ab_theta(const SegAbMoments *arms, size_t count)
{
	double		n = 0;
	double		x = 0;
	double		y = 0;
	double		ss = 0;
	double		cross = 0;

	for (size_t a = 0; a < count; a++)
	{
		/* the parts within arms, and what their means add to them */
		double		m = (double) arms[a].n;
		double		dx = arms[a].covariate_mean - x;
		double		dy = arms[a].mean - y;
		double		share = m / (n + m);

		ss += arms[a].covariate_ss + dx * dx * n * share;
		cross += arms[a].cross + dx * dy * n * share;
		x += dx * share;
		y += dy * share;
		n += m;
	}
	return ss > 0 ? cross / ss : NAN;
}

double
seg_ab_sd(const SegAbMoments *arm)
{
	return arm->n < 2 ? NAN : sqrt(arm->ss / ((double) arm->n - 1));
}

/* The variance of the mean of y - theta x. */
static double
variance_of_mean(const SegAbMoments *arm, double theta)
{
	double		n = (double) arm->n;
	double		ss = arm->ss + theta * (theta * arm->covariate_ss - 2 * arm->cross);

	/* rounding may leave less than 0 of a perfect fit; NaN stays */
	return arm->n < 2 ? NAN : (ss < 0 ? 0 : ss) / (n - 1) / n;
}

static Difference
difference_of(const SegAbMoments *arm, const SegAbMoments *control, double theta)
{
	return (Difference) {
		.d = arm->mean - control->mean - theta * (arm->covariate_mean - control->covariate_mean),
		.v1 = variance_of_mean(arm, theta),
		.v0 = variance_of_mean(control, theta),
		.n1 = (double) arm->n,
		.n0 = (double) control->n,
	};
}

static Test
welch(const Difference *of, double level)
{
	double		v = of->v1 + of->v0;

	/* as shares of v, so that squares neither overflow nor vanish */
	double		r1 = of->v1 / v;
	double		r0 = of->v0 / v;
	Test		test = {{NAN, NAN}, NAN, NAN, NAN};

	if (!(v > 0 && isfinite(v)))
		return test;
	test.df = 1 / (r1 * r1 / (of->n1 - 1) + r0 * r0 / (of->n0 - 1));
	test.z = of->d / sqrt(v);
	test.p = seg_student_tail(test.z, test.df);
	test.bounds = around(of->d, seg_student_quantile(level, test.df) * sqrt(v));
	return test;
}

static Test
newcombe(const SegAbMoments *arm, const SegAbMoments *control, double level)
{
	double		n1 = (double) arm->n;
	double		n0 = (double) control->n;
	double		p = (double) (arm->ones + control->ones) / (n1 + n0);
	double		v = p * (1 - p) * (1 / n1 + 1 / n0);
	Test		test = {{NAN, NAN}, NAN, NAN, NAN};

	seg_newcombe(arm->ones, arm->n, control->ones, control->n, level, &test.bounds.lower, &test.bounds.upper);
	if (v > 0)
	{
		test.z = (arm->mean - control->mean) / sqrt(v);
		test.p = seg_chisq_tail(test.z * test.z, 1);
	}
	return test;
}

/* The variance of a share, with n. */
static double
variance_of_share(const SegAbMoments *arm)
{
	return arm->mean * (1 - arm->mean) / (double) arm->n;
}

SegAbBounds
seg_ab_mean_bounds(const SegAbMoments *arm, const SegAbPlan *plan)
{
	SegAbBounds bounds = {NAN, NAN};

	if (plan->binary)
		seg_wilson(arm->ones, arm->n, plan->level, &bounds.lower, &bounds.upper);
	else if (arm->n > 1 && arm->ss > 0)
		bounds = around(arm->mean, seg_student_quantile(plan->level, (double) arm->n - 1) * sqrt(variance_of_mean(arm, 0)));
	return bounds;
}

/* The lift and its bounds; q: the quantile.  A share of a mean of 0 or less says nothing. */
static void
put_lift(const SegAbMoments *arm, const SegAbMoments *control, const Difference *of, double q, SegAbComparison *out)
{
	double		ratio = arm->mean / control->mean;
	double		se = hypot(sqrt(of->v1) / arm->mean, sqrt(of->v0) / control->mean);

	out->lift = control->mean > 0 ? ratio - 1 : NAN;
	out->lift_bounds = (SegAbBounds) {NAN, NAN};
	if (arm->mean > 0 && control->mean > 0 && of->v1 + of->v0 > 0)
		out->lift_bounds = (SegAbBounds) {ratio * exp(-q * se) - 1, ratio * exp(q * se) - 1};
}

static void
put_always_valid(const Difference *of, const SegAbPlan *plan, SegAbComparison *out)
{
	double		alpha = 1 - plan->level;
	double		kappa = (-2 * log(alpha) + log1p(-2 * log(alpha))) / plan->tuning_n;
	double		k = (of->n1 + of->n0) * kappa;
	double		se = sqrt(of->v1 + of->v0);
	double		z = of->d / se;

	out->always_p = NAN;
	out->always_bounds = (SegAbBounds) {NAN, NAN};
	if (!(se > 0 && isfinite(se)))
		return;
	out->always_p = fmin(1, exp(log1p(k) / 2 - k / (k + 1) * z * z / 2));
	out->always_bounds = around(of->d, se * sqrt(2 * (k + 1) / k * (log1p(k) / 2 - log(alpha))));
}

static void
put_adjusted(const SegAbMoments *arm, const SegAbMoments *control, const SegAbPlan *plan, SegAbComparison *out)
{
	Difference	raw = difference_of(arm, control, 0);
	Difference	adjusted = difference_of(arm, control, plan->theta);
	Test		test = welch(&adjusted, plan->level);

	out->adjusted = adjusted.d;
	out->adjusted_bounds = test.bounds;
	out->adjusted_p = test.p;
	out->variance_ratio = (adjusted.v1 + adjusted.v0) / (raw.v1 + raw.v0);
}

SegAbComparison
seg_ab_compare(const SegAbMoments *arm, const SegAbMoments *control, const SegAbPlan *plan)
{
	SegAbComparison out;
	Difference	of = difference_of(arm, control, 0);
	Test		test;

	if (plan->binary)
	{
		of.v1 = variance_of_share(arm);
		of.v0 = variance_of_share(control);
		test = newcombe(arm, control, plan->level);
	}
	else
		test = welch(&of, plan->level);
	out.difference = of.d;
	out.difference_bounds = test.bounds;
	out.z = test.z;
	out.df = test.df;
	out.p = test.p;
	put_lift(arm, control, &of, plan->binary || isnan(test.df) ? normal_quantile(plan->level) : seg_student_quantile(plan->level, test.df), &out);
	put_always_valid(&of, plan, &out);
	put_adjusted(arm, control, plan, &out);
	return out;
}
