/*
 * cluster_spread.h
 *		How far a row lies from its cluster, in units of that cluster's own spread.
 *
 *		D2(z) = |z - center|^2 / variance,	variance = inertia / (weight * df)
 *
 * of the nearest center, with df the features that have spread.  If the rows of a
 * cluster are normal and alike in all directions D2 is chi-square with df degrees
 * of freedom, so it is scored as a Mahalanobis distance is.  The same
 * distance is more anomalous in a tight cluster than in a loose one.
 */
#ifndef SEG_ANOMALY_CLUSTER_SPREAD_H
#define SEG_ANOMALY_CLUSTER_SPREAD_H

#include "base/port.h"
#include "stats/nearest.h"
#include "stats/scale.h"

typedef struct SegClusterSpread
{
	size_t		k;
	size_t		d;
	uint32_t	df;				/* features with spread */
	double	   *shift;			/* d, transformed units */
	double	   *scale;			/* d; 0: no spread */
	double	   *centers;		/* k x d, fitted space */
	double	   *variances;		/* k; 0: all its rows are at its center */
	SegPackedCenters packed;	/* the centers again */
} SegClusterSpread;

/*
 * D2 of IN z[d], transformed but not scaled; infinity when it overflows, or away
 * from a center without variance.  OUT cluster: the place of the nearest center.
 */
extern double seg_cluster_spread_distance2(const SegClusterSpread *spread, const double *z, size_t *cluster);

/* OUT parts[d] that add up to the D2 returned, none of them negative. */
extern double seg_cluster_spread_attribute(const SegClusterSpread *spread, const double *z, double *parts,
										   size_t *cluster);

#endif							/* SEG_ANOMALY_CLUSTER_SPREAD_H */
