/*
 * sap_statistics_pg.c
 *		Statistics of tables that hold SAP data.
 *
 * Queries over receipts follow an import immediately, before autovacuum has
 * collected statistics.  Without them the estimates of the planner are far too low.
 */
#include "sap/sap_statistics_pg.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/syscache.h"

#include "sap/sap_table_pg.h"

/* Is the relation one that can be analyzed, by the caller, and does it need that? */
static bool
needs_statistics(Oid relation, bool only_if_never)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	bool		result;
	Form_pg_class form;

	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_class) GETSTRUCT(tuple);
	result = (form->relkind == RELKIND_RELATION || form->relkind == RELKIND_PARTITIONED_TABLE ||
			  form->relkind == RELKIND_MATVIEW) && (!only_if_never || form->reltuples < 0);
	ReleaseSysCache(tuple);
	return result && SEG_OWNS_RELATION(relation, GetUserId());
}

void
seg_sap_analyze(Oid relation, bool only_if_never)
{
	/* SKIP_LOCKED: two imports that analyze the tables of each other would be a deadlock */
	if (needs_statistics(relation, only_if_never) &&
		SPI_execute(psprintf("ANALYZE (SKIP_LOCKED) %s", seg_sap_quoted_relation(relation)), false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not analyze the table");
}
