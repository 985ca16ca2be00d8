/*
 * sap_key.h
 *		Values of character fields in internal form.
 */
#ifndef SEG_SAP_SAP_KEY_H
#define SEG_SAP_SAP_KEY_H

#include "sap/sap_convert.h"
#include "sap/sap_dictionary.h"

/* Do values of the type have leading zeros? */
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
 * The internal form of a value of a character field (keys, CUKY, UNIT, CHAR) of
 * length characters.  OUT result[max(size, length)], result_size: 0 when the value
 * is blank or '#' (not assigned).  The marks of spreadsheets around a key are
 * removed.  SEG_SAP_ASTERISK, SEG_SAP_KEY_DECIMALS, SEG_SAP_EXPONENT,
 * SEG_SAP_NOT_DIGITS (NUMC, CLNT), SEG_SAP_NOT_A_CURRENCY, SEG_SAP_TOO_LONG; a
 * length of 0 is not checked.
 */
extern SegSapStatus seg_sap_internal(SegSapType type, size_t length, const char *value, size_t size,
									 char *result, size_t *result_size);

/* A fast check that a trimmed value is in internal form.  False: call seg_sap_internal. */
extern bool seg_sap_is_internal(SegSapType type, size_t length, const char *value, size_t size);

/*
 * The conversion exit ALPHA, inwards: a value of digits only gets leading zeros up
 * to length; any other value does not change.  OUT result[max(size, length)],
 * result_size.  Excess leading zeros are removed.  SEG_SAP_TOO_LONG when the value
 * has more characters (UTF-8) than length.
 */
extern SegSapStatus seg_sap_alpha_in(const char *value, size_t size, size_t length,
									 char *result, size_t *result_size);

/* Outwards: a value of digits only loses its leading zeros, but not its last digit.  INOUT value, size. */
extern void seg_sap_alpha_out(const char **value, size_t *size);

#endif							/* SEG_SAP_SAP_KEY_H */
