/*
 * sap_receipts_fi_pg.h
 *		Receipts from financial accounting: customer items of FI documents.
 */
#ifndef SEG_SAP_SAP_RECEIPTS_FI_PG_H
#define SEG_SAP_SAP_RECEIPTS_FI_PG_H

#include "sap/sap_receipts_sql_pg.h"

/* OUT parts; 42703 when a column is missing. */
extern void seg_sap_receipts_fi(const SegSapReceiptOptions *options, SegSapReceiptParts *parts);

/* Is the relation an index of customer items (BSAD or BSID), and not a table of document headers? */
extern bool seg_sap_is_fi_index(Oid relation);

#endif							/* SEG_SAP_SAP_RECEIPTS_FI_PG_H */
