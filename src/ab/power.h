/*
 * power.h
 *		How many rows a test needs, and what a test with so many rows can see.
 *
 * Two arms of n rows each, a two-sided test at alpha, z the normal quantile at 1 - alpha / 2:
 *
 *		shares		power = Phi((sqrt(n) |p1 - p0| - z sqrt((p1 + p0) (1 - (p1 + p0) / 2))) /
 *							sqrt(p1 (1 - p1) + p0 (1 - p0)))
 *		means		power = P(T > t), T noncentral t with 2 (n - 1) degrees of freedom and noncentrality
 *							sqrt(n / 2) d, d the difference in standard deviations, t Student's quantile
 *
 * as power.prop.test and power.t.test in R (J. Fleiss, "Statistical Methods for Rates and Proportions",
 * 1981; J. Cohen, "Statistical Power Analysis", 1988).  The chance to reject on the wrong side does not count.
 * n need not be a whole number.
 */
#ifndef SEG_AB_POWER_H
#define SEG_AB_POWER_H

#include "base/port.h"

/* Beyond so many rows in an arm nothing is looked for. */
#define SEG_POWER_MOST_ROWS 1e15

/* The power of n > 0 rows in each arm, shares p0 and p1 within 0 .. 1. */
extern double seg_power_shares(double n, double p0, double p1, double alpha);

/* The power of n >= 2 rows in each arm for means that differ by d >= 0 standard deviations.  Cost: a thousand exponentials. */
extern double seg_power_means(double n, double d, double alpha);

/* The n with that power, 0 < alpha, power < 1; infinite when it is above SEG_POWER_MOST_ROWS. */
extern double seg_power_rows_shares(double p0, double p1, double alpha, double power);
extern double seg_power_rows_means(double d, double alpha, double power);

/* The least p1 > p0 with that power; NaN when not even 1 has it. */
extern double seg_power_share(double n, double p0, double alpha, double power);

/* The least d with that power. */
extern double seg_power_difference(double n, double alpha, double power);

#endif							/* SEG_AB_POWER_H */
