/*
 * sap_refusal_pg.c
 *		Why a line is refused; see sap_refusal_pg.h.
 */
#include "sap/sap_refusal_pg.h"

#include "sap/sap_fault_pg.h"

void
seg_sap_refusal(SegSapRefusal *refusal, SegSapStatus status, const char *field)
{
	SegSapFault fault = seg_sap_fault(status);

	*refusal = (SegSapRefusal) {.sqlstate = fault.sqlstate, .field = field, .hint = fault.hint};
	strlcpy(refusal->reason, fault.reason, sizeof(refusal->reason));
}

void
seg_sap_refuse(SegSapRefusal *refusal, int sqlstate, const char *field, const char *format,...)
{
	va_list		args;

	*refusal = (SegSapRefusal) {.sqlstate = sqlstate, .field = field};
	va_start(args, format);
	vsnprintf(refusal->reason, sizeof(refusal->reason), format, args);
	va_end(args);
}
