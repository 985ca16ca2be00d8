/*
 * quiet_call.c
 *		Functions of the interface whose errors show none of our SQL.
 *
 * A function written in PL/pgSQL adds a line of context to an error for each
 * statement that it was in, which tells a user nothing.  So what users call is
 * declared in C as quiet_call, and calls the function of the same name and
 * arguments in segment_internal.
 */
#include "server/forward.h"
#include "server/rethrow.h"

PG_FUNCTION_INFO_V1(quiet_call);
Datum
quiet_call(PG_FUNCTION_ARGS)
{
	LOCAL_FCINFO(call, FUNC_MAX_ARGS);
	MemoryContext context = CurrentMemoryContext;
	Datum		result = (Datum) 0;

	seg_forward_prepare(fcinfo, false, call);
	PG_TRY();
	{
		result = FunctionCallInvoke(call);
	}
	PG_CATCH();
	{
		seg_rethrow_without_context(context);
	}
	PG_END_TRY();
	fcinfo->isnull = call->isnull;
	return result;
}
