/*
 * detectable.h
 *		The smallest difference that a test of two shares tells with a given power.
 */
#ifndef SEG_CAMPAIGN_DETECTABLE_H
#define SEG_CAMPAIGN_DETECTABLE_H

#include "base/port.h"

/* The z with P(Z <= z) = p of the normal distribution, 0.5 <= p < 1. */
extern double seg_normal_upper(double p);

/*
 * The smallest d > 0 such that the two-sided test of the share p + d in n rows against the share p in
 * control_n rows, at that level (0.95), is significant with that power (0.5 to 1).  NaN if even a share of 1
 * is not told.  The other tail of the test is left out, as is usual.
 *
 * Source: J. Fleiss, "Statistical methods for rates and proportions" (1981), chapter 3, without the
 * correction for continuity; for equal n the figures of R's power.prop.test.
 */
extern double seg_detectable_share(double p, double n, double control_n, double level, double power);

#endif							/* SEG_CAMPAIGN_DETECTABLE_H */
