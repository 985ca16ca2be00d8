/*
 * sums.h
 *		Order-free sums (sum.h) of whole rows, one sum per feature.
 *
 * The parts of the sums and of the grids stand in arrays of their own, so that
 * the loop over the features is one over neighbours.
 */
#ifndef SEG_CORE_SUMS_H
#define SEG_CORE_SUMS_H

#include "core/arena.h"
#include "core/sum.h"

typedef struct SegGrids
{
	double	   *coarse;			/* d */
	double	   *fine;			/* d */
} SegGrids;

/* d sums, or several rows of them. */
typedef struct SegSums
{
	double	   *high;
	double	   *low;
} SegSums;

static inline SegGrids
seg_grids_take(SegArena *arena, size_t d)
{
	SegGrids	grids = {seg_arena_take(arena, d, sizeof(double)), seg_arena_take(arena, d, sizeof(double))};

	return grids;
}

static inline void
seg_grids_set(const SegGrids *grids, size_t j, SegGrid grid)
{
	grids->coarse[j] = grid.coarse;
	grids->fine[j] = grid.fine;
}

/* Zeroed sums; count of them. */
static inline SegSums
seg_sums_take(SegArena *arena, size_t count)
{
	SegSums		sums = {seg_arena_take(arena, count, sizeof(double)), seg_arena_take(arena, count, sizeof(double))};

	if (sums.low != NULL)
	{
		memset(sums.high, 0, count * sizeof(double));
		memset(sums.low, 0, count * sizeof(double));
	}
	return sums;
}

#define SEG_SUMS_SIZE(count) (2 * ((count) * sizeof(double) + SEG_ARENA_ALIGN))

static inline double
seg_sums_value(const SegSums *sums, size_t at)
{
	return sums->high[at] + sums->low[at];
}

/*
 * sums[at + j] += weight * x[j] for all j < d.  A whole weight multiplies what
 * stands on the grid, so that it counts like so many additions; the bits are
 * those of seg_sum_add_weighted.
 */
SEG_ALWAYS_INLINE void
seg_sums_add(const SegSums *sums, size_t at, const SegGrids *grids, const double *x, size_t d, double weight)
{
	bool		is_whole = weight == floor(weight);
	double		parts = is_whole ? weight : 1;
	double		factor = is_whole ? 1 : weight;
	double	   *restrict high = sums->high + at;
	double	   *restrict low = sums->low + at;
	const double *restrict coarse = grids->coarse;
	const double *restrict fine = grids->fine;

	for (size_t j = 0; j < d; j++)
	{
		double		value = x[j] * factor;
		double		upper = (value + coarse[j]) - coarse[j];
		double		lower = ((value - upper) + fine[j]) - fine[j];

		high[j] += upper * parts;
		low[j] += lower * parts;
	}
}

#endif							/* SEG_CORE_SUMS_H */
