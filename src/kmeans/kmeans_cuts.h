/*
 * kmeans_cuts.h
 *		Counts values between cuts, and finds quartiles from the counts.
 *
 * Each quartile has a pair of cuts between which it probably is.  A pass over the values
 * counts how many are below, at, between and above the cuts, and keeps the values between
 * the two cuts of a pair.  The counts tell at which cut or in which of the kept values
 * the rank of the quartile is; then selection finds it.  A value that many rows share is
 * a cut itself, so it is not kept.
 *
 * A cell is one cluster and one feature.  Four features are processed in SIMD lanes.
 */
#ifndef SEG_KMEANS_KMEANS_CUTS_H
#define SEG_KMEANS_KMEANS_CUTS_H

#include "base/port.h"
#include "base/vec.h"
#include "stats/quantiles.h"

/* Two cuts for each quartile; places below, at and above each cut. */
#define SEG_CUTS_MOST ((size_t) 6)
#define SEG_CUTS_PLACES (2 * SEG_CUTS_MOST + 1)

/*
 * The cuts of a cluster in four features.  Each cut has two bounds: the largest number
 * below it, and the cut.  A value is in place p if p bounds are below it: odd places
 * are cuts, even places are between cuts.  Bit p of `kept`: values of place p are kept.
 */
typedef struct SegCuts
{
	double		bounds[2 * SEG_CUTS_MOST][4];
	int64_t		kept[4];
} SegCuts;

/* The values that are kept for a cell. */
typedef struct SegCutsRoom
{
	double	   *values;			/* size, and one more that is overwritten */
	size_t		used;
	size_t		size;			/* used > size: there were too many */
	size_t		done;			/* the number of lowest values that are in sorted position */
} SegCutsRoom;

/*
 * Set the cuts of one feature.  IN low, high: m pairs, m at most 3.  OUT cuts: bounds and
 * kept places of `lane`.
 */
extern void seg_cuts_set(SegCuts *cuts, size_t lane, const double *low, const double *high, size_t m);

/*
 * Count four values in their places, and keep the values of kept places.  INOUT
 * counts[4][SEG_CUTS_PLACES], rooms[4].
 */
SEG_ALWAYS_INLINE void
seg_cuts_count_four(const SegVec4d *x, const SegCuts *cuts, uint32_t *counts, SegCutsRoom *rooms)
{
	SegVec4q	place = {0};
	SegVec4q	keep;

#pragma GCC unroll 12
	for (size_t b = 0; b < 2 * SEG_CUTS_MOST; b++)
		place -= *x > *(const SegVec4d *) cuts->bounds[b];
	keep = *(const SegVec4q *) cuts->kept >> place & 1;
#pragma GCC unroll 4
	for (size_t l = 0; l < 4; l++)
		counts[l * SEG_CUTS_PLACES + place[l]]++;
	if ((keep[0] | keep[1] | keep[2] | keep[3]) == 0)
		return;
	/* no branch per value: all four are written, the kept ones are not overwritten */
#pragma GCC unroll 4
	for (size_t l = 0; l < 4; l++)
	{
		SegCutsRoom *room = &rooms[l];

		room->values[room->used < room->size ? room->used : room->size] = (*x)[l];
		room->used += keep[l];
	}
}

/*
 * OUT *quantile: the quantile part / 4 of the n values of a cell.  IN cuts: the feature is
 * `lane`.  IN counts[SEG_CUTS_PLACES].  INOUT room: its values are reordered; call it with
 * ascending parts.  Returns false if a value that is needed was not kept.
 */
extern bool seg_cuts_quantile(const SegCuts *cuts, size_t lane, const uint32_t *counts, SegCutsRoom *room, size_t n,
							  size_t part, SegQuantile *quantile);

#endif							/* SEG_KMEANS_KMEANS_CUTS_H */
