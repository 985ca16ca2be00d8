/*
 * nearest.h
 *		The distances of one row to all centers, and the nearest of them.
 *
 * Distances to several centers are computed together, as stats/distance.h defines them.
 */
#ifndef SEG_STATS_NEAREST_H
#define SEG_STATS_NEAREST_H

#include "base/port.h"

/* Centers by feature: feature j of center c is by_feature[j * stride + c]. */
typedef struct SegPackedCenters
{
	size_t		k;
	size_t		d;
	size_t		stride;			/* k rounded up to SEG_CENTER_BLOCK */
	double	   *by_feature;		/* d x stride; zero from c = k on */
} SegPackedCenters;

#define SEG_CENTER_BLOCK ((size_t) 8)

static inline size_t
seg_nearest_stride(size_t k)
{
	return (k + SEG_CENTER_BLOCK - 1) / SEG_CENTER_BLOCK * SEG_CENTER_BLOCK;
}

/* Store centers (IN k x d, row by row) by feature; OUT by_feature d x stride. */
extern void seg_nearest_pack(SegPackedCenters *packed, const double *centers, size_t k, size_t d,
							 double *by_feature);

/*
 * Squared distances of a row to all centers.
 *
 * IN z: d, fitted space.  OUT d2: stride.  Cost: d * stride multiplications.
 */
extern void seg_nearest_distances(const SegPackedCenters *packed, const double *z, double *d2);

typedef struct SegNearest
{
	size_t		first;			/* the nearest center; the lowest of equals */
	size_t		second;			/* the second nearest; == first if k is 1 */
	double		first_d2;
	double		second_d2;
} SegNearest;

/* The two smallest of d2[0 .. k - 1]. */
extern SegNearest seg_nearest_find(const double *d2, size_t k);

#endif							/* SEG_STATS_NEAREST_H */
