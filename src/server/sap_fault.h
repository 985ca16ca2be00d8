/*
 * sap_fault.h
 *		Why SAP text was refused: SQLSTATE and words.
 *
 * The same words are an error's message and the reason in a table of refused
 * lines.
 */
#ifndef SEG_SERVER_SAP_FAULT_H
#define SEG_SERVER_SAP_FAULT_H

#include "server/compat.h"

#include "base/status.h"

typedef struct SegSapFault
{
	int			sqlstate;
	const char *reason;
	const char *hint;			/* or NULL */
} SegSapFault;

/* Of a SEG_SAP_ status. */
extern SegSapFault seg_sap_fault(SegStatus status);

#endif							/* SEG_SERVER_SAP_FAULT_H */
