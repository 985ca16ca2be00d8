/*
 * rethrow.c
 *		Raising an error again without internal SQL; see rethrow.h.
 */
#include "server/rethrow.h"

#include "miscadmin.h"

void
seg_rethrow_without_context(MemoryContext context)
{
	ErrorData  *fault;

	MemoryContextSwitchTo(context);
	fault = CopyErrorData();
	FlushErrorState();
	fault->context = NULL;
	fault->internalquery = NULL;
	fault->internalpos = 0;
	fault->cursorpos = 0;
	ThrowErrorData(fault);
	pg_unreachable();
}
