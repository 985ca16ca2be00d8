/*
 * sap_table_pg.h
 *		Names of relations and columns, as SQL.
 */
#ifndef SEG_SAP_SAP_TABLE_PG_H
#define SEG_SAP_SAP_TABLE_PG_H

#include "server/compat.h"

#include "access/tupdesc.h"
#include "nodes/primnodes.h"

/* schema.table as SQL; without a schema when the name has none. */
extern char *seg_sap_quoted(const RangeVar *name);

/* The same for a relation that exists. */
extern char *seg_sap_quoted_relation(Oid relation);

/* schema.name of a relation, for messages, which put it in double quotes. */
extern char *seg_sap_relation_name(Oid relation);

/* Number of the column of that name: exact spelling first, then any case; or InvalidAttrNumber. */
extern AttrNumber seg_sap_attribute(TupleDesc descriptor, const char *name);

/* The name of that column as SQL, or NULL; the second function raises 42703 instead. */
extern char *seg_sap_column(Oid relation, const char *name);
extern char *seg_sap_required_column(Oid relation, const char *name);

#endif							/* SEG_SAP_SAP_TABLE_PG_H */
