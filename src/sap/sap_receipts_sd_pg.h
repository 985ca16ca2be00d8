/*
 * sap_receipts_sd_pg.h
 *		Receipts from sales and distribution: billing documents and sales orders.
 */
#ifndef SEG_SAP_SAP_RECEIPTS_SD_PG_H
#define SEG_SAP_SAP_RECEIPTS_SD_PG_H

#include "sap/sap_receipts_sql_pg.h"

/* OUT parts; 42703 when a column is missing. */
extern void seg_sap_receipts_sd(const SegSapReceiptOptions *options, SegSapReceiptParts *parts);

#endif							/* SEG_SAP_SAP_RECEIPTS_SD_PG_H */
