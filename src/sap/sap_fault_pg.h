/*
 * sap_fault_pg.h
 *		Errors of SAP text: SQLSTATE, message, hint.
 *
 * The message is also the reason in a table of refused lines.
 */
#ifndef SEG_SAP_SAP_FAULT_PG_H
#define SEG_SAP_SAP_FAULT_PG_H

#include "server/compat.h"

#include "sap/sap_status.h"

typedef struct SegSapFault
{
	int			sqlstate;
	const char *reason;
	const char *hint;			/* or NULL */
} SegSapFault;

/* The fault of a status other than SEG_SAP_OK. */
extern SegSapFault seg_sap_fault(SegSapStatus status);

/* Raise it as an error. */
extern _Noreturn void seg_sap_raise(SegSapStatus status);

#endif							/* SEG_SAP_SAP_FAULT_PG_H */
