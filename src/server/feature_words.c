/*
 * feature_words.c
 *		The words of the options standardize, transform and null_policy.
 */
#include "server/compat.h"

#include "server/feature_words.h"
#include "stats/scale.h"

const char *const seg_standardize_words[] = {
	[SEG_STANDARDIZE_ZSCORE] = "zscore",
	[SEG_STANDARDIZE_ROBUST] = "robust",
	[SEG_STANDARDIZE_MINMAX] = "minmax",
	[SEG_STANDARDIZE_NONE] = "none",
	NULL
};

const char *const seg_transform_words[] = {
	[SEG_TRANSFORM_NONE] = "none",
	[SEG_TRANSFORM_LOG1P] = "log1p",
	NULL
};

const char *const seg_null_policy_words[] = {
	[SEG_NULL_ERROR] = "error",
	[SEG_NULL_SKIP] = "skip",
	[SEG_NULL_MEAN] = "mean",
	[SEG_NULL_MEDIAN] = "median",
	[SEG_NULL_ZERO] = "zero",
	NULL
};
