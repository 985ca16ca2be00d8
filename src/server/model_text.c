/*
 * model_text.c
 *		Text of models in the encoding of the database; see model_text.h.
 */
#include "server/model_text.h"

#include "mb/pg_wchar.h"

char *
seg_text_from_model(const char *utf8)
{
	char	   *text = pg_any_to_server(utf8, strlen(utf8), PG_UTF8);

	return text == utf8 ? pstrdup(utf8) : text;
}

const char *
seg_text_for_model(const char *text)
{
	return pg_server_to_any(text, strlen(text), PG_UTF8);
}

char *
seg_name_from_model(const char *utf8, const char *what, size_t number)
{
	return utf8[0] == '\0' ? psprintf("%s %zu", what, number) : seg_text_from_model(utf8);
}
