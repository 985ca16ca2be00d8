/*
 * rfm_names_pg.c
 *		Names of RFM segments: rfm_segment, rfm_segments.
 */
#include "rfm/rfm_names_pg.h"

#include "utils/builtins.h"

#include "server/model_text.h"
#include "stats/describe.h"

static SegRfmScheme
scheme_argument(FunctionCallInfo fcinfo, int argno)
{
	static const struct
	{
		const char *name;
		SegRfmScheme scheme;
	}			schemes[] = {{"grid", SEG_RFM_GRID}, {"rfm", SEG_RFM_CRAN}, {"none", SEG_RFM_NONE}};
	const text *name = PG_GETARG_TEXT_PP(argno);

	for (int i = 0; i < lengthof(schemes); i++)
		if (VARSIZE_ANY_EXHDR(name) == strlen(schemes[i].name) &&
			memcmp(VARDATA_ANY(name), schemes[i].name, VARSIZE_ANY_EXHDR(name)) == 0)
			return schemes[i].scheme;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized scheme \"%s\"", text_to_cstring(name)),
			 errhint("Valid schemes are: grid, rfm, none. To use a table of rules, pass it as a regclass: rfm_segment(r, f, m, 'my_rules'::regclass).")));
}

static int
language_argument(FunctionCallInfo fcinfo, int argno)
{
	char	   *code = text_to_cstring(PG_GETARG_TEXT_PP(argno));
	int			language = seg_describe_language(code);

	if (language < 0 || language >= SEG_RFM_LANGUAGES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized language \"%s\"", code),
				 errhint("Valid languages are: %s.", seg_describe_languages)));
	return language;
}

SegRfmNaming
seg_rfm_naming_arguments(FunctionCallInfo fcinfo, int scheme_argno, int language_argno)
{
	SegRfmNaming naming = {
		.scheme = scheme_argument(fcinfo, scheme_argno),
		.language = language_argument(fcinfo, language_argno),
	};

	naming.count = seg_rfm_segments(naming.scheme, &naming.segments);
	return naming;
}

size_t
seg_rfm_place_of(const SegRfmNaming *naming, const int scores[SEG_RFM_MEASURES])
{
	return naming->count == 0 ? 0 : seg_rfm_place(naming->scheme, scores);
}

/* The name of a segment in the encoding of the database. */
static char *
name_at(const SegRfmNaming *naming, size_t place)
{
	return seg_text_from_model(naming->segments[place].names[naming->language]);
}

void
seg_rfm_put_segment(SegRow *row, const SegRfmNaming *naming, size_t place)
{
	seg_put_text(row, naming->count == 0 ? NULL : name_at(naming, place));
	seg_put_text(row, naming->count == 0 ? NULL : naming->segments[place].code);
	seg_put(row, Int32GetDatum((int32) place + 1), naming->count == 0);
}

/* (r, f, m, scheme, language) */
PG_FUNCTION_INFO_V1(rfm_segment);
Datum
rfm_segment(PG_FUNCTION_ARGS)
{
	SegRfmNaming naming = seg_rfm_naming_arguments(fcinfo, 3, 4);
	int			scores[SEG_RFM_MEASURES];

	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		scores[i] = PG_GETARG_INT32(i);
		if (naming.scheme != SEG_RFM_NONE && (scores[i] < 1 || scores[i] > SEG_RFM_NAMED_BINS))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("score must be from 1 to %d, but is %d", SEG_RFM_NAMED_BINS, scores[i])));
	}
	if (naming.count == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(name_at(&naming, seg_rfm_place_of(&naming, scores))));
}

/* (scheme, language) -> segment_order, segment_code, segment */
PG_FUNCTION_INFO_V1(rfm_segments);
Datum
rfm_segments(PG_FUNCTION_ARGS)
{
	SegRfmNaming naming = seg_rfm_naming_arguments(fcinfo, 0, 1);
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	for (size_t i = 0; i < naming.count; i++)
	{
		seg_rfm_put_segment(&row, &naming, i);
		seg_row_store(&row);
	}
	return (Datum) 0;
}
