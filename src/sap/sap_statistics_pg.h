/*
 * sap_statistics_pg.h
 *		Statistics of tables that hold SAP data.
 */
#ifndef SEG_SAP_SAP_STATISTICS_PG_H
#define SEG_SAP_SAP_STATISTICS_PG_H

#include "server/compat.h"

/*
 * ANALYZE a table that the caller owns; with only_if_never only one that was never
 * analyzed.  Other relations are left as they are.  Needs an open SPI connection.
 */
extern void seg_sap_analyze(Oid relation, bool only_if_never);

#endif							/* SEG_SAP_SAP_STATISTICS_PG_H */
