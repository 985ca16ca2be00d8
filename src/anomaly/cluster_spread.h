/*
 * cluster_spread.h
 *		The distance of a row from its cluster, in units of the spread of that cluster.
 *
 *		D2(z) = |z - center|^2 / variance,	variance = inertia / (weight * df)
 *
 * for the nearest center, with df the number of features with spread.  If the rows of a
 * cluster are normal with the same variance in all directions, D2 is chi-square with df
 * degrees of freedom, so it is scored like a Mahalanobis distance.  The same distance is
 * more anomalous in a cluster with a small spread.
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
	double	   *variances;		/* k; 0: all rows of the cluster are at its center */
	SegPackedCenters packed;	/* the same centers */
} SegClusterSpread;

/*
 * D2 of IN z[d], transformed but not scaled.  Infinity if it overflows, or if the row is
 * not at its center and the variance is 0.  OUT cluster: the place of the nearest center.
 */
extern double seg_cluster_spread_distance2(const SegClusterSpread *spread, const double *z, size_t *cluster);

/* OUT parts[d]: not negative; their sum is the D2 returned. */
extern double seg_cluster_spread_attribute(const SegClusterSpread *spread, const double *z, double *parts,
										   size_t *cluster);

#endif							/* SEG_ANOMALY_CLUSTER_SPREAD_H */
