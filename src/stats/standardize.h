/*
 * standardize.h
 *		Converts the rows of a fit to the fitted space, where distances are measured.
 *
 * The figures do not depend on the order of rows (stats/exact_sum.h).  stats/weights.h
 * describes weights.  A feature without spread has scale 0 and does not influence
 * distances.
 *
 * If values are far from zero and their range is small, an origin near them is
 * subtracted, exactly, before they are summed or squared.  So the rounding error is
 * relative to the range, not to the values.
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
	double		shift;			/* transformed units; the value of all rows if scale is 0 */
	double		scale;			/* transformed units; 0: no spread */
	double		fill;			/* input units */
	uint64_t	imputed;
	double		minimum;		/* input units, like the next three */
	double		maximum;
	double		mean;
	double		sd;				/* over seg_weights_freedom(): n - 1 without weights */
	double		max_abs;		/* of the values in the matrix now */
	double		center;			/* mean and sd of these; 0 if scale is 0 */
	double		spread;
} SegScale;

/* Bytes of workspace for n rows of d features. */
extern size_t seg_standardize_workspace(size_t n, size_t d, bool weighted);

/*
 * Convert all rows to the fitted space, in place.
 *
 * INOUT rows: NaN for null.  IN weights: n, or NULL for ones.  IN total: the sum of the
 * weights.  INOUT scales: d.  OUT position: the feature with the error, from 1.
 * A feature with scale 0 keeps its transformed values in the matrix.
 * Returns SEG_OK, SEG_RANGE_TOO_WIDE or SEG_LOG_DOMAIN.  Cost: five passes.
 */
extern SegStatus seg_standardize_rows(SegMatrix *rows, const double *weights, double total,
									  SegStandardize standardize, SegNullPolicy null_policy,
									  bool has_nulls, SegScale *scales, SegArena workspace, size_t *position);

#endif							/* SEG_STATS_STANDARDIZE_H */
