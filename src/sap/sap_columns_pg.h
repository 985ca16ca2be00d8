/*
 * sap_columns_pg.h
 *		From the names of a header to the columns of the target.
 */
#ifndef SEG_SAP_SAP_COLUMNS_PG_H
#define SEG_SAP_SAP_COLUMNS_PG_H

#include "sap/sap_column_pg.h"
#include "sap/sap_record.h"

/*
 * Assign a column to each of IN names[count], and create the target when it does
 * not exist.  INOUT columns: options and target are set.
 */
extern void seg_sap_columns_resolve(SegSapColumns *columns, const SegSapCell *names, size_t count, bool is_list);

#endif							/* SEG_SAP_SAP_COLUMNS_PG_H */
