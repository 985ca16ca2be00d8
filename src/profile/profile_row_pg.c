/*
 * profile_row_pg.c
 *		The arguments features and categories of a row.
 */
#include "profile/profile_pg.h"

#include "server/texts.h"

static void
refuse_many(size_t count)
{
	ereport(ERROR,
			(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
			 errmsg("row has %zu attributes, but a profile has 1 to %d", count, SEG_PROFILE_ATTRIBUTES)));
}

void
seg_profile_row(FunctionCallInfo fcinfo, int argno, SegProfileRow *row)
{
	SegFeatures features = seg_features_open_any(PG_GETARG_DATUM(argno));

	row->d = features.d;
	if (row->d > SEG_PROFILE_ATTRIBUTES)
		refuse_many(row->d);
	if (row->d > 0)
		seg_features_copy(&features, row->numbers);
	seg_features_close(&features);
	row->c = seg_texts_read(PG_GETARG_DATUM(argno + 1), "categories", row->texts, SEG_PROFILE_ATTRIBUTES);
	if (row->d + row->c == 0 || row->d + row->c > SEG_PROFILE_ATTRIBUTES)
		refuse_many(row->d + row->c);
}

void
seg_profile_check_shape(const SegProfileRow *row, size_t d, size_t c, const char *what)
{
	if (row->d != d)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("row has %zu features, but %s %zu", row->d, what, d)));
	if (row->c != c)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("row has %zu categories, but %s %zu", row->c, what, c)));
}
