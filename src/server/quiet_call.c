/*
 * quiet_call.c
 *		Functions of the interface whose errors show none of our SQL.
 *
 * A function written in PL/pgSQL adds a line of context to an error for each
 * statement that it was in, which tells a user nothing.  So what users call is
 * declared in C as quiet_call, and calls the function of the same name and
 * arguments in segment_internal.
 */
#include "server/compat.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "utils/syscache.h"

#include "server/rethrow.h"

static Oid
inner_function(Oid outer)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(outer));
	Form_pg_proc form;
	Oid			inner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", outer);
	form = (Form_pg_proc) GETSTRUCT(tuple);
	inner = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(NameStr(form->proname)),
							PointerGetDatum(&form->proargtypes),
							ObjectIdGetDatum(get_namespace_oid("segment_internal", false)));
	ReleaseSysCache(tuple);
	if (!OidIsValid(inner))
		elog(ERROR, "function %u has no counterpart in segment_internal", outer);
	return inner;
}

PG_FUNCTION_INFO_V1(quiet_call);
Datum
quiet_call(PG_FUNCTION_ARGS)
{
	LOCAL_FCINFO(call, FUNC_MAX_ARGS);
	MemoryContext context = CurrentMemoryContext;
	FmgrInfo   *inner = fcinfo->flinfo->fn_extra;
	Datum		result = (Datum) 0;

	if (inner == NULL)
	{
		inner = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(FmgrInfo));
		fmgr_info_cxt(inner_function(fcinfo->flinfo->fn_oid), inner, fcinfo->flinfo->fn_mcxt);
		fcinfo->flinfo->fn_extra = inner;
	}
	InitFunctionCallInfoData(*call, inner, PG_NARGS(), PG_GET_COLLATION(), NULL, fcinfo->resultinfo);
	memcpy(call->args, fcinfo->args, PG_NARGS() * sizeof(NullableDatum));
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
