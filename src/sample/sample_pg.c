/*
 * sample_pg.c
 *		sample_key: permanent random numbers of ids.
 */
#include "server/compat.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "sample/sample_key.h"

/* (id text, seed) */
PG_FUNCTION_INFO_V1(sample_key);
Datum
sample_key(PG_FUNCTION_ARGS)
{
	text	   *id = PG_GETARG_TEXT_PP(0);
	const char *bytes = VARDATA_ANY(id);
	size_t		size = VARSIZE_ANY_EXHDR(id);

	/* the same text has the same key in databases of any encoding; SQL_ASCII has bytes only */
	if (GetDatabaseEncoding() != PG_SQL_ASCII && GetDatabaseEncoding() != PG_UTF8)
	{
		const char *utf8 = pg_server_to_any(bytes, (int) size, PG_UTF8);

		if (utf8 != bytes)
			size = strlen(utf8);
		bytes = utf8;
	}
	PG_RETURN_FLOAT8(seg_sample_key(bytes, size, (uint64) PG_GETARG_INT64(1)));
}

/* (id bigint, seed): the key of its decimal text */
PG_FUNCTION_INFO_V1(sample_key_bigint);
Datum
sample_key_bigint(PG_FUNCTION_ARGS)
{
	char		digits[MAXINT8LEN + 1];
	int			size = pg_lltoa(PG_GETARG_INT64(0), digits);

	PG_RETURN_FLOAT8(seg_sample_key(digits, size, (uint64) PG_GETARG_INT64(1)));
}
