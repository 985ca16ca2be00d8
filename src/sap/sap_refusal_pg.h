/*
 * sap_refusal_pg.h
 *		Why a line is refused.
 */
#ifndef SEG_SAP_SAP_REFUSAL_PG_H
#define SEG_SAP_SAP_REFUSAL_PG_H

#include "server/compat.h"

#include "sap/sap_record.h"
#include "sap/sap_status.h"

typedef struct SegSapRefusal
{
	int			sqlstate;
	const char *field;			/* or NULL: the whole line */
	const char *hint;			/* or NULL */
	SegSapCell	value;			/* of the field; size 0: not shown */
	char		reason[160];
} SegSapRefusal;

/* OUT refusal: with the message of a status, or with a formatted message. */
extern void seg_sap_refusal(SegSapRefusal *refusal, SegSapStatus status, const char *field);
extern void seg_sap_refuse(SegSapRefusal *refusal, int sqlstate, const char *field, const char *format,...)
			pg_attribute_printf(4, 5);

#endif							/* SEG_SAP_SAP_REFUSAL_PG_H */
