/*
 * fitted_row.h
 *		A features argument in the fitted space of a model, and the features of a model as
 *		rows: what all families that keep SegFeature share.
 */
#ifndef SEG_SERVER_FITTED_ROW_H
#define SEG_SERVER_FITTED_ROW_H

#include "server/compat.h"

#include "model/feature.h"
#include "server/rows.h"

/*
 * The array as a row in the fitted space: OUT z[d].  False when a feature is null and
 * the policy is skip: the answer is NULL then.  Errors: 2202E for another number of
 * features than the model has, 22004 for a null with the policy error, 22003 for NaN,
 * infinity and values that have no logarithm.
 */
extern bool seg_fitted_row(Datum array, const SegRowTransform *transform, double *z);

/* The array in input units, with nulls filled as the model does; palloc'd.  NaN where a null is not filled. */
extern double *seg_filled_row(Datum array, const SegRowTransform *transform);

/* A feature's name in output, else "feature <position>"; position from 1; palloc'd. */
extern char *seg_feature_name(const SegFeature *feature, size_t position);

/* The rows of model_features: IN features[d] of a decoded model. */
extern void seg_put_features(SegRow *row, const SegFeature *features, size_t d, SegNullPolicy null_policy);

#endif							/* SEG_SERVER_FITTED_ROW_H */
