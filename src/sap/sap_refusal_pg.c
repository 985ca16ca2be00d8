/*
 * sap_refusal_pg.c
 *		Why a line is refused; see sap_refusal_pg.h.
 */
#include "sap/sap_refusal_pg.h"

#include "sap/sap_fault_pg.h"

void
seg_sap_refusal(SapRefusal *refusal, SegSapStatus status, const char *field)
{
	SegSapFault fault = seg_sap_fault(status);

	*refusal = (SapRefusal) {.sqlstate = fault.sqlstate, .field = field, .hint = fault.hint};
	strlcpy(refusal->reason, fault.reason, sizeof(refusal->reason));
}

void
seg_sap_refuse(SapRefusal *refusal, int sqlstate, const char *field, const char *format,...)
{
	va_list		args;

	*refusal = (SapRefusal) {.sqlstate = sqlstate, .field = field};
	va_start(args, format);
	vsnprintf(refusal->reason, sizeof(refusal->reason), format, args);
	va_end(args);
}
