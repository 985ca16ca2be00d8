/*
 * basket_receipts_pg.c
 *		Rules and offers from a receipts relation: association_rules, next_best_offer,
 *		offer_backtest.
 *
 * Each of them is one query, whose text segment_internal.<function>_query makes after it
 * has checked the arguments.  It runs as the caller.
 */
#include "server/compat.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tstoreReceiver.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "receipts/lines_pg.h"
#include "stats/wilson.h"

/* All arguments of the call as $1, $2, ... */
static ParamListInfo
arguments_of(FunctionCallInfo fcinfo)
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

/* Return the rows of the query that segment_internal.<function> makes of all arguments. */
static void
query_rows(FunctionCallInfo fcinfo, SegRow *row, const char *function)
{
	SPIExecuteOptions options = {.params = arguments_of(fcinfo), .read_only = true};
	Datum		query;

	if (!seg_receipts_call(fcinfo, function, &query))
		elog(ERROR, "%s made no query", function);
	options.dest = CreateDestReceiver(DestTuplestore);
	SetTuplestoreDestReceiverParams(options.dest, row->store, CurrentMemoryContext, false, row->shape,
									"query does not return the columns that are expected");
	seg_receipts_run(TextDatumGetCString(query), &options);
	options.dest->rDestroy(options.dest);
}

static void
association_rules_rows(FunctionCallInfo fcinfo, SegRow *row)
{
	query_rows(fcinfo, row, "association_rules_query");
}

PG_FUNCTION_INFO_V1(association_rules);
Datum
association_rules(PG_FUNCTION_ARGS)
{
	return seg_receipts_rows(fcinfo, association_rules_rows);
}

static void
next_best_offer_rows(FunctionCallInfo fcinfo, SegRow *row)
{
	query_rows(fcinfo, row, "next_best_offer_query");
}

PG_FUNCTION_INFO_V1(next_best_offer);
Datum
next_best_offer(PG_FUNCTION_ARGS)
{
	return seg_receipts_rows(fcinfo, next_best_offer_rows);
}

static void
offer_backtest_rows(FunctionCallInfo fcinfo, SegRow *row)
{
	query_rows(fcinfo, row, "offer_backtest_query");
}

PG_FUNCTION_INFO_V1(offer_backtest);
Datum
offer_backtest(PG_FUNCTION_ARGS)
{
	return seg_receipts_rows(fcinfo, offer_backtest_rows);
}

/* (hits, n, level): lower and upper bound; NULL for n = 0 */
PG_FUNCTION_INFO_V1(wilson);
Datum
wilson(PG_FUNCTION_ARGS)
{
	int64		hits = PG_GETARG_INT64(0);
	int64		n = PG_GETARG_INT64(1);
	double		level = PG_GETARG_FLOAT8(2);
	double		bounds[2];
	Datum		values[2];

	if (hits < 0 || hits > n || !(level > 0 && level < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("interval needs 0 <= hits <= n and 0 < level < 1")));
	if (n == 0)
		PG_RETURN_NULL();
	seg_wilson(hits, n, level, &bounds[0], &bounds[1]);
	values[0] = Float8GetDatum(bounds[0]);
	values[1] = Float8GetDatum(bounds[1]);
	PG_RETURN_ARRAYTYPE_P(construct_array(values, 2, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}
