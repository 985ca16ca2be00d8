/*
 * features.h
 *		Reading a features float8[] argument in place.
 */
#ifndef SEG_SERVER_FEATURES_H
#define SEG_SERVER_FEATURES_H

#include "server/compat.h"

#include "base/limits.h"

/*
 * A row of features.  `values` may be unaligned (short array headers), so it is
 * read with memcpy; where the array has nulls they are left out of `values`, and
 * `nulls` has one bit per feature, set when the feature is present.
 */
typedef struct SegFeatures
{
	size_t		d;
	const char *values;
	const bits8 *nulls;			/* NULL: no nulls */
	void	   *detoasted;		/* to be freed, or NULL */
} SegFeatures;

/*
 * Open a features argument: one dimension, 1 .. SEG_MAX_FEATURES elements, else
 * an error.  Inline values are read where they stand; toasted ones are fetched,
 * and seg_features_close() frees them.
 */
extern SegFeatures seg_features_open(Datum array);

/* The same, but an array without elements has d = 0. */
extern SegFeatures seg_features_open_any(Datum array);

/* 2202E for an array with several dimensions, which is the argument of that name. */
extern void seg_check_one_dimension(int dimensions, const char *name);

static inline void
seg_features_close(SegFeatures *features)
{
	if (features->detoasted != NULL)
		pfree(features->detoasted);
}

/*
 * Copy into OUT row[d], aligned, with NaN where a feature is null.
 * Returns the number of nulls.  NaN or infinity in the input is an error that
 * names the position.
 */
extern size_t seg_features_copy(const SegFeatures *features, double *row);

/* 22004 that names the first null of features that have one. */
extern _Noreturn void seg_refuse_null(const SegFeatures *features);

/* True when the feature (from 0) is null. */
static inline bool
seg_feature_is_null(const SegFeatures *features, size_t j)
{
	return features->nulls != NULL && (features->nulls[j / 8] & (1 << (j % 8))) == 0;
}

#endif							/* SEG_SERVER_FEATURES_H */
