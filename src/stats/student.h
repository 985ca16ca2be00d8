/*
 * student.h
 *		Student's t distribution.
 *
 * With x = df / (df + t^2) the two-sided tail is a regularised incomplete beta function:
 *
 *		P(|T| > |t|) = I_x(df / 2, 1 / 2)
 *
 * It is computed by its continued fraction (DLMF 8.17.22).  For many degrees of freedom the
 * fraction is long; there t is turned into a normal value by the expansion of G. W. Hill,
 * "Student's t-distribution", Algorithm 395, Comm. ACM 13 (1970).
 */
#ifndef SEG_STATS_STUDENT_H
#define SEG_STATS_STUDENT_H

#include "base/port.h"

/* P(|T| > |t|) for T with df > 0 degrees of freedom, which need not be a whole number; NaN for NaN. */
extern double seg_student_tail(double t, double df);

/* The t >= 0 with P(|T| <= t) = level, 0 < level < 1, df >= 1. */
extern double seg_student_quantile(double level, double df);

#endif							/* SEG_STATS_STUDENT_H */
