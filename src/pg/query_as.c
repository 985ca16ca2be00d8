/*
 * query_as.c
 *		Reading a source as the role that owns the model.
 *
 * A source may be a view, and the functions of a view run as whoever reads it:
 * a superuser who refits everybody's models would run everybody's code.  So the
 * source is read as PostgreSQL itself does it for REFRESH MATERIALIZED VIEW: as
 * the owner, in a security-restricted operation, from which no SET ROLE, no
 * deferred trigger and no changed setting leads back to the caller.
 *
 * Nothing is gained over SET ROLE, which the caller must be allowed.
 */
#include "pg/compat.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tstoreReceiver.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/tuplestore.h"

/* Who we were. */
typedef struct Caller
{
	Oid			role;
	int			security;
	int			settings;		/* nesting level of the settings; 0: we stay who we are */
} Caller;

static Caller
become(const char *role_name)
{
	Oid			role = get_role_oid(role_name, false);
	Caller		caller = {.settings = 0};

	GetUserIdAndSecContext(&caller.role, &caller.security);
	if (role == caller.role)
		return caller;
	if (!SEG_MAY_SET_ROLE(caller.role, role))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be able to SET ROLE \"%s\"", role_name)));
	SetUserIdAndSecContext(role, caller.security | SECURITY_RESTRICTED_OPERATION);
	caller.settings = NewGUCNestLevel();
	return caller;
}

/* After an error the end of the transaction does this. */
static void
become_again(const Caller *caller)
{
	if (caller->settings == 0)
		return;
	AtEOXact_GUC(false, caller->settings);
	SetUserIdAndSecContext(caller->role, caller->security);
}

/* (role_name): false also for a role that does not exist */
PG_FUNCTION_INFO_V1(may_set_role);
Datum
may_set_role(PG_FUNCTION_ARGS)
{
	Oid			role = get_role_oid(text_to_cstring(PG_GETARG_TEXT_PP(0)), true);

	PG_RETURN_BOOL(OidIsValid(role) && SEG_MAY_SET_ROLE(GetUserId(), role));
}

/* Where the rows go as they come: a store that spills to disk beyond work_mem. */
static DestReceiver *
open_store(ReturnSetInfo *result)
{
	MemoryContext old = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
	bool		random = (result->allowedModes & SFRM_Materialize_Random) != 0;
	DestReceiver *receiver = CreateDestReceiver(DestTuplestore);

	result->returnMode = SFRM_Materialize;
	result->setDesc = CreateTupleDescCopy(result->expectedDesc);
	result->setResult = tuplestore_begin_heap(random, false, work_mem);
	SetTuplestoreDestReceiverParams(receiver, result->setResult, CurrentMemoryContext, false, result->setDesc,
									"query does not return the columns that are expected");
	MemoryContextSwitchTo(old);
	return receiver;
}

/* $1 and $2, both bytea[]. */
static ParamListInfo
parameters(FunctionCallInfo fcinfo)
{
	ParamListInfo list = makeParamList(2);

	for (int i = 0; i < 2; i++)
		list->params[i] = (ParamExternData) {
			.value = PG_ARGISNULL(2 + i) ? (Datum) 0 : PG_GETARG_DATUM(2 + i),
			.isnull = PG_ARGISNULL(2 + i), .pflags = PARAM_FLAG_CONST, .ptype = BYTEAARRAYOID
		};
	return list;
}

/* (role_name, query, models, old_models) */
PG_FUNCTION_INFO_V1(query_as);
Datum
query_as(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	SPIExecuteOptions options = {.read_only = true};	/* with the snapshot of the statement that called */
	char	   *role_name;
	char	   *query;
	Caller		caller;

	if (result == NULL || !IsA(result, ReturnSetInfo) || !(result->allowedModes & SFRM_Materialize) ||
		result->expectedDesc == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("set-valued function called in context that cannot accept a set")));
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("role_name and query must not be null")));
	role_name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	query = text_to_cstring(PG_GETARG_TEXT_PP(1));
	options.params = parameters(fcinfo);
	options.dest = open_store(result);
	SPI_connect();
	caller = become(role_name);
	if (SPI_execute_extended(query, &options) != SPI_OK_SELECT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("query must be a SELECT")));
	become_again(&caller);
	SPI_finish();
	options.dest->rDestroy(options.dest);
	return (Datum) 0;
}
