/*
 * lines_parallel_pg.c
 *		Receipt lines read by parallel workers; see lines_parallel_pg.h.
 *
 * The query of lines becomes the argument of the aggregate segment_internal.receipts_engine.
 * Each worker adds its lines to an engine of its own and sends that as bytes
 * (receipts/engine_bytes_pg.h).  The leader has one state only: the engine of the function
 * that reads.  It adds its own lines to that, and then the bytes of the workers.
 *
 * Memory: a worker holds its engine, later its bytes twice, and the leader receives them into
 * a buffer of up to twice their size.  So the leader sets four times what a worker may hold
 * aside while the query runs.  When a worker has more, the lines are read again without workers.
 */
#include "receipts/lines_parallel_pg.h"

#include "access/parallel.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/plannodes.h"
#include "optimizer/cost.h"
#include "utils/memutils.h"
#include "utils/plancache.h"

#include "receipts/engine_parts_pg.h"

/* What a worker holds is set aside so many times; half as much is left for the leader. */
#define COPIES 4
#define SHARES (COPIES + 2)

/* A bytea has less than 1 GB. */
#define MAX_SHARE ((size_t) 900 * 1024 * 1024)

/* Arguments of the aggregate: the setup, and all columns of the query. */
enum
{
	ARG_STATE,
	ARG_SETUP,
	ARG_COLUMNS,
};

#define COLUMNS (SEG_LINE_VALUE + 1 + SEG_DETAIL_COLUMNS)

/* The first argument, a constant of the query. */
typedef struct Setup
{
	uint64		token;			/* of the read */
	uint64		limit;			/* what a worker may hold, in bytes */
	int32		mode;
	int32		since;
	int32		bits;
	bool		has_details;
	bool		has_value;
	bool		in_months;
	bool		keep_blank_codes;
} Setup;

typedef enum StateKind
{
	STATE_LEADER,
	STATE_WORKER,
	STATE_RECEIVED,				/* bytes of a worker */
} StateKind;

typedef struct State
{
	StateKind	kind;
	uint64		token;
	SegLineReader *reader;
	SegBytesIn	received;
} State;

/* What bytes begin with. */
typedef struct Head
{
	uint64		token;
	bool		is_leader;		/* nothing follows: the lines are in the leader's engine */
	bool		too_large;		/* nothing follows: there were too many lines */
} Head;

/* What the leader reads now; a read may run inside another one. */
typedef struct Read
{
	State		state;
	bool		too_large;
	struct Read *outer;
} Read;

static Read *reading = NULL;

/* ---- the aggregate ---- */

static _Noreturn void
refuse_call(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("aggregate receipts_engine can only be called by functions of segment")));
}

/* The state of the leader for that token. */
static State *
leader_state(uint64 token)
{
	if (IsParallelWorker() || reading == NULL || reading->state.token != token)
		refuse_call();
	return &reading->state;
}

static bool
is_integer(FunctionCallInfo fcinfo, int column)
{
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, ARG_COLUMNS + column);

	if (type != INT8OID && type != TEXTOID)
		refuse_call();
	return type == INT8OID;
}

static void
set_shape(FunctionCallInfo fcinfo, const Setup *setup, SegLineReader *reader)
{
	SegLineShape *shape = &reader->shape;

	shape->has_value = setup->has_value;
	shape->in_months = setup->in_months;
	shape->keep_blank_codes = setup->keep_blank_codes;
	shape->details = setup->has_details ? SEG_LINE_VALUE + 1 : 0;
	shape->integer_customer = is_integer(fcinfo, SEG_LINE_CUSTOMER);
	shape->integer_receipt = is_integer(fcinfo, SEG_LINE_RECEIPT);
	shape->integer_code = is_integer(fcinfo, SEG_LINE_VALUE + 1 + SEG_DETAIL_CODE);
	seg_engine_set_integer_ids(reader->engine, shape->integer_customer);
}

