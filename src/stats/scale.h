/*
 * scale.h
 *		From input units to the space in which distances are measured.
 *
 * Per feature: nulls are filled, log1p is taken, and what results is shifted
 * and scaled.  All figures are order-free (stats/exact_sum.h), weights count as
 * stats/weights.h says, and a feature without spread gets scale 0 and takes no part
 * in any distance.
 *
 * Values far from zero, next to which their range is small, are taken from an origin
 * among them, exactly, before they are summed or squared.  So what is lost to
 * rounding is a share of the range, not of the values.
 */
#ifndef SEG_STATS_SCALE_H
#define SEG_STATS_SCALE_H

#include "base/arena.h"
#include "base/status.h"
#include "stats/matrix.h"

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

/* Larger magnitudes are refused: their squares could not be summed. */
#define SEG_MAX_MAGNITUDE 1e140

/* Smaller ones count as zero: different values have a squared distance above 0. */
#define SEG_MIN_MAGNITUDE 1e-140

/* One feature.  IN: transform; all else is OUT. */
typedef struct SegScale
{
	SegTransform transform;
	double		shift;			/* transformed units; where all values stand when scale is 0 */
	double		scale;			/* transformed units; 0: no spread */
	double		fill;			/* input units */
	uint64_t	imputed;
	double		minimum;		/* input units, as are the next three */
	double		maximum;
	double		mean;
	double		sd;				/* over seg_weights_freedom(): n - 1 without weights */
	double		max_abs;		/* of the values as they stand in the matrix now */
	double		center;			/* mean and sd of these, 0 where scale is 0 */
	double		spread;
} SegScale;

/*
 * The origin for values from minimum to maximum: 0, or where all are more than twice
 * their range away from it, a point near their middle.  Its distance from any of them
 * is exact: both are multiples of the last place of the smallest, and the difference
 * is less than three quarters of it.
 */
extern double seg_scale_origin(double minimum, double maximum);

/* Bytes of workspace for n rows of d features. */
extern size_t seg_scale_workspace(size_t n, size_t d, bool weighted);

/*
 * Bring all rows to the fitted space, in place.
 *
 * INOUT rows: NaN where a value is null.  IN weights: n, or NULL for ones.
 * IN total: the sum of the weights.  INOUT scales: d.  OUT position: the feature
 * at fault, from 1.
 * A feature with scale 0 keeps its transformed values in the matrix.
 * Returns SEG_OK, SEG_RANGE_TOO_WIDE or SEG_LOG_DOMAIN.  Cost: five passes.
 */
extern SegStatus seg_scale_rows(SegMatrix *rows, const double *weights, double total,
								SegStandardize standardize, SegNullPolicy null_policy,
								bool has_nulls, SegScale *scales, SegArena workspace, size_t *position);

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
 * x, or the shortest decimal fraction within `error` of it.  What users measure are
 * short decimals, and so are many means of these; on the way to the fitted space and
 * back they lose their last bits: 5 comes back as 5.000000000000004.  A decimal is
 * taken only where it is a thousand times as short as the error is small, since any
 * number is near some long one.
 */
extern double seg_shortest_within(double x, double error);

/*
 * How far a number x that came back from the fitted space may be off: a few places of
 * the largest number that it was added to on the way.  `spread`: of what it is a mean
 * of, else 0.
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
 * A value of the fitted space as people wrote it: with seg_unscale_value's result
 * rounded by seg_shortest_within.  Where scale is 0 the value was only transformed.
 */
extern double seg_input_value(SegTransform transform, double shift, double scale, double z);

/* 1 / scale, or 0 where there is no spread. */
static inline double
seg_scale_inverse(double scale)
{
	return scale > 0 ? 1 / scale : 0;
}

#endif							/* SEG_STATS_SCALE_H */
