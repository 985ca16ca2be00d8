/*
 * fitted_row.h
 *		A features argument in the fitted space of a model, and the features of a model as
 *		rows: shared by all families whose models contain SegFeature.
 */
#ifndef SEG_SERVER_FITTED_ROW_H
#define SEG_SERVER_FITTED_ROW_H

#include "server/compat.h"

#include "model/feature.h"
#include "server/rows.h"

/*
 * The array as a row in the fitted space: OUT z[d].  False when a feature is null and
 * the policy is skip: the caller then returns NULL.  Errors: 2202E the number of
 * features differs from the model's, 22004 a null with the policy error, 22003 NaN,
 * infinity and values without a logarithm.
 */
extern bool seg_fitted_row(Datum array, const SegRowTransform *transform, double *z);

/* The array in input units, with nulls filled by the model; palloc'd.  NaN for a null that is not filled. */
extern double *seg_filled_row(Datum array, const SegRowTransform *transform);

/* A feature's name in output, else "feature <position>"; position from 1; palloc'd. */
extern char *seg_feature_name(const SegFeature *feature, size_t position);

/* The rows of model_features: IN features[d] of a decoded model. */
extern void seg_put_features(SegRow *row, const SegFeature *features, size_t d, SegNullPolicy null_policy);

#endif							/* SEG_SERVER_FITTED_ROW_H */