/* The setup, which anybody may have written who calls the aggregate by himself. */
static Setup
read_setup(FunctionCallInfo fcinfo)
{
	bytea	   *bytes = PG_ARGISNULL(ARG_SETUP) ? NULL : PG_GETARG_BYTEA_PP(ARG_SETUP);
	Setup		setup;

	if (bytes == NULL || VARSIZE_ANY_EXHDR(bytes) != sizeof(setup) || fcinfo->nargs != ARG_COLUMNS + COLUMNS)
		refuse_call();
	memcpy(&setup, VARDATA_ANY(bytes), sizeof(setup));
	if ((setup.mode != SEG_RECEIPTS_SUMS && setup.mode != SEG_RECEIPTS_LIST) ||
		setup.bits < SEG_ENGINE_MIN_BITS || setup.bits > SEG_ENGINE_MAX_BITS ||
		(setup.has_details && setup.mode != SEG_RECEIPTS_LIST))
		refuse_call();
	return setup;
}

/* The state of this process for its first line. */
static State *
begin(FunctionCallInfo fcinfo)
{
	Setup		setup = read_setup(fcinfo);
	MemoryContext context;
	MemoryContext old;
	State	   *state;
	SegReceiptsEngine *engine;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate function called in non-aggregate context");
	if (!IsParallelWorker())
	{
		state = leader_state(setup.token);
		set_shape(fcinfo, &setup, state->reader);
		return state;
	}
	old = MemoryContextSwitchTo(context);
	engine = seg_engine_create_limited(setup.mode, setup.since, setup.bits, setup.limit);
	if (setup.has_details)
		seg_engine_keep_details(engine);
	state = palloc0(sizeof(State));
	state->kind = STATE_WORKER;
	state->token = setup.token;
	state->reader = seg_line_reader_create(engine, setup.has_details ? seg_codes_create() : NULL);
	set_shape(fcinfo, &setup, state->reader);
	MemoryContextSwitchTo(old);
	return state;
}

PG_FUNCTION_INFO_V1(receipts_engine_transfn);
Datum
receipts_engine_transfn(PG_FUNCTION_ARGS)
{
	State	   *state = PG_ARGISNULL(ARG_STATE) ? begin(fcinfo) : (State *) PG_GETARG_POINTER(ARG_STATE);
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS];

	if (seg_engine_is_too_large(state->reader->engine))
		PG_RETURN_POINTER(state);
	for (int i = 0; i < COLUMNS; i++)
	{
		values[i] = fcinfo->args[ARG_COLUMNS + i].value;
		nulls[i] = fcinfo->args[ARG_COLUMNS + i].isnull;
	}
	seg_line_reader_take(state->reader, values, nulls);
	PG_RETURN_POINTER(state);
}

/* The leader has one state, so there is nothing to do but to add what workers sent. */
PG_FUNCTION_INFO_V1(receipts_engine_combinefn);
Datum
receipts_engine_combinefn(PG_FUNCTION_ARGS)
{
	State	   *other = PG_ARGISNULL(1) ? NULL : (State *) PG_GETARG_POINTER(1);
	State	   *state;

	if (other == NULL)
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	state = leader_state(other->token);
	if (other->kind == STATE_RECEIVED && !reading->too_large)
		seg_engine_merge(state->reader->engine, &other->received, seg_line_reader_merge(state->reader, &other->received));
	PG_RETURN_POINTER(state);
}

/* What the bytes have, or only their size. */
static void
write_state(State *state, const Head *head, SegBytesOut *out)
{
	seg_bytes_put(out, head, sizeof(*head));
	if (head->is_leader || head->too_large)
		return;
	seg_line_reader_write(state->reader, out);
	seg_engine_write(state->reader->engine, out);
}

