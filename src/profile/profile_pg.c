/*
 * profile_pg.c
 *		Functions of a profile model: profile_code, profile_card, profile_decode, profile_letters.
 */
#include "profile/profile_pg.h"

#include "utils/builtins.h"

#include "profile/profile_card.h"
#include "server/error.h"
#include "server/model.h"
#include "server/model_text.h"
#include "server/rows.h"
#include "stats/describe.h"

static int
language_argument(FunctionCallInfo fcinfo, int argno)
{
	char	   *code = text_to_cstring(PG_GETARG_TEXT_PP(argno));
	int			language = seg_describe_language(code);

	if (language < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized language \"%s\"", code),
				 errhint("Valid languages are: %s.", seg_describe_languages)));
	return language;
}

/* The model of argument 0 and the row of arguments 1 and 2. */
static const SegProfileModel *
model_and_row(FunctionCallInfo fcinfo, SegProfileRow *row)
{
	const SegProfileModel *model = seg_model_argument(fcinfo, 0, 0, &seg_profile_model_type);

	seg_profile_row(fcinfo, 1, row);
	seg_profile_check_shape(row, model->d, model->c, "the model has");
	return model;
}

/* (model, features, categories) */
PG_FUNCTION_INFO_V1(profile_code);
Datum
profile_code(PG_FUNCTION_ARGS)
{
	SegProfileRow row;
	const SegProfileModel *model = model_and_row(fcinfo, &row);
	size_t		length = model->d + model->c;
	text	   *result = palloc(VARHDRSZ + length);

	SET_VARSIZE(result, VARHDRSZ + length);
	seg_profile_code(model, row.numbers, row.texts, VARDATA(result));
	PG_RETURN_TEXT_P(result);
}

/* (model, features, categories, language) */
PG_FUNCTION_INFO_V1(profile_card);
Datum
profile_card(PG_FUNCTION_ARGS)
{
	int			language = language_argument(fcinfo, 3);
	SegProfileRow row;
	const SegProfileModel *model = model_and_row(fcinfo, &row);
	size_t		length = seg_profile_card(model, row.numbers, row.texts, language, NULL, 0);
	char	   *words = palloc(length + 1);

	seg_profile_card(model, row.numbers, row.texts, language, words, length + 1);
	PG_RETURN_TEXT_P(cstring_to_text(seg_text_from_model(words)));
}

/* ---- letters in rows ---- */

static void
put_label(SegRow *row, const SegProfileModel *model, uint32 at, char letter, int language)
{
	size_t		length = seg_profile_letter_label(model, at, letter, language, NULL, 0);
	char	   *words = palloc(length + 1);

	seg_profile_letter_label(model, at, letter, language, words, length + 1);
	seg_put_text(row, seg_text_from_model(words));
	pfree(words);
}

/* position, attribute, letter, lower_bound, upper_bound, category[, n], share, label */
static void
put_letter(SegRow *row, const SegProfileModel *model, uint32 position, char letter, bool with_rows, int language)
{
	uint32		at = model->order[position];
	const SegProfileAttribute *attribute = &model->attributes[at];
	bool		is_category = seg_profile_is_category(model, at);
	uint32		group = letter >= 'A' && letter < (char) ('A' + attribute->letters) ? letter - 'A' : PG_UINT32_MAX;
	bool		is_group = group != PG_UINT32_MAX;
	uint64		rows;

	seg_profile_letter_rows(model, at, letter, &rows);
	seg_put_int32(row, position + 1);
	seg_put_text(row, seg_profile_name(model, at));
	seg_put_text(row, (const char[]) {letter, '\0'});
	seg_put_float8(row, is_group && !is_category && group > 0 ? attribute->cuts[group - 1] : NAN);
	seg_put_float8(row, is_group && !is_category && group + 1 < attribute->letters ? attribute->cuts[group] : NAN);
	seg_put_text(row, is_group && is_category ? seg_text_from_model(attribute->categories[group].text) : NULL);
	if (with_rows)
		seg_put_int64(row, rows);
	seg_put_float8(row, (double) rows / model->rows_used);
	put_label(row, model, at, letter, language);
	seg_row_store(row);
}

/* (model, code, language) */
PG_FUNCTION_INFO_V1(profile_decode);
Datum
profile_decode(PG_FUNCTION_ARGS)
{
	const SegProfileModel *model = seg_model_decode(PG_GETARG_BYTEA_PP(0), &seg_profile_model_type);
	char	   *code = text_to_cstring(PG_GETARG_TEXT_PP(1));
	int			language = language_argument(fcinfo, 2);
	uint32		attributes = model->d + model->c;
	SegRow		row;
	uint64		rows;

	if (strlen(code) != attributes)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("code has %zu letters, but the model has %u attributes", strlen(code), attributes)));
	for (uint32 i = 0; i < attributes; i++)
		if (!seg_profile_letter_rows(model, model->order[i], code[i], &rows))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("attribute \"%s\" has no letter at position %u of the code", seg_profile_name(model, model->order[i]), i + 1),
					 errhint("profile_letters lists the letters of all attributes.")));
	seg_rows_begin(fcinfo, &row);
	for (uint32 i = 0; i < attributes; i++)
		put_letter(&row, model, i, code[i], false, language);
	return (Datum) 0;
}

/* (model, language) */
PG_FUNCTION_INFO_V1(profile_letters);
Datum
profile_letters(PG_FUNCTION_ARGS)
{
	const SegProfileModel *model = seg_model_decode(PG_GETARG_BYTEA_PP(0), &seg_profile_model_type);
	int			language = language_argument(fcinfo, 1);
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	for (uint32 i = 0; i < model->d + model->c; i++)
	{
		const SegProfileAttribute *attribute = &model->attributes[model->order[i]];

		CHECK_FOR_INTERRUPTS();
		for (uint32 group = 0; group < attribute->letters; group++)
			put_letter(&row, model, i, 'A' + group, true, language);
		if (attribute->others > 0)
			put_letter(&row, model, i, SEG_PROFILE_OTHERS, true, language);
		if (attribute->missing > 0)
			put_letter(&row, model, i, SEG_PROFILE_NULL, true, language);
	}
	return (Datum) 0;
}

/* (value, unit, language) */
PG_FUNCTION_INFO_V1(number_in_words);
Datum
number_in_words(PG_FUNCTION_ARGS)
{
	double		value = PG_GETARG_FLOAT8(0);
	char	   *unit = text_to_cstring(PG_GETARG_TEXT_PP(1));
	int			language = language_argument(fcinfo, 2);
	char		number[SEG_PROFILE_NUMBER];

	if (!isfinite(value))
		PG_RETURN_NULL();
	seg_profile_number(value, strcmp(unit, "share") == 0 ? SEG_UNIT_SHARE : strcmp(unit, "count") == 0 ? SEG_UNIT_COUNT : SEG_UNIT_AMOUNT,
					   language, number);
	PG_RETURN_TEXT_P(cstring_to_text(seg_text_from_model(number)));
}
