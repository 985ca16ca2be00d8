/*
 * sap_pg.h
 *		What the files of the SAP family share.
 */
#ifndef SEG_SAP_SAP_PG_H
#define SEG_SAP_SAP_PG_H

#include "server/compat.h"

#include "utils/date.h"

#include "sap/sap_convert.h"

/* Decimals that a currency may have (TCURX-CURRDEC). */
#define SEG_SAP_MAX_DECIMALS 5

/* Index of a value in choices (ends with NULL), or 22023 that names the argument. */
extern int	seg_sap_choice(const char *argument, const char *value, size_t size,
						   const char *const *choices);

extern DateADT seg_sap_date_adt(const SegSapDate *date);
extern TimeADT seg_sap_time_adt(const SegSapTime *time);

/* A numeric, palloc'd. */
extern Datum seg_sap_numeric(const SegSapNumber *number);

#endif							/* SEG_SAP_SAP_PG_H */
