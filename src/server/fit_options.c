/*
 * fit_options.c
 *		The options of a family's fit as rows, and checks of option values.
 *
 * A registered model is fitted later, so create_model checks its options here.  The
 * tables, defaults and checks are those of the fit aggregates.
 */
#include "server/family.h"

#include "common/shortest_dec.h"
#include "lib/stringinfo.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"

#include "server/features.h"

static const char *
type_name(const SegOption *option)
{
	switch (option->type)
	{
		case SEG_OPTION_INT:
			return "integer";
		case SEG_OPTION_REAL:
			return "number";
		case SEG_OPTION_BOOL:
			return "boolean";
		case SEG_OPTION_CHOICE:
			return "choice";
		case SEG_OPTION_CHOICES:
			return "choice or array of choices";
		case SEG_OPTION_TEXT:
			return "text";
		case SEG_OPTION_TEXTS:
			return "array of texts";
		case SEG_OPTION_REALS:
			return "array of numbers";
		case SEG_OPTION_MATRIX:
			return "array of arrays of numbers";
		case SEG_OPTION_CUSTOM:
			return option->type_name;
	}
	return NULL;
}

/* "1 to 10000", "zscore, none"; NULL where any value of the type is valid. */
static char *
value_range(const SegOption *option)
{
	if (option->type == SEG_OPTION_INT)
		return option->high < 0x1.0p+63 ? psprintf("%.0f to %.0f", option->low, option->high) :
			psprintf(INT64_FORMAT " to " INT64_FORMAT, PG_INT64_MIN, PG_INT64_MAX);
	if (option->type == SEG_OPTION_REAL)
		return psprintf("%s to %s", double_to_shortest_decimal(option->low), double_to_shortest_decimal(option->high));
	if (option->choices == NULL)
		return NULL;
	return seg_option_words(option);
}

static char *
json_text(const char *text)
{
	StringInfoData json;

	initStringInfo(&json);
	escape_json(&json, text);
	return json.data;
}

/* The JSON of a default; NULL for a default that is not a valid value. */
static char *
default_json(const SegOption *option, const void *field)
{
	switch (option->type)
	{
		case SEG_OPTION_INT:
			{
				int64		value = *(const int64 *) field;

				return value < option->low || value > option->high ? NULL : psprintf(INT64_FORMAT, value);
			}
		case SEG_OPTION_REAL:
			{
				double		value = *(const double *) field;

				return value < option->low || value > option->high ? NULL : double_to_shortest_decimal(value);
			}
		case SEG_OPTION_BOOL:
			return *(const bool *) field ? "true" : "false";
		case SEG_OPTION_CHOICE:
			{
				int			value = *(const int *) field;

				return value < 0 ? NULL : json_text(option->choices[value]);
			}
		case SEG_OPTION_CHOICES:
			{
				const SegIntList *list = field;

				/* a default does not depend on the number of features */
				Assert(list->count == 0 || list->count == -1);
				return list->count == 0 ? NULL : json_text(option->choices[list->items[0]]);
			}
		case SEG_OPTION_TEXT:
			return *(char *const *) field == NULL ? NULL : json_text(*(char *const *) field);
		case SEG_OPTION_TEXTS:
		case SEG_OPTION_REALS:
		case SEG_OPTION_MATRIX:
		case SEG_OPTION_CUSTOM:
			return NULL;
	}
	return NULL;
}

static void
put_option(SegRow *row, const SegOption *option, const void *defaults)
{
	char	   *json = default_json(option, (const char *) defaults + option->offset);

	seg_put_text(row, option->key);
	seg_put_text(row, type_name(option));
	seg_put(row, json == NULL ? (Datum) 0 : DirectFunctionCall1(jsonb_in, CStringGetDatum(json)), json == NULL);
	seg_put_text(row, value_range(option));
	seg_put_text(row, option->meaning);
	seg_row_store(row);
}

/* (algorithm): one row for each option of its fit; no rows for an unknown algorithm */
PG_FUNCTION_INFO_V1(fit_options);
Datum
fit_options(PG_FUNCTION_ARGS)
{
	const SegFamily *family = seg_family_named(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	if (family == NULL || family->options == NULL)
		return (Datum) 0;
	for (const SegOption *option = family->options; option->key != NULL; option++)
		put_option(&row, option, family->defaults);
	return (Datum) 0;
}

static int64
number_argument(FunctionCallInfo fcinfo, int argno)
{
	return PG_ARGISNULL(argno) ? SEG_NUMBER_NULL : PG_GETARG_INT32(argno);
}

/* (algorithm, options, features, k, k_min, k_max) */
PG_FUNCTION_INFO_V1(check_fit_options);
Datum
check_fit_options(PG_FUNCTION_ARGS)
{
	const SegFamily *family;
	SegFitArguments arguments = {number_argument(fcinfo, 3), number_argument(fcinfo, 4), number_argument(fcinfo, 5)};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_VOID();
	family = seg_family_named(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	if (family != NULL && family->check_options != NULL)
		family->check_options(PG_GETARG_JSONB_P(1), Min(Max(PG_GETARG_INT32(2), 1), SEG_MAX_FEATURES), &arguments);
	PG_RETURN_VOID();
}
