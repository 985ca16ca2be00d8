/*
 * options.c
 *		The strict jsonb argument `options` of the fit aggregates.
 */
#include "server/options.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/numeric.h"

#include "base/port.h"
#include "server/budget.h"

void
seg_option_refuse(const char *key, const char *expected)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"%s\" must be %s", key, expected)));
}

void
seg_option_refuse_unused(bool is_default, const char *key, const char *with, const char *required)
{
	if (!is_default)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\" has no effect with %s", key, with),
				 errhint("It requires %s.", required)));
}

void
seg_refuse_changed(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s must be the same for all rows", what)));
}

static void
refuse_key(const char *key, const SegOption *table)
{
	StringInfoData valid;

	initStringInfo(&valid);
	for (const SegOption *option = table; option->key != NULL; option++)
		appendStringInfo(&valid, "%s%s", option == table ? "" : ", ", option->key);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized option \"%s\"", key),
			 errhint("Valid options are: %s.", valid.data)));
}

static double
number_value(const char *key, const JsonbValue *value, const char *expected)
{
	double		number;

	if (value->type != jbvNumeric)
		seg_option_refuse(key, expected);
	number = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
												NumericGetDatum(value->val.numeric)));
	if (!isfinite(number))
		seg_option_refuse(key, "a finite number");
	return number;
}

static void
refuse_range(const SegOption *option)
{
	if (option->type == SEG_OPTION_INT && option->high >= 0x1.0p+63)
		seg_option_refuse(option->key, "an integer of 64 bits");
	if (option->type == SEG_OPTION_INT)
		seg_option_refuse(option->key, psprintf("an integer from %.0f to %.0f", option->low, option->high));
	seg_option_refuse(option->key, psprintf("a number from %g to %g", option->low, option->high));
}

static double
ranged_value(const SegOption *option, const JsonbValue *value)
{
	double		number = number_value(option->key, value,
									  option->type == SEG_OPTION_INT ? "an integer" : "a number");

	if (number < option->low || number > option->high ||
		(option->type == SEG_OPTION_INT && number != floor(number)))
		refuse_range(option);
	return number;
}

/* Seeds use all 64 bits, which a double cannot hold. */
static int64
integer_value(const SegOption *option, const JsonbValue *value)
{
	double		number = ranged_value(option, value);
	Datum		given;

	if (fabs(number) < 0x1.0p+53)
		return (int64) number;
	given = NumericGetDatum(value->val.numeric);
	if (DatumGetBool(DirectFunctionCall2(numeric_gt, given, NumericGetDatum(int64_to_numeric(PG_INT64_MAX)))) ||
		DatumGetBool(DirectFunctionCall2(numeric_lt, given, NumericGetDatum(int64_to_numeric(PG_INT64_MIN)))))
		refuse_range(option);
	return DatumGetInt64(DirectFunctionCall1(numeric_int8, given));
}

static char *
text_value(const char *key, const JsonbValue *value, const char *expected)
{
	if (value->type != jbvString)
		seg_option_refuse(key, expected);
	return pnstrdup(value->val.string.val, value->val.string.len);
}

char *
seg_option_words(const SegOption *option)
{
	StringInfoData words;

	initStringInfo(&words);
	for (int i = 0; option->choices[i] != NULL; i++)
		if ((option->unsupported >> i & 1) == 0)
			appendStringInfo(&words, "%s%s", words.len == 0 ? "" : ", ", option->choices[i]);
	return words.data;
}

static int
choice_value(const SegOption *option, const JsonbValue *value)
{
	for (int i = 0; option->choices[i] != NULL; i++)
	{
		if (value->type != jbvString ||
			strlen(option->choices[i]) != value->val.string.len ||
			memcmp(option->choices[i], value->val.string.val, value->val.string.len) != 0)
			continue;
		if ((option->unsupported >> i & 1) == 0)
			return i;
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\" does not support \"%s\" in this fit", option->key, option->choices[i]),
				 errhint("Valid choices are: %s.", seg_option_words(option))));
	}
	seg_option_refuse(option->key, psprintf("one of %s", seg_option_words(option)));
}

/* The elements of a jsonb array; *count of them. */
static JsonbValue *
array_elements(const char *key, const JsonbValue *value, const char *expected, int *count)
{
	JsonbContainer *container;
	JsonbValue *elements;

	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data) ||
		JsonContainerIsScalar(value->val.binary.data))
		seg_option_refuse(key, expected);
	container = value->val.binary.data;
	*count = JsonContainerSize(container);
	if (*count == 0)
		seg_option_refuse(key, expected);
	elements = palloc(*count * sizeof(JsonbValue));
	for (int i = 0; i < *count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		elements[i] = *getIthJsonbValueFromContainer(container, i);
	}
	return elements;
}

