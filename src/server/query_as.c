/*
 * query_as.c
 *		Reading a source as the role that owns the model.
 *
 * A source may be a view, and functions of a view run as the role that reads it: a
 * superuser who refits the models of other roles would run their code.  So the source
 * is read as in REFRESH MATERIALIZED VIEW: as the owner, in a security-restricted
 * operation, in which SET ROLE, deferred triggers and changed settings cannot give
 * the code the rights of the caller.
 *
 * The caller must be allowed to SET ROLE to the owner, so it gets no additional rights.
 */
#include "server/identity.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tstoreReceiver.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

/* The receiver of the rows: a tuplestore that spills to disk beyond work_mem. */
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

/* $1 and $2, both bytea[], and $3, jsonb[]. */
static ParamListInfo
parameters(FunctionCallInfo fcinfo)
{
	static const Oid types[] = {BYTEAARRAYOID, BYTEAARRAYOID, JSONBARRAYOID};
	ParamListInfo list = makeParamList(lengthof(types));

	for (int i = 0; i < lengthof(types); i++)
		list->params[i] = (ParamExternData) {
			.value = PG_ARGISNULL(2 + i) ? (Datum) 0 : PG_GETARG_DATUM(2 + i),
			.isnull = PG_ARGISNULL(2 + i), .pflags = PARAM_FLAG_CONST, .ptype = types[i]
		};
	return list;
}

typedef struct Statement
{
	const char *query;
	SPIExecuteOptions *options;
	bool		fixed_path;
	int			done;
} Statement;

static void
execute(void *argument)
{
	Statement  *statement = argument;

	if (statement->fixed_path)
		seg_fix_search_path();
	statement->done = SPI_execute_extended(statement->query, statement->options);
}

static int
run_as(Oid role, const char *query, SPIExecuteOptions *options)
{
	Statement	statement = {.query = query, .options = options};

	seg_run_as(role, execute, &statement);
	return statement.done;
}

/*
 * Run SQL of the registry as a role that the caller may not SET ROLE to.  Names must
 * not be resolved with the caller's search path: the caller's code would run as the role.
 */
static void
run_for_caller(Oid role, const char *query, SPIExecuteOptions *options)
{
	Statement	statement = {.query = query, .options = options, .fixed_path = true};

	seg_run_as(role, execute, &statement);
}

/* The ReturnSetInfo; an error when the caller does not accept a set of rows with known columns. */
static ReturnSetInfo *
check_result(FunctionCallInfo fcinfo)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	if (result == NULL || !IsA(result, ReturnSetInfo) || !(result->allowedModes & SFRM_Materialize) ||
		result->expectedDesc == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("set-valued function called in context that cannot accept a set")));
	return result;
}

/*
 * (name): rows of registered receipts, read as the role that owns them.  Role and SQL
 * come from the registry, so the caller need not be able to SET ROLE to the owner: the
 * receipts may be shared with the caller.
 */
PG_FUNCTION_INFO_V1(receipts_rows);
Datum
receipts_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = check_result(fcinfo);
	SPIExecuteOptions options = {.read_only = true};
	Oid			types[] = {TEXTOID};
	Datum		values[] = {PG_GETARG_DATUM(0)};
	bool		no_role;
	Oid			role;
	char	   *query;

	options.dest = open_store(result);
	SPI_connect();
	if (SPI_execute_with_args("SELECT p.role, p.query FROM segment_internal.receipts_plan($1) p", 1, types, values, NULL,
							  true, 1) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "the registry could not be read");
	role = DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &no_role));
	query = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
	if (!no_role && query != NULL)
		run_for_caller(role, query, &options);
	SPI_finish();
	options.dest->rDestroy(options.dest);
	return (Datum) 0;
}

/* A column of the row that SPI returned; an error when it is NULL. */
static Datum
plan_column(int number)
{
	bool		is_null;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, number, &is_null);

	if (is_null)
		elog(ERROR, "column %d of the plan is null", number);
	return value;
}

/*
 * (name, features, start): one assignment by a registered model, computed as its owner.
 * As in receipts_rows, role and SQL come from the registry.
 */
PG_FUNCTION_INFO_V1(assign_as_owner);
Datum
assign_as_owner(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = check_result(fcinfo);
	SPIExecuteOptions options = {.read_only = true, .params = makeParamList(5)};
	Oid			types[] = {TEXTOID};
	Datum		values[] = {PG_GETARG_DATUM(0)};
	Oid			argument_types[] = {BYTEAARRAYOID, BYTEAARRAYOID, JSONBARRAYOID, FLOAT8ARRAYOID, InvalidOid};
	Datum		arguments[] = {0, 0, 0, PG_GETARG_DATUM(1), PG_GETARG_DATUM(2)};
	bool		is_null;

	argument_types[4] = get_fn_expr_argtype(fcinfo->flinfo, 2);
	options.dest = open_store(result);
	SPI_connect();
	if (SPI_execute_with_args("SELECT p.role, p.query, p.bytes, p.names FROM segment_internal.assign_plan($1) p", 1, types, values,
							  NULL, true, 1) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "the registry could not be read");
	arguments[0] = arguments[1] = plan_column(3);
	arguments[2] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 4, &is_null);
	for (int i = 0; i < lengthof(arguments); i++)
		options.params->params[i] = (ParamExternData) {
			.value = arguments[i], .isnull = i == 2 && is_null, .pflags = PARAM_FLAG_CONST, .ptype = argument_types[i]
		};
	run_for_caller(DatumGetObjectId(plan_column(1)), TextDatumGetCString(plan_column(2)), &options);
	SPI_finish();
	options.dest->rDestroy(options.dest);
	return (Datum) 0;
}

/* (role_name, query, models, old_models, names) */
PG_FUNCTION_INFO_V1(query_as);
Datum
query_as(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = check_result(fcinfo);
	SPIExecuteOptions options = {.read_only = true};	/* with the snapshot of the statement that called */
	char	   *query;
	Oid			role;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("role_name and query must not be null")));
	role = get_role_oid(text_to_cstring(PG_GETARG_TEXT_PP(0)), false);
	seg_check_may_set_role(role);
	query = text_to_cstring(PG_GETARG_TEXT_PP(1));
	options.params = parameters(fcinfo);
	options.dest = open_store(result);
	SPI_connect();
	if (run_as(role, query, &options) != SPI_OK_SELECT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("query must be a SELECT")));
	SPI_finish();
	options.dest->rDestroy(options.dest);
	return (Datum) 0;
}

/* (role_name, query): the number of rows that a DELETE removes, run as the role. */
PG_FUNCTION_INFO_V1(delete_as);
Datum
delete_as(PG_FUNCTION_ARGS)
{
	Oid			role = get_role_oid(text_to_cstring(PG_GETARG_TEXT_PP(0)), false);
	SPIExecuteOptions options = {.read_only = false};
	Statement	statement = {.query = text_to_cstring(PG_GETARG_TEXT_PP(1)), .options = &options, .fixed_path = true};
	uint64		removed;

	seg_check_may_set_role(role);
	SPI_connect();
	seg_run_as(role, execute, &statement);
	removed = SPI_processed;
	SPI_finish();
	if (statement.done != SPI_OK_DELETE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("query must be a DELETE")));
	PG_RETURN_INT64((int64) removed);
}
