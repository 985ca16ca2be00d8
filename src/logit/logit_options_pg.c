/*
 * logit_options_pg.c
 *		The options of logit_fit.
 */
#include "logit/logit_pg.h"

#include "server/feature_words.h"

const char *const seg_logit_penalty_words[] = {"none", "ridge", "firth", NULL};

#define FIELD(name) offsetof(SegLogitOptions, name)

const SegOption seg_logit_option_table[] = {
	{"penalty", SEG_OPTION_CHOICE, FIELD(penalty), .choices = seg_logit_penalty_words,
		.meaning = "What keeps coefficients small: nothing, the squares of the slopes (ridge), or the bias correction of Firth."},
	{"lambda", SEG_OPTION_REAL, FIELD(lambda), 1e-9, 1e12,
		.meaning = "The strength of the penalty ridge: half of it times the sum of the squared slopes of z-scored columns."},
	{"null_policy", SEG_OPTION_CHOICE, FIELD(null_policy), .choices = seg_null_policy_words,
		.meaning = "What a null feature does: raise an error, leave the row out, or count as the feature's mean, its median or 0; in the last three a missing category is a level of its own."},
	{"indicator", SEG_OPTION_BOOL, FIELD(indicator),
		.meaning = "Whether missing values of a feature get a coefficient of their own, for null_policy mean, median or zero."},
	{"min_level_count", SEG_OPTION_INT, FIELD(min_level_count), 1, 1e9,
		.meaning = "The smallest number of rows of a level; levels with fewer rows are one level, (other)."},
	{"max_iterations", SEG_OPTION_INT, FIELD(max_iterations), 1, 1000000,
		.meaning = "The largest number of steps of Newton's method."},
	{"feature_names", SEG_OPTION_TEXTS, FIELD(feature_names),
		.meaning = "The names of the features, one for each, all different."},
	{"category_names", SEG_OPTION_TEXTS, FIELD(category_names),
		.meaning = "The names of the categories, one for each, all different."},
	{NULL}
};

/* without the option, lambda is first 0 */
const SegLogitOptions seg_logit_defaults = {
	.penalty = SEG_LOGIT_NONE,
	.lambda = 1,
	.null_policy = SEG_NULL_ERROR,
	.min_level_count = 1,
	.max_iterations = 300,
};

void
seg_logit_options_read(const Jsonb *jsonb, SegLogitOptions *options)
{
	*options = seg_logit_defaults;
	options->lambda = 0;
	seg_options_read(jsonb, seg_logit_option_table, options);
	if (options->penalty != SEG_LOGIT_RIDGE)
		seg_option_refuse_unused(options->lambda == 0, "lambda",
								 psprintf("penalty \"%s\"", seg_logit_penalty_words[options->penalty]), "penalty \"ridge\"");
	else if (options->lambda == 0)
		options->lambda = seg_logit_defaults.lambda;
	if (!seg_null_policy_fills(options->null_policy))
		seg_option_refuse_unused(!options->indicator, "indicator",
								 psprintf("null_policy \"%s\"", seg_null_policy_words[options->null_policy]),
								 "null_policy \"mean\", \"median\" or \"zero\"");
}

static void
check_names(const char *key, const SegTextList *names, size_t count, const char *what)
{
	if (names->count > 0 && names->count != count)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\" has %d elements, but there are %zu %s", key, names->count, count, what)));
}

void
seg_logit_options_check(const SegLogitOptions *options, size_t d, int64 c)
{
	check_names("feature_names", &options->feature_names, d, "features");
	if (c >= 0)
		check_names("category_names", &options->category_names, c, "categories");
	for (int i = 0; i < options->feature_names.count; i++)
		for (int k = 0; k < options->category_names.count; k++)
			if (strcmp(options->feature_names.items[i], options->category_names.items[k]) == 0)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("a feature and a category have the name \"%s\"", options->feature_names.items[i])));
}
