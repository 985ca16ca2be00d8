/*
 * moments_parts.h
 *		Where the parts of a SegMoments stand; for the files of moments alone.
 */
#ifndef SEG_STATS_MOMENTS_PARTS_H
#define SEG_STATS_MOMENTS_PARTS_H

#include "stats/moments.h"

/* What a small state lacks is NULL. */
typedef struct SegMomentsParts
{
	uint64_t   *missing;
	uint8_t    *logs;
	double	   *rows;
	double	   *shift;
	double	   *input_sum;		/* high and low part for each feature; with logs only */
	double	   *mean;
	SegTally   *tallies;
	double	   *packed;
} SegMomentsParts;

extern SegMomentsParts seg_moments_parts(const SegMoments *state);

#endif							/* SEG_STATS_MOMENTS_PARTS_H */
