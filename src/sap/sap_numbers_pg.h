/*
 * sap_numbers_pg.h
 *		Numbers of the file as values of their columns.
 */
#ifndef SEG_SAP_SAP_NUMBERS_PG_H
#define SEG_SAP_SAP_NUMBERS_PG_H

#include "sap/sap_amounts_pg.h"
#include "sap/sap_refusal_pg.h"

/* OUT number: the cell, with the decimals of its currency; false: refused. */
extern bool seg_sap_parse_number(const SegSapColumns *columns, SegSapCurrencies *currencies, const SegSapColumn *column,
								 const SegSapRecord *record, const SegSapCell *cell,
								 SegSapNumber *number, SegSapRefusal *refusal);

/* The same as OUT value of a column of numbers. */
extern bool seg_sap_number_value(const SegSapColumns *columns, SegSapCurrencies *currencies, const SegSapColumn *column,
								 const SegSapRecord *record, const SegSapCell *cell, Datum *value, SegSapRefusal *refusal);

#endif							/* SEG_SAP_SAP_NUMBERS_PG_H */
