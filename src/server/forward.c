/*
 * forward.c
 *		Looking up the internal function for a public function.
 */
#include "server/forward.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

static Oid
inner_function(Oid outer, bool with_caller)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(outer));
	Form_pg_proc form;
	Oid			types[FUNC_MAX_ARGS + 1] = {OIDOID};
	int			added = with_caller ? 1 : 0;
	Oid			inner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", outer);
	form = (Form_pg_proc) GETSTRUCT(tuple);
	memcpy(types + added, form->proargtypes.values, form->pronargs * sizeof(Oid));
	inner = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(NameStr(form->proname)),
							PointerGetDatum(buildoidvector(types, form->pronargs + added)),
							ObjectIdGetDatum(get_namespace_oid("segment_internal", false)));
	ReleaseSysCache(tuple);
	if (!OidIsValid(inner))
		elog(ERROR, "function %u has no counterpart in segment_internal", outer);
	return inner;
}

void
seg_forward_prepare(FunctionCallInfo fcinfo, bool with_caller, FunctionCallInfo call)
{
	FmgrInfo   *inner = fcinfo->flinfo->fn_extra;
	int			added = with_caller ? 1 : 0;

	if (inner == NULL)
	{
		inner = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(FmgrInfo));
		fmgr_info_cxt(inner_function(fcinfo->flinfo->fn_oid, with_caller), inner, fcinfo->flinfo->fn_mcxt);
		fcinfo->flinfo->fn_extra = inner;
	}
	InitFunctionCallInfoData(*call, inner, PG_NARGS() + added, PG_GET_COLLATION(), NULL, fcinfo->resultinfo);
	if (with_caller)
		call->args[0] = (NullableDatum) {ObjectIdGetDatum(GetUserId()), false};
	memcpy(call->args + added, fcinfo->args, PG_NARGS() * sizeof(NullableDatum));
}
