/*
 * cluster_spread.c
 *		The distance of a row from its cluster; see cluster_spread.h.
 */
#include "anomaly/cluster_spread.h"

#include "base/limits.h"
#include "kmeans/kmeans.h"

/* OUT fitted[d]; returns the squared distance to the nearest center. */
static double
nearest(const SegClusterSpread *spread, const double *z, double *fitted, size_t *cluster)
{
	double		d2[SEG_KMEANS_MAX_K + SEG_CENTER_BLOCK];
	SegNearest	found;

	Assert(spread->k <= SEG_KMEANS_MAX_K && spread->d <= SEG_MAX_FEATURES);
	for (size_t j = 0; j < spread->d; j++)
		fitted[j] = seg_scale_value(SEG_TRANSFORM_NONE, spread->shift[j],
									seg_scale_inverse(spread->scale[j]), z[j]);
	seg_nearest_distances(&spread->packed, fitted, d2);
	found = seg_nearest_find(d2, spread->k);
	*cluster = found.first;
	return found.first_d2;
}

static double
in_spreads(double d2, double variance)
{
	if (isnan(d2))
		return INFINITY;
	return d2 > 0 ? d2 / variance : 0;
}

double
seg_cluster_spread_distance2(const SegClusterSpread *spread, const double *z, size_t *cluster)
{
	double		fitted[SEG_MAX_FEATURES];
	double		d2 = nearest(spread, z, fitted, cluster);

	return in_spreads(d2, spread->variances[*cluster]);
}

double
seg_cluster_spread_attribute(const SegClusterSpread *spread, const double *z, double *parts, size_t *cluster)
{
	double		fitted[SEG_MAX_FEATURES];
	double		d2 = nearest(spread, z, fitted, cluster);
	const double *center = spread->centers + *cluster * spread->d;

	for (size_t j = 0; j < spread->d; j++)
		parts[j] = in_spreads((fitted[j] - center[j]) * (fitted[j] - center[j]), spread->variances[*cluster]);
	return in_spreads(d2, spread->variances[*cluster]);
}
