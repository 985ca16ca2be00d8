/*
 * centers.h
 *		The distances of one row to all centers.
 *
 * Every squared distance in the project is the same sum in the same order,
 *
 *		s_0 = 0,	s_j = fma(z_j - c_j, z_j - c_j, s_j-1),		d2 = s_d
 *
 * whether rows or centers are side by side in the lanes.  So a fit, which packs
 * rows, and a score, which packs centers, agree on every bit and on every tie.
 */
#ifndef SEG_STATS_CENTERS_H
#define SEG_STATS_CENTERS_H

#include "base/port.h"

/* Centers side by side: lane c of feature j is by_feature[j * stride + c]. */
typedef struct SegCenters
{
	size_t		k;
	size_t		d;
	size_t		stride;			/* k rounded up to SEG_CENTER_LANES */
	double	   *by_feature;		/* d x stride; lanes from k on are zero */
} SegCenters;

#define SEG_CENTER_LANES ((size_t) 8)

static inline size_t
seg_centers_stride(size_t k)
{
	return (k + SEG_CENTER_LANES - 1) / SEG_CENTER_LANES * SEG_CENTER_LANES;
}

/* Lay centers (IN k x d, row by row) side by side; OUT by_feature d x stride. */
extern void seg_centers_pack(SegCenters *packed, const double *centers, size_t k, size_t d,
							 double *by_feature);

/*
 * Squared distances of a row to all centers.
 *
 * IN z: d, fitted space.  OUT d2: stride.  Cost: d * stride multiplications.
 */
extern void seg_centers_distances(const SegCenters *packed, const double *z, double *d2);

typedef struct SegNearest
{
	size_t		first;			/* the nearest center; the lowest of equals */
	size_t		second;			/* the next one; == first when k is 1 */
	double		first_d2;
	double		second_d2;
} SegNearest;

/* The two smallest of d2[0 .. k - 1]. */
extern SegNearest seg_centers_nearest(const double *d2, size_t k);

#endif							/* SEG_STATS_CENTERS_H */
