/*
 * exact_sum.h
 *		Sums of doubles that do not depend on the order of the addends.
 *
 * Floating-point addition is not associative, so two workers can give other bits than
 * one worker.  Adding and subtracting a large constant
 *
 *		C = 1.5 * 2^52 * u,		r = (x + C) - C
 *
 * rounds x to the nearest multiple of u, exactly.  Sums of such multiples are
 * exact and therefore associative, as long as they stay below 2^53 u.  For at most n
 * addends of at most m in magnitude, any u >= n m 2^-53 is sufficient.  There are two
 * grids.  The second one is n 2^-52 times finer and sums the rounding errors of the
 * first.  The total error is below n * u2 / 2, about n^2 m 2^-106 (n = 1e6: m * 1e-20).
 *
 * The grids depend on bounds of n and max |x|.  These must be known before the first
 * addend and be equal in all workers.  If they are not known, use SegWideSum: a 128-bit
 * integer in units of 2^-SEG_WIDE_FRACTION, for |x| below 2^SEG_WIDE_RANGE.
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
 * A grid for at most n addends of at most max_abs in magnitude.  Both are first
 * rounded up to powers of two, so nearly equal inputs have the same grid.
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
 * A grid for at most n addends whose magnitudes sum to at most `total` at any time.
 * Addends may be subtracted again.  The grid is finer than seg_grid(n, total).
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

/* sum += x.  The bits of the result do not depend on the order. */
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
 * sum += weight * x.  If the weight is a whole number, the bits are those of adding x
 * `weight` times; n in seg_grid() is then the sum of the weights.
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
 * It is for values such as amounts of money whose number is not known before.
 */
#define SEG_WIDE_FRACTION 40
#define SEG_WIDE_RANGE 62		/* |x| < 2^62; the sum of 2^24 such addends fits */

typedef struct SegWideSum
{
	__int128	units;
} SegWideSum;

/* sum += x.  Returns false and adds nothing if x is not finite or out of range. */
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
 * (high, low) += x with an error only in the last bits of low (D. Knuth's two-sum).
 * The result depends on the order, but has twice the digits, for any range.
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
