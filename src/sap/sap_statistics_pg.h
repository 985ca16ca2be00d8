/*
 * sap_statistics_pg.h
 *		Statistics of tables that hold SAP data.
 */
#ifndef SEG_SAP_SAP_STATISTICS_PG_H
#define SEG_SAP_SAP_STATISTICS_PG_H

#include "server/compat.h"

/*
 * ANALYZE a table that the caller owns, or only one that never was; nothing is
 * done to other kinds of relations.  A connection of SPI is open.
 */
extern void seg_sap_analyze(Oid relation, bool only_if_never);

#endif							/* SEG_SAP_SAP_STATISTICS_PG_H */