PG_FUNCTION_INFO_V1(receipts_engine_serialfn);
Datum
receipts_engine_serialfn(PG_FUNCTION_ARGS)
{
	State	   *state = (State *) PG_GETARG_POINTER(0);
	Head		head = {.token = state->token, .is_leader = state->kind == STATE_LEADER};
	SegBytesOut out = {0};
	bytea	   *bytes;

	if (!head.is_leader)
	{
		seg_engine_settle(state->reader->engine);
		head.too_large = seg_engine_is_too_large(state->reader->engine);
	}
	write_state(state, &head, &out);
	if (out.size > MAX_SHARE)
	{
		head.too_large = true;
		out.size = 0;
		write_state(state, &head, &out);
	}
	bytes = palloc(VARHDRSZ + out.size);
	SET_VARSIZE(bytes, VARHDRSZ + out.size);
	out.at = VARDATA(bytes);
	write_state(state, &head, &out);
	PG_RETURN_BYTEA_P(bytes);
}

PG_FUNCTION_INFO_V1(receipts_engine_deserialfn);
Datum
receipts_engine_deserialfn(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);
	State	   *state = palloc0(sizeof(State));
	Head		head;

	state->received = (SegBytesIn) {VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes)};
	seg_bytes_get(&state->received, &head, sizeof(head));
	state->token = head.token;
	state->kind = STATE_RECEIVED;
	if (head.is_leader || head.too_large)
		state->kind = STATE_LEADER;
	(void) leader_state(head.token);
	reading->too_large |= head.too_large;
	PG_RETURN_POINTER(state);
}

/* How many lines the leader knows of; the engine is where the caller has it. */
PG_FUNCTION_INFO_V1(receipts_engine_finalfn);
Datum
receipts_engine_finalfn(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_INT64(0);
	PG_RETURN_INT64(((State *) PG_GETARG_POINTER(0))->reader->counts.lines);
}

/* ---- the query ---- */

/* The aggregate over the query of lines, with the setup as its last parameter. */
static char *
aggregate_query(const char *query, int setup, const Setup *given)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "SELECT segment_internal.receipts_engine($%d, l.customer, l.receipt, l.day, l.amount, l.currency, %s, %s) FROM (%s) l(customer, receipt, day, amount, currency%s%s)",
					 setup, given->has_value ? "l.value" : "NULL::pg_catalog.numeric",
					 given->has_details ? "l.code, l.at, l.quantity, l.discount"
					 : "NULL::pg_catalog.text, NULL::pg_catalog.time, NULL::pg_catalog.numeric, NULL::pg_catalog.numeric",
					 query, given->has_value ? ", value" : "", given->has_details ? ", code, at, quantity, discount" : "");
	return text.data;
}

/* The planned workers and lines of each process: of partial aggregates below a Gather; else false. */
static bool
find_workers(const PlannedStmt *statement, int *workers, double *lines)
{
	const Plan *top = statement->planTree;
	const Plan *gather = top->lefttree;

	if (!statement->parallelModeNeeded || !IsA(top, Agg) || !DO_AGGSPLIT_COMBINE(((const Agg *) top)->aggsplit) ||
		gather == NULL || !IsA(gather, Gather) || !IsA(gather->lefttree, Agg))
		return false;
	*workers = ((const Gather *) gather)->num_workers;
	*lines = gather->lefttree->lefttree->plan_rows;
	return *workers > 0;
}

/* What the planner makes of the aggregate. */
static bool
plan_workers(SPIPlanPtr plan, ParamListInfo parameters, int *workers, double *lines)
{
	CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(plan));
	CachedPlan *cached = GetCachedPlan(source, parameters, NULL, NULL);
	bool		found = list_length(cached->stmt_list) == 1 &&
		find_workers(linitial_node(PlannedStmt, cached->stmt_list), workers, lines);

	ReleaseCachedPlan(cached, NULL);
	return found;
}

/* Are all lines that are kept likely to fit where they would be? */
static bool
fits(const SegReceiptsEngine *engine, bool has_numbers, int workers, double lines, size_t limit, size_t left)
{
	double		bytes = 0;

	if (engine->mode == SEG_RECEIPTS_LIST || has_numbers)
		bytes = lines * seg_engine_receipt_size(engine, has_numbers);
	return limit >= 2 * seg_engine_first_bytes(engine->bits) && bytes <= limit && bytes * (workers + 1) <= left;
}

