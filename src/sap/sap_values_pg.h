/*
 * sap_values_pg.h
 *		A record as values of the columns of the target.
 */
#ifndef SEG_SAP_SAP_VALUES_PG_H
#define SEG_SAP_SAP_VALUES_PG_H

#include "sap/sap_amounts_pg.h"
#include "sap/sap_refusal_pg.h"

/* Has the record the cells of the header, and blanks where the header has no name?  False: refused. */
extern bool seg_sap_has_shape(const SegSapColumns *columns, const SegSapRecord *record, SegSapRefusal *refusal);

/* OUT values, nulls: a record of that shape, one for each column; false: refused. */
extern bool seg_sap_row(const SegSapColumns *columns, SegSapCurrencies *currencies, const SegSapRecord *record,
						Datum *values, bool *nulls, SegSapRefusal *refusal);

#endif							/* SEG_SAP_SAP_VALUES_PG_H */
