/*
 * sap_amounts_pg.h
 *		The decimals of the currency of an amount.
 */
#ifndef SEG_SAP_SAP_AMOUNTS_PG_H
#define SEG_SAP_SAP_AMOUNTS_PG_H

#include "sap/sap_column_pg.h"
#include "sap/sap_record_pg.h"

typedef struct SegSapCurrencies SegSapCurrencies;

/* Reads tcurx and, when the currency of amounts is there, header_table. */
extern SegSapCurrencies *seg_sap_currencies_open(const SegSapColumns *columns);

/*
 * How many places the decimal mark of an amount must move to the right.  OUT
 * known: false when the row has no currency.  22023 when the options amounts or
 * currency are needed and not set.
 */
extern int	seg_sap_amount_shift(SegSapCurrencies *currencies, const SegSapColumn *column,
								 const SegSapRecord *record, bool *known);

#endif							/* SEG_SAP_SAP_AMOUNTS_PG_H */
