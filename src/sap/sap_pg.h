/*
 * sap_pg.h
 *		Conversions and arguments of the SAP functions.
 */
#ifndef SEG_SAP_SAP_PG_H
#define SEG_SAP_SAP_PG_H

#include "server/compat.h"

#include "utils/date.h"

#include "sap/sap_convert.h"

/* Decimals that a currency may have (TCURX-CURRDEC). */
#define SEG_SAP_MAX_DECIMALS 5

/* Index of a value in choices, which end with NULL; 22023 with the valid values. */
extern int	seg_sap_choice(const char *argument, const char *value, size_t size,
						   const char *const *choices);

/* The hint when a date is not in the default form. */
extern const char *const seg_sap_date_format_hint;

extern DateADT seg_sap_date_adt(const SegSapDate *date);
extern TimeADT seg_sap_time_adt(const SegSapTime *time);

/* A numeric, palloc'd. */
extern Datum seg_sap_numeric(const SegSapNumber *number);

#endif							/* SEG_SAP_SAP_PG_H */
