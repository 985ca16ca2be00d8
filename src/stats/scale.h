/*
 * scale.h
 *		Converts one value from input units to the fitted space, and back.
 *
 * Distances are measured in the fitted space.  For each feature, nulls are filled,
 * log1p is applied, and the result is shifted and scaled.  standardize.h computes shift
 * and scale.  model/feature.h converts the rows that a model scores.
 */
#ifndef SEG_STATS_SCALE_H
#define SEG_STATS_SCALE_H

#include "base/port.h"

typedef enum SegStandardize
{
	SEG_STANDARDIZE_ZSCORE,		/* mean and sd (n - 1) */
	SEG_STANDARDIZE_ROBUST,		/* median and 1.4826 MAD */
	SEG_STANDARDIZE_MINMAX,		/* minimum and range */
	SEG_STANDARDIZE_NONE,		/* seg_scale_origin and 1 */
} SegStandardize;

typedef enum SegTransform
{
	SEG_TRANSFORM_NONE,
	SEG_TRANSFORM_LOG1P,
} SegTransform;

typedef enum SegNullPolicy
{
	SEG_NULL_ERROR,
	SEG_NULL_SKIP,
	SEG_NULL_MEAN,
	SEG_NULL_MEDIAN,
	SEG_NULL_ZERO,
} SegNullPolicy;

/* Larger magnitudes are refused: sums of their squares could overflow. */
#define SEG_MAX_MAGNITUDE 1e140

/* Smaller magnitudes count as zero, so different values have a squared distance above 0. */
#define SEG_MIN_MAGNITUDE 1e-140

/*
 * The origin for values from minimum to maximum: 0, or a point near their middle if all
 * values are more than twice their range away from 0.  The difference of a value and the
 * origin is exact: both are multiples of the last place of the smallest value, and the
 * difference is less than three quarters of that value.
 */
extern double seg_scale_origin(double minimum, double maximum);

/* A transformed value in the fitted space. */
static inline double
seg_fitted_value(double x, double shift, double inverse)
{
	double		z = (x - shift) * inverse;

	return fabs(z) < SEG_MIN_MAGNITUDE ? 0.0 : z;
}

/*
 * One value from input units to the fitted space and back.  `inverse` is
 * 1 / scale, or 0 where scale is 0.
 */
static inline double
seg_scale_value(SegTransform transform, double shift, double inverse, double x)
{
	if (transform == SEG_TRANSFORM_LOG1P)
		x = log1p(x);
	return seg_fitted_value(x, shift, inverse);
}

static inline double
seg_unscale_value(SegTransform transform, double shift, double scale, double z)
{
	double		x = fma(z, scale, shift);

	return transform == SEG_TRANSFORM_LOG1P ? expm1(x) : x;
}

/*
 * x, or the shortest decimal fraction within `error` of x.  Measured values are short
 * decimals, and so are many of their means.  The conversion to the fitted space and back
 * changes the last bits: 5 becomes 5.000000000000004.  A decimal is used only if its
 * last place is more than a thousand times the error, because every number is close to
 * some long decimal.
 */
extern double seg_shortest_within(double x, double error);

/*
 * The largest rounding error of a number x that was converted to the fitted space and
 * back: a few last places of the largest number in the computation.  IN spread: of the
 * values, if x is a mean; else 0.
 */
static inline double
seg_return_error(SegTransform transform, double shift, double x, double spread)
{
	double		size = fabs(x) + spread;

	if (transform == SEG_TRANSFORM_LOG1P)
		return 0x1.0p-50 * (1 + size) * (1 + fabs(shift) + log1p(size));
	return 0x1.0p-50 * (size + fabs(shift));
}

/*
 * Converts a value of the fitted space to input units, rounded by seg_shortest_within.
 * If scale is 0, the value was only transformed.
 */
extern double seg_input_value(SegTransform transform, double shift, double scale, double z);

/* 1 / scale, or 0 if there is no spread. */
static inline double
seg_scale_inverse(double scale)
{
	return scale > 0 ? 1 / scale : 0;
}

#endif							/* SEG_STATS_SCALE_H */
