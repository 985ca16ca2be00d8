/*
 * uplift.h
 *		Does a score tell whom a treatment helps?  The Qini curve and its coefficient.
 *
 * Rows are of two groups: treated, and control (not treated, chosen at random).  An outcome is a
 * hit.  From the highest score down, after the k-th distinct score, t and c are the treated and
 * control rows so far, and a and b their hits; T and C are all treated and control rows.  Then
 *
 *		m = b / c			the rate of the controls so far (0 while c = 0)
 *		q = (a - m t) / T	the Qini curve: hits that the treatment has added, for each treated row
 *		phi = (t + c) / (T + C)
 *
 * The last q is the uplift of all.  A score that says nothing about the uplift gives the straight
 * line from 0 to it.  The Qini coefficient is the area between the curve and this line:
 *
 *		Q = sum of w q,		w = (phi after - phi before) / 2,	less 1/2 for the last q
 *
 * (trapezoids; Radcliffe 2007).  Its variance is that of its influence function: with sums over
 * this and all later k, r = t / (T c), and v the middle of the curve in the own step,
 *
 *		U = (y sum(w) - sum(w m)) / T + v / (T + C)			of a treated row with outcome y
 *		U = sum(w r m) - y sum(w r) + v / (T + C)			of a control row
 *		var Q = T var_treated(U) + C var_control(U)			with divisors T - 1, C - 1
 *
 * In simulations without any effect, with a constant effect, and with planted uplift, the standard
 * error is the standard deviation of Q, and 95 % intervals hold in about 95 % (test/t/67_uplift.pl).
 */
#ifndef SEG_UPLIFT_UPLIFT_H
#define SEG_UPLIFT_UPLIFT_H

#include "base/port.h"
#include "stats/hit_bins.h"

enum
{
	SEG_UPLIFT_TREATED,
	SEG_UPLIFT_CONTROL,
	SEG_UPLIFT_GROUPS
};

typedef struct SegUpliftMetrics
{
	SegHits		totals[SEG_UPLIFT_GROUPS];
	double		qini;			/* NaN when a group has no rows */
	double		std_error;		/* NaN when a group has fewer than two rows */
} SegUpliftMetrics;

/* The two sums of one group in the variance. */
typedef struct SegUpliftStep
{
	double		rate;			/* m */
	double		curve;			/* q */
	double		weight;			/* w */
	double		control;		/* r */
} SegUpliftStep;

/* Rows with neighbouring scores. */
typedef struct SegUpliftBin
{
	SegHits		totals[SEG_UPLIFT_GROUPS];
	double		lowest;
	double		highest;
	double		mean;
	double		curve;			/* q at the end of the bin */
} SegUpliftBin;

/* IN hits[n][2], n > 0, by ascending score; SCRATCH steps[n].  O(n). */
extern SegUpliftMetrics seg_uplift_metrics(const SegHits *hits, size_t n, SegUpliftStep *steps);

/* The bins of seg_hit_bins: OUT split[bins]; returns how many.  O(n + bins). */
extern size_t seg_uplift_bins(const double *scores, const SegHits *hits, size_t n, int bins, SegUpliftBin *split);

#endif							/* SEG_UPLIFT_UPLIFT_H */
