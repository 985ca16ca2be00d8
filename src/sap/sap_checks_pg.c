/*
 * sap_checks_pg.c
 *		What is counted in the target after an import; see sap_checks_pg.h.
 */
#include "sap/sap_checks_pg.h"

#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"

#include "sap/sap_key.h"
#include "sap/sap_table_pg.h"

static int64
counted(const char *sql)
{
	bool		isnull;
	int64		count;

	if (SPI_execute(sql, false, 1) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not count rows of the target");
	count = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_freetuptable(SPI_tuptable);
	return count;
}

/* May the caller read the relation? */
static bool
is_readable(Oid relation)
{
	return pg_class_aclcheck(relation, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}

/* Append the condition that the client is that of the option; nothing without the option. */
static void
append_client(StringInfo sql, const SegSapColumns *columns, const char *alias)
{
	char	   *column = seg_sap_column(columns->target, seg_sap_client_field(columns->options->table));

	if (columns->options->client != NULL && column != NULL)
		appendStringInfo(sql, " WHERE segment_internal.sap_key(%s.%s::pg_catalog.text, 3) OPERATOR(pg_catalog.=) %s",
						 alias, column, quote_literal_cstr(columns->options->client));
}

bool
seg_sap_duplicate_keys(const SegSapColumns *columns, int64 *count)
{
	const SegSapTable *table = columns->options->table;
	StringInfoData key;
	StringInfoData sql;

	if (table == NULL || !columns->options->check_keys || !is_readable(columns->target))
		return false;
	initStringInfo(&key);
	for (int i = 0; table->key[i] != NULL; i++)
	{
		char	   *column = seg_sap_column(columns->target, table->key[i]);

		if (column == NULL && seg_sap_is_client_field(table->key[i]))
			continue;
		if (column == NULL)
			return false;
		appendStringInfo(&key, "%st.%s", key.len == 0 ? "" : ", ", column);
	}
	initStringInfo(&sql);
	appendStringInfo(&sql, "SELECT pg_catalog.count(*) FROM (SELECT FROM %s AS t",
					 seg_sap_quoted_relation(columns->target));
	append_client(&sql, columns, "t");
	appendStringInfo(&sql, " GROUP BY %s HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1) AS d", key.data);
	*count = counted(sql.data);
	return true;
}

/* A key field in internal form, as SQL, for a table with any form. */
static char *
internal_key(const SegSapTable *table, const char *name, const char *alias, const char *column)
{
	const SegSapField *field = seg_sap_field(table, name, strlen(name));

	if (field == NULL || !seg_sap_is_key(field->type))
		return psprintf("%s.%s::pg_catalog.text", alias, column);
	return psprintf("segment_internal.sap_key(%s.%s::pg_catalog.text, %d)", alias, column, field->length);
}

bool
seg_sap_orphan_items(const SegSapColumns *columns, int64 *count)
{
	const SegSapTable *table = columns->options->table;
	Oid			header = columns->options->header_table;
	StringInfoData sql;
	bool		first = true;

	if (table == NULL || table->header == NULL || !OidIsValid(header) ||
		!columns->options->check_keys || !is_readable(columns->target) || !is_readable(header))
		return false;
	initStringInfo(&sql);
	appendStringInfo(&sql, "SELECT pg_catalog.count(*) FROM (SELECT * FROM %s AS t",
					 seg_sap_quoted_relation(columns->target));
	append_client(&sql, columns, "t");
	appendStringInfo(&sql, ") AS t WHERE NOT EXISTS (SELECT FROM %s AS h WHERE ",
					 seg_sap_quoted_relation(header));
	for (int i = 0; table->header_key[i] != NULL; i++)
	{
		char	   *own = seg_sap_column(columns->target, table->header_key[i]);
		char	   *other = seg_sap_column(header, table->header_key[i]);

		if (seg_sap_is_client_field(table->header_key[i]) && (own == NULL || other == NULL))
			continue;
		if (own == NULL || other == NULL)
			return false;
		appendStringInfo(&sql, "%s%s OPERATOR(pg_catalog.=) %s", first ? "" : " AND ",
						 internal_key(table, table->header_key[i], "h", other),
						 internal_key(table, table->header_key[i], "t", own));
		first = false;
	}
	appendStringInfoChar(&sql, ')');
	*count = counted(sql.data);
	return true;
}
