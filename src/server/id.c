/*
 * id.c
 *		meaningful_id: recognizes empty ids of customers, receipts and documents.
 */
#include "server/id.h"

#include "mb/pg_wchar.h"

#include "base/id.h"

/* U+00A0 in the encoding of the server; "" in encodings without it. */
static const char *
no_break_space(void)
{
	switch (GetDatabaseEncoding())
	{
		case PG_UTF8:
			return "\xC2\xA0";
		case PG_LATIN1:
		case PG_LATIN2:
		case PG_LATIN3:
		case PG_LATIN4:
		case PG_LATIN5:
		case PG_LATIN6:
		case PG_LATIN7:
		case PG_LATIN8:
		case PG_LATIN9:
		case PG_LATIN10:
		case PG_ISO_8859_5:
		case PG_ISO_8859_6:
		case PG_ISO_8859_7:
		case PG_ISO_8859_8:
		case PG_WIN1250:
		case PG_WIN1251:
		case PG_WIN1252:
		case PG_WIN1253:
		case PG_WIN1254:
		case PG_WIN1255:
		case PG_WIN1256:
		case PG_WIN1257:
		case PG_WIN1258:
			return "\xA0";
		default:
			return "";
	}
}

bool
seg_is_meaningful(const text *id)
{
	return seg_id_is_meaningful(VARDATA_ANY(id), VARSIZE_ANY_EXHDR(id), no_break_space());
}

PG_FUNCTION_INFO_V1(meaningful_id);
Datum
meaningful_id(PG_FUNCTION_ARGS)
{
	text	   *id = PG_GETARG_TEXT_PP(0);

	if (!seg_is_meaningful(id))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(id);
}
