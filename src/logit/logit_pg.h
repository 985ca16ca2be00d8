/*
 * logit_pg.h
 *		Rows, options and names of logistic regressions.
 */
#ifndef SEG_LOGIT_LOGIT_PG_H
#define SEG_LOGIT_LOGIT_PG_H

#include "server/compat.h"

#include "utils/jsonb.h"

#include "base/text.h"
#include "logit/logit_model.h"
#include "server/budget.h"
#include "server/features.h"
#include "server/model_info.h"
#include "server/options.h"

/* ---- options ---- */

typedef struct SegLogitOptions
{
	int			penalty;
	double		lambda;
	int			null_policy;
	bool		indicator;
	int64		min_level_count;
	int64		max_iterations;
	SegTextList feature_names;
	SegTextList category_names;
} SegLogitOptions;

extern const SegOption seg_logit_option_table[];
extern const SegLogitOptions seg_logit_defaults;
extern const char *const seg_logit_penalty_words[];

/* Read options; NULL: all defaults.  22023. */
extern void seg_logit_options_read(const Jsonb *jsonb, SegLogitOptions *options);

/* 22023 if the names do not fit rows of d features and c categories; c -1: unknown. */
extern void seg_logit_options_check(const SegLogitOptions *options, size_t d, int64 c);

/* ---- rows ---- */

/* The arguments features and categories of a row; open until seg_features_close(&row.features). */
typedef struct SegLogitInput
{
	SegFeatures features;
	size_t		c;
	SegText		texts[SEG_LOGIT_MAX_CATEGORIES];
} SegLogitInput;

/* OUT input: features (argument argno) and categories (argument argno + 1, if with_categories).  2202E. */
extern void seg_logit_open(FunctionCallInfo fcinfo, int argno, bool with_categories, SegLogitInput *input);

/* 22004 for a category (from 0) that is null. */
extern _Noreturn void seg_logit_refuse_category(size_t category);

/* The first category without a value; c if there is none. */
extern size_t seg_logit_missing_category(const SegLogitInput *input);

/* 2202E for a row of another shape than `d` and `c` of what: "the model has", "the rows before have". */
extern void seg_logit_check_shape(const SegLogitInput *input, size_t d, size_t c, const char *what);

/*
 * A row as the scoring reads it.  OUT row[d]: input units, NaN for null.  OUT z[d]: the fitted
 * space.  OUT levels[c].  False if a null makes the row be left out; 22004 or 22003.
 */
extern bool seg_logit_read(const SegLogitModel *model, const SegLogitInput *input, double *row, double *z, int32_t *levels);

/* The weight of a row: 0 for NULL.  Rows of weight 0 are left out. */
extern double seg_logit_weight_argument(FunctionCallInfo fcinfo, int argno);

/* ---- the rows of the fit ---- */

struct SegLogitDictionary;

typedef struct SegLogitData
{
	MemoryContext context;
	SegBudget  *budget;
	uint64		options_given;	/* digest of the options */
	bool		options_fixed;	/* the options are a constant of the query */
	SegLogitOptions options;
	bool		has_shape;		/* a row determined d and c */
	SegLogitRows rows;
	size_t		capacity;		/* rows that the chunks have room for */
	size_t		chunks;
	uint64		rows_skipped;
	struct SegLogitDictionary *dictionaries;	/* c: the levels of each category */
	const SegLogitLevel **levels;	/* c: by code */
	uint64_t   *factors;		/* d: of the hash of a row */
} SegLogitData;

/* OUT *count: the levels of a category by code. */
extern const SegLogitLevel *seg_logit_levels(const SegLogitData *data, size_t category, size_t *count);

/* An arena in the current memory context, reserved against segment.fit_memory. */
extern SegArena seg_logit_arena(size_t size);

/* ---- models ---- */

/* Names of features and categories; without one "feature 1" or "category 1". */
extern char *seg_logit_feature_name(const SegLogitModel *model, uint32 j);
extern char *seg_logit_category_name(const SegLogitModel *model, uint32 k);

/* The text of a level as it is shown. */
extern char *seg_logit_level_text(const SegLogitModelLevel *level);

#define SEG_LOGIT_MISSING_TEXT "(missing)"
#define SEG_LOGIT_OTHER_TEXT "(other)"

extern void seg_logit_info(const void *decoded, SegModelInfo *info);
extern void seg_logit_features(const void *decoded, SegRow *row);

#endif							/* SEG_LOGIT_LOGIT_PG_H */
