/*
 * profile.h
 *		What sets a cluster apart: its features against the whole.
 */
#ifndef SEG_STATS_PROFILE_H
#define SEG_STATS_PROFILE_H

#include "base/port.h"

/* Below this |z| a cluster counts as average in a feature. */
#define SEG_PROFILE_NOTABLE 0.25

/* How far a mean is from the overall one, in overall standard deviations; 0 without spread. */
static inline double
seg_profile_z(double mean, double overall_mean, double overall_sd)
{
	return overall_sd > 0 ? (mean - overall_mean) / overall_sd : 0;
}

/*
 * The mean as a multiple of the overall mean, NaN where that says nothing: the
 * overall mean is not positive, the mean is negative, or the feature takes
 * negative values (minimum < 0) and its overall mean is lost in the spread
 * (below a hundredth of overall_sd).
 */
extern double seg_profile_ratio(double mean, double overall_mean, double overall_sd, double minimum);

/*
 * Does a cluster's mean mislead?  It is more than twice its median or less than half of
 * it, so that a few rows make it; or the two, as multiples of those of all rows, lie on
 * different sides of 1.  A ratio of NaN is on no side.
 */
static inline bool
seg_profile_mean_misleads(double mean, double median, double mean_ratio, double median_ratio)
{
	return fabs(mean) > 2 * fabs(median) || fabs(median) > 2 * fabs(mean) ||
		(mean_ratio - 1) * (median_ratio - 1) < 0;
}

/*
 * Order features by falling strength.
 *
 * IN strength: d.  OUT order: d places from 0; equal strengths keep the order of
 * the places.  Cost: d log d.  A strength may not be NaN.
 */
extern void seg_profile_order(const double *strength, size_t d, uint32_t *order);

#endif							/* SEG_STATS_PROFILE_H */
