/*
 * words.c
 *		Texts of the install script, which is ASCII, in the encoding of the database.
 *
 * The script is valid in databases of every encoding, so it writes other characters as
 * {e9}, by its number in Latin-1.  Where the encoding has no such character, a plain letter stands in its place:
 * installing the extension must not fail because of a text.
 */
#include "server/compat.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "server/model_text.h"

typedef struct Plain
{
	pg_wchar	character;
	const char *plain;
} Plain;

static const Plain plain_letters[] = {
	{0xA0, " "}, {0xA1, ""}, {0xAB, "\""}, {0xBB, "\""}, {0xBF, ""},
	{0xC4, "Ae"}, {0xD6, "Oe"}, {0xDC, "Ue"}, {0xDF, "ss"}, {0xE1, "a"}, {0xE4, "ae"}, {0xE9, "e"}, {0xED, "i"},
	{0xF1, "n"}, {0xF3, "o"}, {0xF6, "oe"}, {0xFA, "u"}, {0xFC, "ue"},
};

/* Encodings with all characters of Latin-1, or without conversion. */
static bool
has_latin1(int encoding)
{
	return encoding == PG_UTF8 || encoding == PG_SQL_ASCII || encoding == PG_LATIN1 || encoding == PG_LATIN9 ||
		encoding == PG_WIN1252;
}

/* The number in {e9}; false for other texts. */
static bool
read_escape(const char *at, pg_wchar *character)
{
	*character = 0;
	if (at[0] != '{')
		return false;
	for (int i = 1; i <= 2; i++)
	{
		int			digit = at[i] >= '0' && at[i] <= '9' ? at[i] - '0' : at[i] >= 'a' && at[i] <= 'f' ? at[i] - 'a' + 10 : -1;

		if (digit < 0)
			return false;
		*character = *character * 16 + digit;
	}
	return at[3] == '}' && *character > 0x7F;
}

static void
append_character(StringInfo text, pg_wchar character)
{
	if (has_latin1(GetDatabaseEncoding()))
	{
		unsigned char utf8[8] = {0};

		unicode_to_utf8(character, utf8);
		appendStringInfoString(text, (const char *) utf8);
		return;
	}
	for (int i = 0; i < lengthof(plain_letters); i++)
		if (plain_letters[i].character == character)
			appendStringInfoString(text, plain_letters[i].plain);
}

/* (words) */
PG_FUNCTION_INFO_V1(words);
Datum
words(PG_FUNCTION_ARGS)
{
	const char *at = text_to_cstring(PG_GETARG_TEXT_PP(0));
	StringInfoData text;
	pg_wchar	character;

	initStringInfo(&text);
	while (*at != '\0')
	{
		if (read_escape(at, &character))
		{
			append_character(&text, character);
			at += 4;
		}
		else
			appendStringInfoChar(&text, *at++);
	}
	PG_RETURN_TEXT_P(cstring_to_text(has_latin1(GetDatabaseEncoding()) ? seg_text_from_model(text.data) : text.data));
}
