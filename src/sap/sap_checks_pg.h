/*
 * sap_checks_pg.h
 *		What is counted in the target after an import.
 */
#ifndef SEG_SAP_SAP_CHECKS_PG_H
#define SEG_SAP_SAP_CHECKS_PG_H

#include "sap/sap_column_pg.h"

/* OUT count: keys that occur more than once in the target; false when that cannot be counted. */
extern bool seg_sap_duplicate_keys(const SegSapColumns *columns, int64 *count);

/* OUT count: rows of the target without a row in header_table; false when that cannot be counted. */
extern bool seg_sap_orphan_items(const SegSapColumns *columns, int64 *count);

#endif							/* SEG_SAP_SAP_CHECKS_PG_H */
