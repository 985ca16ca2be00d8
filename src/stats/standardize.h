/*
 * standardize.h
 *		The rows of a fit brought to the space in which distances are measured.
 *
 * All figures are order-free (stats/exact_sum.h), weights count as stats/weights.h says,
 * and a feature without spread gets scale 0 and takes no part in any distance.
 *
 * Where values are far from zero and their range is small, they are taken from an origin
 * among them, exactly, before they are summed or squared.  So the rounding error is a
 * share of the range, not of the values.
 */
#ifndef SEG_STATS_STANDARDIZE_H
#define SEG_STATS_STANDARDIZE_H

#include "base/arena.h"
#include "base/status.h"
#include "stats/matrix.h"
#include "stats/scale.h"

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

/* Bytes of workspace for n rows of d features. */
extern size_t seg_standardize_workspace(size_t n, size_t d, bool weighted);

/*
 * Bring all rows to the fitted space, in place.
 *
 * INOUT rows: NaN where a value is null.  IN weights: n, or NULL for ones.
 * IN total: the sum of the weights.  INOUT scales: d.  OUT position: the feature
 * at fault, from 1.
 * A feature with scale 0 keeps its transformed values in the matrix.
 * Returns SEG_OK, SEG_RANGE_TOO_WIDE or SEG_LOG_DOMAIN.  Cost: five passes.
 */
extern SegStatus seg_standardize_rows(SegMatrix *rows, const double *weights, double total,
									  SegStandardize standardize, SegNullPolicy null_policy,
									  bool has_nulls, SegScale *scales, SegArena workspace, size_t *position);

#endif							/* SEG_STATS_STANDARDIZE_H */
