/*
 * profile_pg.h
 *		Rows and options of profiles, for the aggregate and for the functions of a model.
 */
#ifndef SEG_PROFILE_PROFILE_PG_H
#define SEG_PROFILE_PROFILE_PG_H

#include "server/compat.h"

#include "utils/jsonb.h"

#include "profile/profile_model.h"
#include "server/features.h"
#include "server/model_info.h"
#include "server/options.h"

/* A row: numbers with NaN for null, and categories in UTF-8. */
typedef struct SegProfileRow
{
	size_t		d;
	size_t		c;
	double		numbers[SEG_PROFILE_ATTRIBUTES];
	SegProfileText texts[SEG_PROFILE_ATTRIBUTES];
} SegProfileRow;

/*
 * OUT row: the arguments features and categories, not null.  Blank categories are no
 * value.  Errors: 22003 NaN or infinity; 2202E two dimensions, no or too many elements.
 */
extern void seg_profile_row(FunctionCallInfo fcinfo, int argno, SegProfileRow *row);

/* 2202E for a row of another shape than `d` and `c` of what: "the model has", "the rows before have". */
extern void seg_profile_check_shape(const SegProfileRow *row, size_t d, size_t c, const char *what);

/* The options of profile_fit for rows of d numbers and c categories; NULL: all defaults.  22023. */
extern SegProfileModel *seg_profile_options(const Jsonb *jsonb, uint32 d, uint32 c);

/* The options as they are given, and their defaults. */
typedef struct SegProfileOptions
{
	int64		letters;
	SegTextList feature_names;
	SegTextList category_names;
	SegTextList order;
	Jsonb	   *cuts;			/* these are NULL: not given */
	Jsonb	   *categories;
	Jsonb	   *labels;
} SegProfileOptions;

extern const SegOption seg_profile_option_table[];
extern const SegProfileOptions seg_profile_defaults;

/* The name of an attribute in the encoding of the database; without one "feature 1" or "category 1". */
extern char *seg_profile_name(const SegProfileModel *model, uint32 attribute);

extern void seg_profile_info(const void *decoded, SegModelInfo *info);
extern void seg_profile_features(const void *decoded, SegRow *row);

#endif							/* SEG_PROFILE_PROFILE_PG_H */
