/*
 * status.h
 *		The status that pure code returns.
 *
 * Pure code never raises an error.  If a message needs numbers, the comment of the
 * status names the members of SegFault with these numbers.  server/error.c converts
 * a fault to SQLSTATE, message, detail and hint.
 */
#ifndef SEG_BASE_STATUS_H
#define SEG_BASE_STATUS_H

#include <stddef.h>

typedef enum SegStatus
{
	SEG_OK = 0,

	/* bytes of a model or a state */
	SEG_NOT_A_MODEL,			/* no members */
	SEG_MALFORMED_MODEL,		/* no members */
	SEG_NEWER_MODEL,			/* got: version, wanted: newest supported */
	SEG_OTHER_KIND,				/* got_kind, wanted_kind */
	SEG_MALFORMED_STATE,		/* no members; the state of an aggregate */

	/* rows */
	SEG_WRONG_LENGTH,			/* got: of the row, wanted: of the model */
	SEG_OTHER_WIDTH,			/* got: of the row, wanted: of the rows before */
	SEG_NO_FEATURES,			/* no members */
	SEG_NOT_FINITE,				/* feature */
	SEG_NULL_FEATURE,			/* feature */
	SEG_NO_ROWS,				/* got: rows left out, or 0 */
	SEG_TOO_FEW_DISTINCT,		/* got: distinct rows, wanted: k */
	SEG_RANGE_TOO_WIDE,			/* feature */
	SEG_LOG_DOMAIN,				/* feature */
	SEG_TOO_FAR,				/* no members */
	SEG_TOO_MANY_VALUES,		/* no members; more values in a period than it can have */

	/* linear algebra */
	SEG_NO_CONVERGENCE,			/* no members */
	SEG_NOT_POSITIVE_DEFINITE,	/* no members */

	/* sizes */
	SEG_TOO_MANY_FEATURES,		/* got, wanted: the maximum */
	SEG_TOO_LARGE,				/* got: bytes needed, wanted: bytes allowed */
} SegStatus;

/*
 * A status with the numbers of its message; the other members are 0:
 * (SegFault) {SEG_NULL_FEATURE, .feature = j + 1}
 */
typedef struct SegFault
{
	SegStatus	status;
	size_t		feature;		/* position, from 1 */
	size_t		got;
	size_t		wanted;
	const char *got_kind;		/* SegModelType.title: "a PCA model" */
	const char *wanted_kind;
} SegFault;

#endif							/* SEG_BASE_STATUS_H */
