/*
 * profile.h
 *		Compares the features of a cluster with all rows.
 */
#ifndef SEG_STATS_PROFILE_H
#define SEG_STATS_PROFILE_H

#include "base/port.h"

/* A cluster with a smaller |z| is average in a feature. */
#define SEG_PROFILE_NOTABLE 0.25

/* The distance of a mean from the overall mean in overall standard deviations; 0 without spread. */
static inline double
seg_profile_z(double mean, double overall_mean, double overall_sd)
{
	return overall_sd > 0 ? (mean - overall_mean) / overall_sd : 0;
}

/*
 * The mean divided by the overall mean.  NaN if this has no meaning: the overall mean is
 * not positive, the mean is negative, or the feature has negative values (minimum < 0)
 * and its overall mean is small (below a hundredth of overall_sd).
 */
extern double seg_profile_ratio(double mean, double overall_mean, double overall_sd, double minimum);

/*
 * True if the mean of a cluster is misleading.  Either it is more than twice the median
 * or less than half of it, so a few rows determine it.  Or the ratios of mean and median
 * to those of all rows are on different sides of 1.  A ratio of NaN is on no side.
 */
static inline bool
seg_profile_mean_misleads(double mean, double median, double mean_ratio, double median_ratio)
{
	return fabs(mean) > 2 * fabs(median) || fabs(median) > 2 * fabs(mean) ||
		(mean_ratio - 1) * (median_ratio - 1) < 0;
}

/*
 * Order features by descending strength.
 *
 * IN strength: d, no NaN.  OUT order: d places from 0; equal strengths are in the order
 * of their places.  Cost: d log d.
 */
extern void seg_profile_order(const double *strength, size_t d, uint32_t *order);

#endif							/* SEG_STATS_PROFILE_H */
