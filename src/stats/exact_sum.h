/*
 * exact_sum.h
 *		Sums of doubles that do not depend on the order of the addends.
 *
 * Floating-point addition is not associative, so a sum taken by two workers has
 * other bits than one taken by one.  Adding and subtracting a large constant
 *
 *		C = 1.5 * 2^52 * u,		r = (x + C) - C
 *
 * rounds x to the nearest multiple of u, exactly.  Sums of such multiples are
 * exact, hence associative, as long as they stay below 2^53 u: with at most n
 * addends of at most m in magnitude, any u >= n m 2^-53 will do.  We take two
 * grids, the second for what the first rounded away, n 2^-52 times finer: the
 * total error is below n * u2 / 2, about n^2 m 2^-106 (n = 1e6: m * 1e-20).
 *
 * The grids are set by bounds on n and max |x| that must be known beforehand and
 * be the same everywhere; where they are not, use SegWideSum, a 128-bit integer
 * in units of 2^-SEG_WIDE_FRACTION, for |x| below 2^SEG_WIDE_RANGE.
 *
 * Source: the pre-rounding step of J. Demmel and H. D. Nguyen, "Parallel
 * reproducible summation", IEEE Trans. Computers 64 (2015).
 */
#ifndef SEG_STATS_EXACT_SUM_H
#define SEG_STATS_EXACT_SUM_H

#include "base/port.h"

typedef struct SegGrid
{
	double		coarse;			/* 1.5 * 2^52 * u1 */
	double		fine;			/* 1.5 * 2^52 * u2 */
} SegGrid;

typedef struct SegExactSum
{
	double		high;			/* a multiple of u1 */
	double		low;			/* a multiple of u2 */
} SegExactSum;

/* The largest max |x| times n for which a grid exists. */
#define SEG_GRID_LIMIT 0x1.0p+1000

/*
 * A grid for at most n addends of at most max_abs in magnitude.  Both are
 * rounded up to powers of two first, so that nearly equal inputs share a grid.
 */
static inline SegGrid
seg_grid(double n, double max_abs)
{
	SegGrid		grid;
	int			n_exponent;
	int			x_exponent;
	int			u1;
	int			u2;

	Assert(n * max_abs <= SEG_GRID_LIMIT);
	(void) frexp(n < 1 ? 1 : n, &n_exponent);
	(void) frexp(max_abs, &x_exponent);
	if (max_abs < 0x1.0p-900)
		x_exponent = -900;
	u1 = n_exponent + x_exponent - 52;
	u2 = u1 + n_exponent - 52;
	grid.coarse = ldexp(1.5, u1 + 52);
	grid.fine = ldexp(1.5, u2 + 52);
	return grid;
}

/*
 * A grid for at most n addends, and whatever is taken away again, whose
 * magnitudes sum to at most total at any time: finer than seg_grid(n, total).
 */
static inline SegGrid
seg_grid_of_total(double n, double total)
{
	SegGrid		grid = seg_grid(1, total);
	int			n_exponent;

	(void) frexp(n < 1 ? 1 : n, &n_exponent);
	grid.fine = ldexp(grid.coarse, n_exponent - 52);
	return grid;
}

/* sum += x; in any order, the result has the same bits. */
static inline void
seg_exact_sum_add(SegExactSum *sum, SegGrid grid, double x)
{
	double		high = (x + grid.coarse) - grid.coarse;
	double		low = ((x - high) + grid.fine) - grid.fine;

	sum->high += high;
	sum->low += low;
}

/* sum -= x; the exact inverse of seg_exact_sum_add. */
static inline void
seg_exact_sum_subtract(SegExactSum *sum, SegGrid grid, double x)
{
	seg_exact_sum_add(sum, grid, -x);
}

/*
 * sum += weight * x, with the bits of adding x weight times when the weight is a
 * whole number; n in seg_grid() is then the sum of the weights.
 */
static inline void
seg_exact_sum_add_weighted(SegExactSum *sum, SegGrid grid, double x, double weight)
{
	double		high;
	double		low;

	if (weight != floor(weight))
	{
		seg_exact_sum_add(sum, grid, weight * x);
		return;
	}
	high = (x + grid.coarse) - grid.coarse;
	low = ((x - high) + grid.fine) - grid.fine;
	sum->high += weight * high;
	sum->low += weight * low;
}

static inline void
seg_exact_sum_merge(SegExactSum *into, const SegExactSum *other)
{
	into->high += other->high;
	into->low += other->low;
}

static inline double
seg_exact_sum_value(const SegExactSum *sum)
{
	return sum->high + sum->low;
}

/*
 * 128-bit fixed point: unit 2^-40 (about 1e-12), magnitude below 2^86 in total.
 * For amounts of money and the like, whose number is not known beforehand.
 */
#define SEG_WIDE_FRACTION 40
#define SEG_WIDE_RANGE 62		/* |x| < 2^62; 2^24 addends of that size fit */

typedef struct SegWideSum
{
	__int128	units;
} SegWideSum;

/* False, and nothing added, when x is not finite or out of range. */
static inline bool
seg_wide_add(SegWideSum *sum, double x)
{
	double		whole;
	double		part;

	if (!(fabs(x) < 0x1.0p+62))
		return false;
	part = modf(x, &whole);
	sum->units += ((__int128) (int64_t) whole * ((__int128) 1 << SEG_WIDE_FRACTION)) +
		(int64_t) nearbyint(ldexp(part, SEG_WIDE_FRACTION));
	return true;
}

static inline double
seg_wide_value(const SegWideSum *sum)
{
	return ldexp((double) sum->units, -SEG_WIDE_FRACTION);
}

/*
 * (high, low) += x with an error in the last bits of low only (D. Knuth's two-sum):
 * not order-free, but twice as exact, for any range.
 */
static inline void
seg_twofold_add(double sum[2], double x)
{
	double		high = sum[0] + x;
	double		part = high - sum[0];

	sum[1] += (sum[0] - (high - part)) + (x - part);
	sum[0] = high;
}

#endif							/* SEG_STATS_EXACT_SUM_H */
