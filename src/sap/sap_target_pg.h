/*
 * sap_target_pg.h
 *		Types of the columns of the target.
 */
#ifndef SEG_SAP_SAP_TARGET_PG_H
#define SEG_SAP_SAP_TARGET_PG_H

#include "server/compat.h"

#include "catalog/pg_attribute.h"

#include "sap/sap_column_pg.h"

/* Set kind and type of a column; 42804 when no field can be converted to the type. */
extern void seg_sap_set_type(SegSapColumn *column, Form_pg_attribute attribute);

/* The type of a new column for the field, as SQL; NULL: a field that is not in the dictionary. */
extern const char *seg_sap_created_type(const SegSapField *field);

#endif							/* SEG_SAP_SAP_TARGET_PG_H */