static ParamListInfo
with_setup(ParamListInfo parameters, Setup *setup)
{
	int			n = parameters->numParams;
	ParamListInfo list = makeParamList(n + 1);
	bytea	   *bytes = palloc(VARHDRSZ + sizeof(Setup));

	SET_VARSIZE(bytes, VARHDRSZ + sizeof(Setup));
	memcpy(VARDATA(bytes), setup, sizeof(Setup));
	memcpy(list->params, parameters->params, n * sizeof(ParamExternData));
	list->params[n] = (ParamExternData) {PointerGetDatum(bytes), false, PARAM_FLAG_CONST, BYTEAOID};
	return list;
}

/* Run the aggregate; false when a worker had too many lines. */
static bool
run(SPIPlanPtr plan, ParamListInfo parameters, uint64 token, SegLineReader *reader)
{
	SPIExecuteOptions options = {.params = parameters, .read_only = true};
	Read		read = {.state = {.kind = STATE_LEADER, .token = token, .reader = reader}, .outer = reading};

	reading = &read;
	PG_TRY();
	{
		if (SPI_execute_plan_extended(plan, &options) != SPI_OK_SELECT)
			elog(ERROR, "could not run a query of receipts");
	}
	PG_FINALLY();
	{
		reading = read.outer;
	}
	PG_END_TRY();
	return !read.too_large;
}

/* What a worker needs to know. */
static Setup
make_setup(const SegLineReader *reader, bool has_details)
{
	const SegReceiptsEngine *engine = reader->engine;
	Setup		setup;

	/* its bytes go to the workers, so there is no padding without a value */
	memset(&setup, 0, sizeof(setup));
	if (!pg_strong_random(&setup.token, sizeof(setup.token)))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate a random number")));
	setup.mode = engine->mode;
	setup.since = engine->since;
	setup.bits = engine->bits;
	setup.has_details = has_details;
	setup.has_value = reader->shape.has_value;
	setup.in_months = reader->shape.in_months;
	setup.keep_blank_codes = reader->shape.keep_blank_codes;
	return setup;
}

static SPIPlanPtr
prepare(const char *query, ParamListInfo parameters, const Setup *setup)
{
	Oid		   *types = palloc(parameters->numParams * sizeof(Oid));
	SPIPlanPtr	plan;

	for (int i = 0; i < parameters->numParams; i++)
		types[i] = parameters->params[i].ptype;
	plan = SPI_prepare_cursor(aggregate_query(query, parameters->numParams, setup), parameters->numParams, types,
							  CURSOR_OPT_PARALLEL_OK | CURSOR_OPT_CUSTOM_PLAN);
	if (plan == NULL)
		elog(ERROR, "could not prepare a query of receipts");
	return plan;
}

bool
seg_lines_read_parallel(const char *query, ParamListInfo parameters, bool has_details, bool has_numbers, SegLineReader *reader)
{
	SegReceiptsEngine *engine = reader->engine;
	Setup		setup;
	SPIPlanPtr	plan;
	int			workers;
	double		lines;
	bool		done = false;

	if (max_parallel_workers_per_gather == 0 || max_parallel_workers == 0 || IsInParallelMode())
		return false;
	setup = make_setup(reader, has_details);
	plan = prepare(query, with_setup(parameters, &setup), &setup);
	if (plan_workers(plan, with_setup(parameters, &setup), &workers, &lines))
	{
		size_t		left = seg_budget_left();
		size_t		aside;

		setup.limit = Min(left / SHARES / workers, MAX_SHARE);
		aside = COPIES * setup.limit * workers;
		if (fits(engine, has_numbers, workers, lines, setup.limit, left - aside))
		{
			seg_budget_reserve(engine->budget, aside);
			done = run(plan, with_setup(parameters, &setup), setup.token, reader);
			seg_budget_release(engine->budget, aside);
			if (!done)
			{
				seg_engine_clear(engine);
				seg_line_reader_clear(reader);
			}
		}
	}
	SPI_freeplan(plan);
	return done;
}
