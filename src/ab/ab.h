/*
 * ab.h
 *		Compares the arms of a test: differences from a control arm, with bounds and p-values.
 *
 * Outcomes are binary (all are 0 or 1) or numbers.  For arm 1 and the control 0, with n rows, mean m
 * and variance s^2 (with n - 1; for a share p it is p (1 - p)):
 *
 *		difference		d = m1 - m0
 *		binary			bounds by Newcombe's method 10; z = d / sqrt(p (1 - p) (1/n1 + 1/n0)) with the share p of
 *						both arms together
 *		numbers			t = d / se, se^2 = v1 + v0, v = s^2 / n, with (v1 + v0)^2 / (v1^2 / (n1 - 1) + v0^2 / (n0 - 1))
 *						degrees of freedom (B. L. Welch, 1947)
 *		lift			m1 / m0 - 1, for m0 above 0; bounds: ln(m1 / m0) +- q sqrt(v1 / m1^2 + v0 / m0^2) (delta
 *						method), for means above 0, q as for the difference: normal for shares, else Student
 *		adjusted		as numbers, on y - theta x, with theta = cov(y, x) / var(x) over the rows of all arms
 *						(A. Deng, Y. Xu, R. Kohavi, T. Walker, "Improving the sensitivity of online controlled
 *						experiments by utilizing pre-experiment data", WSDM 2013)
 *		always valid	N = n1 + n0, z = d / se, kappa = (-2 ln alpha + ln(1 - 2 ln alpha)) / N*,
 *						p = min(1, sqrt(N kappa + 1) exp(-N kappa / (N kappa + 1) z^2 / 2)),
 *						bounds d +- se sqrt(2 (N kappa + 1) / (N kappa) ln(sqrt(N kappa + 1) / alpha)),
 *						which hold at all times together, however often one looks (H. Robbins, "Statistical methods
 *						related to the law of the iterated logarithm", 1970; I. Waudby-Smith et al., "Time-uniform
 *						central limit theory and asymptotic confidence sequences", 2021)
 *
 * What cannot be computed is NaN: a variance of one row, a test without variance.
 */
#ifndef SEG_AB_AB_H
#define SEG_AB_AB_H

#include "base/port.h"
#include "base/status.h"

/* The rows of an arm.  ss: sum of squared deviations from the mean. */
typedef struct SegAbMoments
{
	uint64_t	n;
	uint64_t	ones;			/* outcomes that are 1; of use when all are 0 or 1 */
	double		mean;
	double		ss;
	double		covariate_mean; /* 0, as the next two, without a covariate */
	double		covariate_ss;
	double		cross;			/* sum of the products of both deviations */
} SegAbMoments;

/* What is asked for. */
typedef struct SegAbPlan
{
	bool		binary;
	double		level;			/* of the bounds, between 0 and 1 */
	double		tuning_n;		/* N*: rows at which the always-valid bounds are tightest, above 0 */
	double		theta;			/* of seg_ab_theta; NaN: no adjusted figures */
} SegAbPlan;

typedef struct SegAbBounds
{
	double		lower;
	double		upper;
} SegAbBounds;

typedef struct SegAbComparison
{
	double		difference;
	SegAbBounds difference_bounds;
	double		z;				/* numbers: Welch's t */
	double		df;				/* numbers: degrees of freedom */
	double		p;				/* two-sided */
	double		lift;
	SegAbBounds lift_bounds;
	double		adjusted;
	SegAbBounds adjusted_bounds;
	double		adjusted_p;
	double		variance_ratio; /* of the adjusted difference to the difference */
	double		always_p;
	SegAbBounds always_bounds;
} SegAbComparison;

/* The slope of the outcome by the covariate over IN arms[count]; NaN when the covariate is constant. */
extern double seg_ab_theta(const SegAbMoments *arms, size_t count);

/* The standard deviation of the outcome, with n - 1; NaN for one row. */
extern double seg_ab_sd(const SegAbMoments *arm);

/* The bounds of an arm's mean: Wilson's for binary outcomes, else by Student's t. */
extern SegAbBounds seg_ab_mean_bounds(const SegAbMoments *arm, const SegAbPlan *plan);

/* An arm against the control. */
extern SegAbComparison seg_ab_compare(const SegAbMoments *arm, const SegAbMoments *control, const SegAbPlan *plan);

#endif							/* SEG_AB_AB_H */
