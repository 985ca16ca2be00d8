/*
 * quiet_call.c
 *		Public functions whose errors do not show internal SQL.
 *
 * A PL/pgSQL function adds a line of context to an error for each nested statement,
 * which does not help a user.  So a public function is declared in C as quiet_call,
 * and calls the function of the same name and arguments in segment_internal.
 */
#include "server/forward.h"
#include "server/rethrow.h"

#include "catalog/pg_proc.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(quiet_call);
Datum
quiet_call(PG_FUNCTION_ARGS)
{
	LOCAL_FCINFO(call, FUNC_MAX_ARGS);
	MemoryContext context = CurrentMemoryContext;
	Datum		result = (Datum) 0;

	seg_forward_prepare(fcinfo, false, call);
	/* a procedure that commits must know that CALL permits it */
	if (fcinfo->context != NULL && get_func_prokind(call->flinfo->fn_oid) == PROKIND_PROCEDURE)
		call->context = fcinfo->context;
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
