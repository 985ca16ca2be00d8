/*
 * status.h
 *		What a function that knows no PostgreSQL can answer.
 *
 * The core never raises.  Where a message needs numbers, the comment beside the
 * status names the arguments that seg_raise(status, ...) expects, with their C
 * types; server/error.c turns them into SQLSTATE, message, detail and hint.
 */
#ifndef SEG_BASE_STATUS_H
#define SEG_BASE_STATUS_H

typedef enum SegStatus
{
	SEG_OK = 0,

	/* bytes that should be a model */
	SEG_NOT_A_MODEL,			/* no arguments */
	SEG_MALFORMED_MODEL,		/* no arguments */
	SEG_NEWER_MODEL,			/* int version, int newest_known */
	SEG_OTHER_KIND,				/* const char *got, const char *wanted */
	SEG_MALFORMED_STATE,		/* no arguments: of an aggregate */

	/* rows */
	SEG_WRONG_LENGTH,			/* size_t got, size_t wanted */
	SEG_NOT_FINITE,				/* size_t position, from 1 */
	SEG_NULL_FEATURE,			/* size_t position, from 1 */
	SEG_NO_ROWS,				/* no arguments */
	SEG_TOO_FEW_DISTINCT,		/* size_t distinct, size_t k */
	SEG_RANGE_TOO_WIDE,			/* size_t position, from 1 */
	SEG_LOG_DOMAIN,				/* size_t position, from 1 */
	SEG_TOO_FAR,				/* no arguments */

	/* linear algebra */
	SEG_NO_CONVERGENCE,			/* no arguments */
	SEG_NOT_POSITIVE_DEFINITE,	/* no arguments */

	/* sizes */
	SEG_TOO_MANY_FEATURES,		/* size_t got, size_t most */
	SEG_TOO_LARGE,				/* size_t bytes_needed, size_t bytes_allowed */

	/* SAP text; none has arguments, server/sap_fault.c has their words */
	SEG_SAP_NOT_A_DATE,
	SEG_SAP_NOT_A_TIME,
	SEG_SAP_NOT_A_NUMBER,
	SEG_SAP_NOTATION_NEEDED,
	SEG_SAP_TOO_LONG,
	SEG_SAP_NOT_TEXT,
	SEG_SAP_OPEN_QUOTE,
	SEG_SAP_AFTER_QUOTE,
	SEG_SAP_TOO_MANY_FIELDS,
	SEG_SAP_TOO_FEW_FIELDS,
	SEG_SAP_NO_FIT,
	SEG_SAP_CONTROL,
	SEG_SAP_EXPONENT,
	SEG_SAP_KEY_DECIMALS,
	SEG_SAP_ASTERISK,
	SEG_SAP_NOT_DIGITS,
	SEG_SAP_NOT_A_CURRENCY,
	SEG_SAP_NO_KEY,
	SEG_SAP_OWN_NAME,
	SEG_SAP_OTHER_HEADER,
	SEG_SAP_BELOW_OTHER_HEADER,
} SegStatus;

#endif							/* SEG_BASE_STATUS_H */