static void
read_choices(const SegOption *option, const JsonbValue *value, SegIntList *list)
{
	JsonbValue *elements;
	int			count;

	if (value->type == jbvString)
	{
		list->count = -1;
		list->items = palloc(sizeof(int));
		list->items[0] = choice_value(option, value);
		return;
	}
	elements = array_elements(option->key, value, "a choice or an array of choices", &count);
	list->count = count;
	list->items = palloc(count * sizeof(int));
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		list->items[i] = choice_value(option, &elements[i]);
	}
}

static int
compare_texts(const void *a, const void *b)
{
	CHECK_FOR_INTERRUPTS();
	return pg_qsort_strcmp(a, b);
}

/* Feature names must be different: a profile identifies features by name. */
static bool
has_duplicates(const SegTextList *list)
{
	char	  **sorted = palloc(list->count * sizeof(char *));
	bool		found = false;

	memcpy(sorted, list->items, list->count * sizeof(char *));
	qsort(sorted, list->count, sizeof(char *), compare_texts);
	for (int i = 1; i < list->count && !found; i++)
		found = strcmp(sorted[i - 1], sorted[i]) == 0;
	pfree(sorted);
	return found;
}

static void
read_texts(const SegOption *option, const JsonbValue *value, SegTextList *list)
{
	const char *expected = "an array of texts";
	JsonbValue *elements = array_elements(option->key, value, expected, &list->count);

	list->items = palloc(list->count * sizeof(char *));
	for (int i = 0; i < list->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		list->items[i] = text_value(option->key, &elements[i], expected);
	}
	if (has_duplicates(list))
		seg_option_refuse(option->key, "an array of different texts");
}

static void
read_reals(const char *key, const JsonbValue *value, SegRealList *list)
{
	const char *expected = "an array of numbers";
	JsonbValue *elements = array_elements(key, value, expected, &list->count);

	list->items = palloc(list->count * sizeof(double));
	for (int i = 0; i < list->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		list->items[i] = number_value(key, &elements[i], expected);
	}
}

void
seg_option_read_matrix(const char *key, const JsonbValue *value, SegRealMatrix *matrix)
{
	JsonbValue *rows = array_elements(key, value, "an array of arrays of numbers", &matrix->rows);

	for (int i = 0; i < matrix->rows; i++)
	{
		SegRealList row;

		read_reals(key, &rows[i], &row);
		if (i == 0)
		{
			matrix->columns = row.count;
			matrix->items = seg_take(matrix->rows, row.count * sizeof(double));
		}
		else if (row.count != matrix->columns)
			seg_option_refuse(key, "an array of arrays of one length");
		memcpy(matrix->items + (Size) i * row.count, row.items, row.count * sizeof(double));
		pfree(row.items);
	}
}

static void
read_option(const SegOption *option, const JsonbValue *value, void *field)
{
	switch (option->type)
	{
		case SEG_OPTION_INT:
			*(int64 *) field = integer_value(option, value);
			break;
		case SEG_OPTION_REAL:
			*(double *) field = ranged_value(option, value);
			break;
		case SEG_OPTION_BOOL:
			if (value->type != jbvBool)
				seg_option_refuse(option->key, "true or false");
			*(bool *) field = value->val.boolean;
			break;
		case SEG_OPTION_CHOICE:
			*(int *) field = choice_value(option, value);
			break;
		case SEG_OPTION_CHOICES:
			read_choices(option, value, field);
			break;
		case SEG_OPTION_TEXT:
			*(char **) field = text_value(option->key, value, "a text");
			break;
		case SEG_OPTION_TEXTS:
			read_texts(option, value, field);
			break;
		case SEG_OPTION_REALS:
			read_reals(option->key, value, field);
			break;
		case SEG_OPTION_MATRIX:
			seg_option_read_matrix(option->key, value, field);
			break;
		case SEG_OPTION_CUSTOM:
			option->read(option->key, value, field);
			break;
	}
}

void
seg_options_read(const Jsonb *options, const SegOption *table, void *result)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	entry;

	if (options == NULL)
		return;
	if (!JB_ROOT_IS_OBJECT(options))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("options must be a jsonb object")));
	iterator = JsonbIteratorInit((JsonbContainer *) &options->root);
	(void) JsonbIteratorNext(&iterator, &entry, false);
	while ((token = JsonbIteratorNext(&iterator, &entry, true)) == WJB_KEY)
	{
		char	   *key = text_value("", &entry, "");
		const SegOption *option = table;

		CHECK_FOR_INTERRUPTS();
		while (option->key != NULL && strcmp(option->key, key) != 0)
			option++;
		if (option->key == NULL)
			refuse_key(key, table);
		(void) JsonbIteratorNext(&iterator, &entry, true);
		read_option(option, &entry, (char *) result + option->offset);
		pfree(key);
	}
}
