/*
 * feature.h
 *		One feature of a fitted model: what is known of it, its bytes, and how its values
 *		are brought to the fitted space and back.
 *
 * All families share the struct, the codec and the transform.  A family keeps only some
 * of the fields, in an order of its own that never changes: it passes the list of them.
 */
#ifndef SEG_MODEL_FEATURE_H
#define SEG_MODEL_FEATURE_H

#include "model/codec.h"
#include "stats/histogram.h"
#include "stats/scale.h"

/*
 * One feature, in input units unless said otherwise.  A number that a family does not
 * keep is NaN.
 */
typedef struct SegFeature
{
	const char *name;			/* UTF-8; "" when it was given none */
	SegTransform transform;
	double		shift;			/* transformed units */
	double		scale;			/* transformed units; 0: no spread, counts as 0 */
	double		fill;			/* what a null becomes */
	uint64_t	missing;		/* nulls among the rows that the figures are of */
	double		minimum;
	double		maximum;
	double		mean;
	double		sd;				/* with n - 1 */
	double		median;
	double		transformed_sd; /* transformed units, with n - 1 */
	double		center;			/* mean and sd in the fitted space; 0 where scale is 0 */
	double		spread;
	SegHistogram histogram;		/* of the values that were there */
} SegFeature;

/* ---- bytes ---- */

/* What a family keeps of a feature.  The numbers are not in the bytes. */
typedef enum SegFeatureField
{
	SEG_FIELD_END,				/* behind the last field of a list */
	SEG_FIELD_NAME,				/* text */
	SEG_FIELD_TRANSFORM,		/* u8 */
	SEG_FIELD_SHIFT,			/* f64, as are all that follow but the last two */
	SEG_FIELD_SCALE,
	SEG_FIELD_FILL,
	SEG_FIELD_MINIMUM,
	SEG_FIELD_MAXIMUM,
	SEG_FIELD_MEAN,
	SEG_FIELD_SD,
	SEG_FIELD_MEDIAN,
	SEG_FIELD_TRANSFORMED_SD,
	SEG_FIELD_CENTER,
	SEG_FIELD_SPREAD,
	SEG_FIELD_MISSING,			/* u64 */
	SEG_FIELD_HISTOGRAM,		/* model/histogram_codec.h */
} SegFeatureField;

/* The fewest bytes of a feature with IN fields, for checking counts. */
extern size_t seg_feature_least_bytes(const SegFeatureField *fields);

/*
 * Read IN fields into OUT *feature; the name comes out of the arena.  What is not among
 * the fields is set to "not kept".  The reader fails for negative deviations, a minimum
 * above the maximum, and a fill that has no logarithm where one is needed.
 */
extern void seg_feature_read(SegReader *reader, const SegFeatureField *fields, SegArena *arena, SegFeature *feature);

extern void seg_feature_write(SegWriter *writer, const SegFeatureField *fields, const SegFeature *feature);

/* A feature of which nothing is known: name "", no transform, no nulls, no histogram, else NaN. */
extern SegFeature seg_feature_unknown(void);

/* ---- rows ---- */

/* Does the policy replace nulls?  Else a row with a null is an error or has no answer. */
static inline bool
seg_null_policy_fills(SegNullPolicy policy)
{
	return policy != SEG_NULL_ERROR && policy != SEG_NULL_SKIP;
}

/*
 * Takes rows from input units to the fitted space: nulls are filled, log1p is taken where
 * the feature says so, and the result is shifted and scaled.  A feature with scale 0
 * becomes 0; one without scale (NaN) is only filled and transformed.
 */
typedef struct SegRowTransform
{
	uint32_t	d;
	SegNullPolicy null_policy;
	bool		has_log;		/* some feature goes through log1p */
	const SegFeature *features; /* d */
	double	   *shift;			/* d */
	double	   *inverse;		/* d: 1 / scale, 0 where scale is 0 */
	double	   *fill;			/* d: fitted space */
	bool	   *is_log;			/* d: goes through log1p */
} SegRowTransform;

/* Bytes that a transform of d features takes from an arena. */
extern size_t seg_row_transform_size(size_t d);

/*
 * OUT *transform of IN features[d], which it goes on to use; arrays out of the arena.
 * Returns SEG_OK, or SEG_MALFORMED_MODEL when a scale has no inverse or the arena is used up.
 */
extern SegStatus seg_row_transform_make(const SegFeature *features, uint32_t d, SegNullPolicy null_policy,
										SegArena *arena, SegRowTransform *transform);

/*
 * A row in the fitted space.  IN row[d]: input units, NaN where a feature is null; OUT
 * z[d], which may be row.  Returns SEG_OK, or with OUT *position (from 1) SEG_NULL_FEATURE
 * (policies error and skip: for skip the caller answers NULL) or else SEG_LOG_DOMAIN.  Cost: two or three passes.
 */
extern SegStatus seg_row_transform(const SegRowTransform *transform, const double *row, double *z, size_t *position);

/*
 * The same for a row as it stands in a tuple: IN values: d doubles, unaligned, no
 * nulls; OUT z: d.  False, and z unspecified, where a value is not finite or a feature
 * goes through log1p.
 */
extern bool seg_row_transform_plain(const SegRowTransform *transform, const char *values, double *z);

/* One value from input units to the fitted space, and back. */
static inline double
seg_feature_to_fitted(const SegFeature *feature, double x)
{
	return seg_scale_value(feature->transform, feature->shift, seg_scale_inverse(feature->scale), x);
}

static inline double
seg_feature_to_input(const SegFeature *feature, double z)
{
	return seg_unscale_value(feature->transform, feature->shift, feature->scale, z);
}

/* The same for a mean of the fitted space, rounded to the decimals that it was computed from. */
static inline double
seg_feature_mean_to_input(const SegFeature *feature, double z)
{
	double		x = seg_feature_to_input(feature, z);

	return seg_shortest_within(x, seg_return_error(feature->transform, feature->shift, x, feature->scale));
}

#endif							/* SEG_MODEL_FEATURE_H */
