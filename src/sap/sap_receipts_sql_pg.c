/*
 * sap_receipts_sql_pg.c
 *		A source of receipts as pieces of SQL; see sap_receipts_sql_pg.h.
 *
 * The planner has statistics of columns, but not of expressions.  When it estimates
 * that a filter leaves few rows, it chooses nested loops.  So every filter compares
 * the column itself with the usual values, and an expression adds the unusual ones.
 */
#include "sap/sap_receipts_sql_pg.h"

#include "access/relation.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "sap/sap_table_pg.h"

static Oid
column_type(Oid relation, const char *name)
{
	Relation	opened = relation_open(relation, AccessShareLock);
	AttrNumber	number = seg_sap_attribute(RelationGetDescr(opened), name);
	Oid			type = number == InvalidAttrNumber ? InvalidOid :
		getBaseType(TupleDescAttr(RelationGetDescr(opened), number - 1)->atttypid);

	relation_close(opened, NoLock);
	return type;
}

static bool
is_text(Oid type)
{
	return type == TEXTOID || type == VARCHAROID || type == BPCHAROID;
}

static const char *
column_of(const char *alias, Oid relation, const char *name)
{
	return psprintf("%s.%s", alias, seg_sap_required_column(relation, name));
}

const char *
seg_sap_sql_text(const char *alias, Oid relation, const char *name)
{
	return psprintf("%s::text", column_of(alias, relation, name));
}

const char *
seg_sap_sql_date(const char *alias, Oid relation, const char *name)
{
	const char *column = column_of(alias, relation, name);

	return is_text(column_type(relation, name)) ? psprintf("segment.sap_date(%s::text)", column) :
		psprintf("%s::date", column);
}

const char *
seg_sap_sql_number(const char *alias, Oid relation, const char *name)
{
	const char *column = column_of(alias, relation, name);

	return is_text(column_type(relation, name)) ?
		psprintf("segment.sap_number(%s::text, '1234567.89')", column) :
		psprintf("%s::numeric", column);
}

const char *
seg_sap_sql_key(const char *alias, Oid relation, const char *name, int length)
{
	return psprintf("segment_internal.sap_key(%s, %d)", seg_sap_sql_text(alias, relation, name), length);
}

const char *
seg_sap_sql_internal(const SegSapReceiptOptions *options, const char *alias, Oid relation, const char *name, int length)
{
	const char *key = seg_sap_sql_key("t", relation, name, length);

	if (SPI_execute(psprintf("SELECT FROM %s AS t WHERE %s <> %s AND %s LIMIT 1", seg_sap_quoted_relation(relation),
							 seg_sap_sql_text("t", relation, name), key, seg_sap_sql_is_client(options, "t", relation)),
					false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the keys");
	return SPI_processed == 0 ? seg_sap_sql_text(alias, relation, name) :
		seg_sap_sql_key(alias, relation, name, length);
}

const char *
seg_sap_sql_is_initial(const char *alias, Oid relation, const char *name)
{
	const char *column = column_of(alias, relation, name);
	Oid			type = column_type(relation, name);

	if (type == BOOLOID)
		return psprintf("%s IS NOT TRUE", column);
	return psprintf("(%s IS NULL%s OR btrim(%s::text, ' 0#') = '')", column,
					is_text(type) ? psprintf(" OR %s IN ('', ' ', '0', '0000000000', '#')", column) : "",
					column);
}

/* Not the negation of is_initial, because the planner would subtract the share of NULLs for each of its values. */
const char *
seg_sap_sql_is_set(const char *alias, Oid relation, const char *name)
{
	const char *column = column_of(alias, relation, name);
	Oid			type = column_type(relation, name);

	if (type == BOOLOID)
		return psprintf("%s IS TRUE", column);
	return psprintf("(%sbtrim(%s::text, ' 0#') <> '')", is_text(type) ? psprintf("%s > ' ' AND ", column) : "", column);
}

const char *
seg_sap_sql_is_one_of(const char *alias, Oid relation, const char *name, const char *list)
{
	const char *column = column_of(alias, relation, name);

	if (!is_text(column_type(relation, name)))
		return psprintf("btrim(%s::text) IN (%s)", column, list);
	return psprintf("(%s IN (%s) OR btrim(%s::text) IN (%s))", column, list, column, list);
}

const char *
seg_sap_sql_is_client(const SegSapReceiptOptions *options, const char *alias, Oid relation)
{
	if (options->client == NULL || seg_sap_column(relation, "mandt") == NULL)
		return "true";
	return psprintf("%s IN (%s)",
					is_text(column_type(relation, "mandt")) ? column_of(alias, relation, "mandt") :
					seg_sap_sql_text(alias, relation, "mandt"),
					options->client);
}
