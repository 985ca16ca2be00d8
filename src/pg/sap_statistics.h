/*
 * sap_statistics.h
 *		Statistics of tables that hold SAP data.
 */
#ifndef SEG_PG_SAP_STATISTICS_H
#define SEG_PG_SAP_STATISTICS_H

#include "pg/compat.h"

/*
 * ANALYZE a table that the caller owns, or only one that never was; nothing is
 * done to other kinds of relations.  A connection of SPI is open.
 */
extern void seg_sap_analyze(Oid relation, bool only_if_never);

#endif							/* SEG_PG_SAP_STATISTICS_H */
