/*
 * feature.h
 *		A feature of a fitted model: its statistics, its bytes, and the conversion of its
 *		values to the fitted space and back.
 *
 * All families use the same struct, codec and transform.  A family keeps only some of the
 * fields and passes the list of them.  The order of its list never changes.
 */
#ifndef SEG_MODEL_FEATURE_H
#define SEG_MODEL_FEATURE_H

#include "model/codec.h"
#include "stats/histogram.h"
#include "stats/scale.h"

/*
 * One feature, in input units if no other unit is given.  A number that a family does
 * not keep is NaN.
 */
typedef struct SegFeature
{
	const char *name;			/* UTF-8; "" if it has none */
	SegTransform transform;
	double		shift;			/* transformed units */
	double		scale;			/* transformed units; 0: no spread, all values become 0 */
	double		fill;			/* replaces a null */
	uint64_t	missing;		/* nulls in the rows of the statistics */
	double		minimum;
	double		maximum;
	double		mean;
	double		sd;				/* divisor n - 1 */
	double		median;
	double		transformed_sd; /* transformed units, divisor n - 1 */
	double		center;			/* mean and sd in the fitted space; 0 if scale is 0 */
	double		spread;
	SegHistogram histogram;		/* of the values that are not null */
} SegFeature;

/* ---- bytes ---- */

/* The fields of a feature that a family can keep.  These numbers are not in the bytes. */
typedef enum SegFeatureField
{
	SEG_FIELD_END,				/* ends a list */
	SEG_FIELD_NAME,				/* text */
	SEG_FIELD_TRANSFORM,		/* u8 */
	SEG_FIELD_SHIFT,			/* f64, like all that follow except the last two */
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

/* The smallest size in bytes of a feature with IN fields, for checking counts. */
extern size_t seg_feature_least_bytes(const SegFeatureField *fields);

/*
 * Read IN fields to OUT *feature, with the name from the arena.  Other members are set to
 * "not kept".  The reader fails for negative deviations, a minimum above the maximum, and
 * a fill that is not in the domain of log1p for a feature with log1p.
 */
extern void seg_feature_read(SegReader *reader, const SegFeatureField *fields, SegArena *arena, SegFeature *feature);

extern void seg_feature_write(SegWriter *writer, const SegFeatureField *fields, const SegFeature *feature);

/* An empty feature: name "", no transform, no nulls, no histogram, all numbers NaN. */
extern SegFeature seg_feature_unknown(void);

/* ---- rows ---- */

/* True if the policy replaces nulls.  Otherwise a row with a null is an error or gives NULL. */
static inline bool
seg_null_policy_fills(SegNullPolicy policy)
{
	return policy != SEG_NULL_ERROR && policy != SEG_NULL_SKIP;
}

/*
 * Converts rows from input units to the fitted space: nulls are filled, log1p is applied
 * to the features that have it, and the result is shifted and scaled.  A feature with
 * scale 0 becomes 0.  A feature without scale (NaN) is only filled and transformed.
 */
typedef struct SegRowTransform
{
	uint32_t	d;
	SegNullPolicy null_policy;
	bool		has_log;		/* at least one feature has log1p */
	const SegFeature *features; /* d */
	double	   *shift;			/* d */
	double	   *inverse;		/* d: 1 / scale; 0 if scale is 0 */
	double	   *fill;			/* d: fitted space */
	bool	   *is_log;			/* d: true for features with log1p */
} SegRowTransform;

/* Bytes that a transform of d features takes from an arena. */
extern size_t seg_row_transform_size(size_t d);

/*
 * OUT *transform: for IN features[d], which must remain valid; arrays from the arena.
 * Returns SEG_OK, or SEG_MALFORMED_MODEL if a scale has no inverse or the arena is used up.
 */
extern SegStatus seg_row_transform_make(const SegFeature *features, uint32_t d, SegNullPolicy null_policy,
										SegArena *arena, SegRowTransform *transform);

/*
 * Convert a row to the fitted space.  IN row[d]: input units, NaN for null.  OUT z[d],
 * which may be row.  Returns SEG_OK, or with OUT *position (from 1) SEG_NULL_FEATURE or
 * SEG_LOG_DOMAIN.  SEG_NULL_FEATURE occurs with the policies error and skip; with skip
 * the caller returns NULL.  Cost: two or three passes.
 */
extern SegStatus seg_row_transform(const SegRowTransform *transform, const double *row, double *z, size_t *position);

/*
 * The same for a row in a tuple.  IN values: d doubles, not aligned, without nulls.
 * OUT z[d].  Returns false, with z undefined, if a value is not finite or a feature has
 * log1p.
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

/* The same for a mean of the fitted space, rounded to the decimals of the input. */
static inline double
seg_feature_mean_to_input(const SegFeature *feature, double z)
{
	double		x = seg_feature_to_input(feature, z);

	return seg_shortest_within(x, seg_return_error(feature->transform, feature->shift, x, feature->scale));
}

#endif							/* SEG_MODEL_FEATURE_H */
