/*
 * sap_key.h
 *		Values of fields of characters in internal form.
 */
#ifndef SEG_SAP_SAP_KEY_H
#define SEG_SAP_SAP_KEY_H

#include "sap/sap_convert.h"
#include "sap/sap_dictionary.h"

/* Has a field of the type leading zeros? */
static inline bool
seg_sap_is_key(SegSapType type)
{
	return type == SEG_SAP_ALPHA || type == SEG_SAP_MATERIAL || type == SEG_SAP_NUMC || type == SEG_SAP_CLNT;
}

static inline bool
seg_sap_is_characters(SegSapType type)
{
	return seg_sap_is_key(type) || type == SEG_SAP_CHAR || type == SEG_SAP_CUKY || type == SEG_SAP_UNIT;
}

/*
 * A value of a field of characters (keys, CUKY, UNIT, CHAR) of length
 * characters in internal form: OUT result[max(size, length)], *result_size,
 * which is 0 when it means nothing (blank, '#').  Marks of spreadsheets around
 * a key are taken off.  SEG_SAP_ASTERISK, SEG_SAP_KEY_DECIMALS,
 * SEG_SAP_EXPONENT, SEG_SAP_NOT_DIGITS (NUMC, CLNT), SEG_SAP_NOT_A_CURRENCY,
 * SEG_SAP_TOO_LONG; a length of 0 is not checked.
 */
extern SegStatus seg_sap_internal(SegSapType type, size_t length, const char *value, size_t size,
								  char *result, size_t *result_size);

/* Is a trimmed value, as most are, in internal form without a doubt?  False: ask seg_sap_internal. */
extern bool seg_sap_is_internal(SegSapType type, size_t length, const char *value, size_t size);

#endif							/* SEG_SAP_SAP_KEY_H */
