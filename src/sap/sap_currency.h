/*
 * sap_currency.h
 *		Decimals of currencies, signs of billing documents.
 */
#ifndef SEG_SAP_SAP_CURRENCY_H
#define SEG_SAP_SAP_CURRENCY_H

#include "base/port.h"

/*
 * Decimals of a currency by the table TCURX as SAP delivers it (SAP note 137626,
 * and XAF and XOF); 2 for a currency that is not in it.  Cost: a binary search.
 */
extern int	seg_sap_currency_decimals(const char *currency, size_t size);

/* Sign of a billing document by its document category (VBTYP): M, P, S 1; N, O -1; others 0. */
extern int	seg_sap_billing_sign(const char *category, size_t size);

#endif							/* SEG_SAP_SAP_CURRENCY_H */
