/*
 * chart_words_pg.c
 *		Sentences, numbers and dates of charts and reports in a language.
 */
#include "server/compat.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "chart/chart_spec_pg.h"
#include "chart/chart_text.h"
#include "chart/chart_words.h"
#include "chart/chart_write.h"
#include "server/model_text.h"

PG_FUNCTION_INFO_V1(chart_words);
Datum
chart_words(PG_FUNCTION_ARGS)
{
	int			language = seg_chart_language(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	const char *key = text_to_cstring(PG_GETARG_TEXT_PP(1));
	const char *arguments[SEG_WORDS_ARGUMENTS];
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	size_t		length;
	char	   *sentence;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
	count = Min(count, SEG_WORDS_ARGUMENTS);
	for (int i = 0; i < count; i++)
		arguments[i] = nulls[i] ? "" : seg_text_for_model(TextDatumGetCString(elements[i]));
	length = seg_words(language, key, arguments, count, NULL, 0);
	if (length == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no sentence \"%s\"", key)));
	sentence = palloc(length + 1);
	(void) seg_words(language, key, arguments, count, sentence, length + 1);
	PG_RETURN_TEXT_P(cstring_to_text(seg_text_from_model(sentence)));
}

PG_FUNCTION_INFO_V1(chart_number);
Datum
chart_number(PG_FUNCTION_ARGS)
{
	const char *given = text_to_cstring(PG_GETARG_TEXT_PP(1));
	int			language = seg_chart_language(text_to_cstring(PG_GETARG_TEXT_PP(2)));
	char text[	SEG_NUMBER_TEXT];
	SegNumberFormat format;

	if (!seg_number_format(given, &format))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized number format \"%s\"", given),
				 errhint("Valid formats are such as \",.0f\" and \".1%%\".")));
	seg_number_text(PG_GETARG_FLOAT8(0), format, language, text);
	PG_RETURN_TEXT_P(cstring_to_text(text));
}

PG_FUNCTION_INFO_V1(chart_date);
Datum
chart_date(PG_FUNCTION_ARGS)
{
	DateADT		date = PG_GETARG_DATEADT(0);
	const char *style = text_to_cstring(PG_GETARG_TEXT_PP(1));
	int			language = seg_chart_language(text_to_cstring(PG_GETARG_TEXT_PP(2)));
	char text[	SEG_DATE_TEXT];

	if (DATE_NOT_FINITE(date))
		PG_RETURN_NULL();
	seg_date_text((double) date + (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE),
				  strcmp(style, "month") == 0 ? SEG_DATE_MONTH : strcmp(style, "long month") == 0 ? SEG_DATE_LONG_MONTH
				  : strcmp(style, "day") == 0 ? SEG_DATE_DAY : SEG_DATE_LONG, language, text);
	PG_RETURN_TEXT_P(cstring_to_text(seg_text_from_model(text)));
}

PG_FUNCTION_INFO_V1(html_text);
Datum
html_text(PG_FUNCTION_ARGS)
{
	const char *utf8 = seg_text_for_model(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	SegWriter	writer = {NULL, 0, 0};

	seg_write_text(&writer, utf8, strlen(utf8));
	writer = (SegWriter) {palloc(writer.length + 1), writer.length, 0};
	seg_write_text(&writer, utf8, strlen(utf8));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(writer.buffer, writer.length));
}
