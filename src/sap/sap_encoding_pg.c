/*
 * sap_encoding_pg.c
 *		Text between the encoding of the database and UTF-8; see sap_encoding_pg.h.
 */
#include "sap/sap_encoding_pg.h"

#include "mb/pg_wchar.h"

static const char *
converted(const char *bytes, size_t *size, int from, int to)
{
	char	   *result = (char *) pg_do_encoding_conversion((unsigned char *) bytes, (int) *size, from, to);

	if (result != bytes)
		*size = strlen(result);
	return result;
}

const char *
seg_sap_to_utf8(const char *bytes, size_t *size)
{
	int			encoding = GetDatabaseEncoding();

	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII)
		return bytes;
	return converted(bytes, size, encoding, PG_UTF8);
}

const char *
seg_sap_to_server(const char *bytes, size_t *size)
{
	int			encoding = GetDatabaseEncoding();

	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII)
		return bytes;
	return converted(bytes, size, PG_UTF8, encoding);
}

char *
seg_sap_server_string(const char *utf8, size_t size)
{
	const char *server = seg_sap_to_server(utf8, &size);

	return server == utf8 ? pnstrdup(server, size) : (char *) server;
}
