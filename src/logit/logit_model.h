/*
 * logit_model.h
 *		A logit model as a struct and as bytes.
 *
 * Payload of version 1, little-endian:
 *
 *		u8 penalty; f64 lambda; u8 null_policy; u8 indicator; u64 min_level_count, max_iterations;
 *		u64 rows_used, rows_skipped, positives; f64 weight, positive_weight, log_likelihood;
 *		u64 iterations; u8 converged; effect of the intercept; u32 d, c;
 *		for each feature: the fields of feature_fields in logit_model.c, its effect,
 *			u8 has_indicator, and with one: f64 share, effect;
 *		for each category: text name; u32 levels; for each level: u8 kind, text, u64 rows,
 *			f64 share, effect
 *
 * effect: u8 state, f64 coefficient, f64 std_error
 */
#ifndef SEG_LOGIT_LOGIT_MODEL_H
#define SEG_LOGIT_LOGIT_MODEL_H

#include "logit/logit.h"
#include "model/family.h"
#include "model/feature.h"

#define SEG_LOGIT_VERSION 1

/* The most categories of a row. */
#define SEG_LOGIT_MAX_CATEGORIES 256

typedef enum SegLogitState
{
	SEG_LOGIT_ESTIMATED,
	SEG_LOGIT_ALIASED,			/* the column follows from others: no coefficient, it counts as 0 */
	SEG_LOGIT_REFERENCE,		/* the level that the others are compared with: 0 */
} SegLogitState;

/* A coefficient. */
typedef struct SegLogitEffect
{
	SegLogitState state;
	double		coefficient;	/* of the z-scored feature, or of the indicator */
	double		std_error;		/* in input units */
} SegLogitEffect;

/* The slope of a feature, and of the indicator of its missing values. */
typedef struct SegLogitSlope
{
	SegLogitEffect effect;
	bool		has_indicator;
	double		share;			/* of the weight that has no value */
	SegLogitEffect indicator;
} SegLogitSlope;

/* Levels of a category stand in this order: values by their bytes, then the other two. */
typedef enum SegLogitLevelKind
{
	SEG_LOGIT_VALUE,
	SEG_LOGIT_MISSING,			/* no value */
	SEG_LOGIT_OTHER,			/* all levels with fewer rows than min_level_count */
} SegLogitLevelKind;

typedef struct SegLogitModelLevel
{
	SegLogitLevelKind kind;
	const char *text;			/* UTF-8; "" if it is no value */
	uint64_t	rows;
	double		share;			/* of the weight */
	SegLogitEffect effect;
} SegLogitModelLevel;

typedef struct SegLogitCategory
{
	const char *name;			/* UTF-8; "" if it has none */
	uint32_t	count;
	SegLogitModelLevel *levels;
	double		mean;			/* the mean coefficient; not in the bytes */
} SegLogitCategory;

typedef struct SegLogitModel
{
	SegLogitPenalty penalty;
	double		lambda;			/* 0 without ridge */
	SegNullPolicy null_policy;
	bool		indicator;
	uint64_t	min_level_count;
	uint64_t	max_iterations;
	uint64_t	rows_used;
	uint64_t	rows_skipped;
	uint64_t	positives;
	double		weight;
	double		positive_weight;
	double		log_likelihood;
	uint64_t	iterations;
	bool		converged;
	SegLogitEffect intercept;	/* coefficient: at the mean of all features; std_error: in input units */
	uint32_t	d;
	uint32_t	c;
	SegFeature *features;		/* d */
	SegLogitSlope *slopes;		/* d */
	SegLogitCategory *categories;	/* c */

	/* made by seg_logit_prepare; not in the bytes */
	SegRowTransform transform;
} SegLogitModel;

/* As in SegModelType; arrays from the arena. */
extern size_t seg_logit_decoded_size(size_t payload_size);
extern SegStatus seg_logit_decode(SegReader *reader, int version, SegArena *arena, void *model);
extern void seg_logit_encode(SegWriter *writer, const void *model);

/* Bytes that seg_logit_prepare takes from an arena, and what it makes.  SEG_MALFORMED_MODEL for a scale without inverse. */
extern size_t seg_logit_prepared_size(uint32_t d);
extern SegStatus seg_logit_prepare(SegLogitModel *model, SegArena *arena);

/* The deviation of an indicator with that share of the weight (n - 1; 0 for one row). */
extern double seg_logit_indicator_sd(double share, double weight);

/* The coefficient and the intercept in input units. */
extern double seg_logit_slope(const SegLogitModel *model, uint32_t j);
extern double seg_logit_intercept(const SegLogitModel *model);

/* The log-likelihood of the intercept alone. */
extern double seg_logit_null_log_likelihood(const SegLogitModel *model);

/* ---- scoring ---- */

#define SEG_LOGIT_UNSEEN (-1)

/*
 * The level of a text of that many bytes; 0 bytes: no value.  A text that no level has is of
 * the level "other".  SEG_LOGIT_UNSEEN where there is none: it counts as the mean of the
 * category.  O(log levels).
 */
extern int32_t seg_logit_find_level(const SegLogitCategory *category, const char *text, size_t length);

/*
 * The parts of the log-odds of a row, each against its mean over the rows of the fit.
 * IN row[d]: input units, NaN for no value.  IN z[d]: the row in the fitted space.
 * IN levels[c].  OUT parts[d + c].
 */
extern void seg_logit_parts(const SegLogitModel *model, const double *row, const double *z, const int32_t *levels,
							double *parts);

/* The log-odds of a row; arguments as before. */
extern double seg_logit_log_odds(const SegLogitModel *model, const double *row, const double *z, const int32_t *levels);

#endif							/* SEG_LOGIT_LOGIT_MODEL_H */
