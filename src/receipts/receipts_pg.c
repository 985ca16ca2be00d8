/*
 * receipts_pg.c
 *		The functions that read a receipts relation: receipt_totals, receipt_counts,
 *		rfm, cohort_retention.
 *
 * Each function runs one query.  Its support function in PL/pgSQL,
 * segment_internal.<name>_query, checks the arguments and returns the text of the
 * query, in which $1, $2 and so on are the arguments.  The query runs with the
 * caller's privileges and the snapshot of the statement.
 *
 * An error of the query is raised again without the text of the query; see rethrow.h.
 */
#include "server/compat.h"

#include "executor/spi.h"
#include "executor/tstoreReceiver.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"

#include "server/rethrow.h"

PG_FUNCTION_INFO_V1(receipt_totals);
PG_FUNCTION_INFO_V1(receipt_counts);
PG_FUNCTION_INFO_V1(rfm);
PG_FUNCTION_INFO_V1(cohort_retention);

/* The arguments of the call as parameters of a query. */
static ParamListInfo
parameters(FunctionCallInfo fcinfo)
{
	Oid		   *types;
	int			count;
	ParamListInfo list;

	(void) get_func_signature(fcinfo->flinfo->fn_oid, &types, &count);
	list = makeParamList(count);
	for (int i = 0; i < count; i++)
		list->params[i] = (ParamExternData) {
			.value = PG_ARGISNULL(i) ? (Datum) 0 : PG_GETARG_DATUM(i),
			.isnull = PG_ARGISNULL(i), .pflags = PARAM_FLAG_CONST, .ptype = types[i]
		};
	return list;
}

/* The result of segment_internal.<maker>(arguments), in the memory of the SPI connection. */
static char *
make_query(const char *maker, const SPIExecuteOptions *arguments)
{
	StringInfoData call;

	initStringInfo(&call);
	appendStringInfo(&call, "SELECT segment_internal.%s(", maker);
	for (int i = 0; i < arguments->params->numParams; i++)
		appendStringInfo(&call, "%s$%d", i == 0 ? "" : ", ", i + 1);
	appendStringInfoChar(&call, ')');
	if (SPI_execute_extended(call.data, arguments) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not build the query");
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

static void
run_query(FunctionCallInfo fcinfo, const char *maker, DestReceiver *receiver)
{
	SPIExecuteOptions options = {.params = parameters(fcinfo), .read_only = true};
	char	   *query;

	SPI_connect();
	query = make_query(maker, &options);
	options.dest = receiver;
	if (SPI_execute_extended(query, &options) != SPI_OK_SELECT)
		elog(ERROR, "could not run the query");
	SPI_finish();
}

/* Return the rows of the query that `maker` builds. */
static Datum
rows_of_query(FunctionCallInfo fcinfo, const char *maker)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext context = CurrentMemoryContext;
	DestReceiver *receiver;

	InitMaterializedSRF(fcinfo, 0);
	receiver = CreateDestReceiver(DestTuplestore);
	SetTuplestoreDestReceiverParams(receiver, result->setResult, result->econtext->ecxt_per_query_memory, false,
									result->setDesc, "query returns unexpected columns");
	PG_TRY();
	{
		run_query(fcinfo, maker, receiver);
	}
	PG_CATCH();
	{
		seg_rethrow_without_context(context);
	}
	PG_END_TRY();
	receiver->rDestroy(receiver);
	return (Datum) 0;
}

Datum
receipt_totals(PG_FUNCTION_ARGS)
{
	return rows_of_query(fcinfo, "receipt_totals_query");
}

Datum
receipt_counts(PG_FUNCTION_ARGS)
{
	return rows_of_query(fcinfo, "receipt_counts_query");
}

Datum
rfm(PG_FUNCTION_ARGS)
{
	return rows_of_query(fcinfo, "rfm_query");
}

Datum
cohort_retention(PG_FUNCTION_ARGS)
{
	return rows_of_query(fcinfo, "cohort_retention_query");
}
