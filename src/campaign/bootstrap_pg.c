/*
 * bootstrap_pg.c
 *		The aggregate bootstrap_sums (see bootstrap.h), which campaign_lift uses.
 */
#include "server/compat.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "base/hash.h"
#include "campaign/bootstrap.h"
#include "server/budget.h"
#include "server/model_text.h"
#include "server/state.h"

typedef struct State
{
	MemoryContext context;
	SegBudget  *budget;
	size_t		replicates;
	uint64		seed;
	size_t		n;
	size_t		room;
	SegBootstrapItem *items;
} State;

static State *
create_state(MemoryContext context, int32 replicates, int64 seed)
{
	MemoryContext old;
	State	   *state;

	if (replicates < 1 || (size_t) replicates > SEG_BOOTSTRAP_MOST_REPLICATES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("replicates must be from 1 to %zu, but is %d", SEG_BOOTSTRAP_MOST_REPLICATES, replicates)));
	old = MemoryContextSwitchTo(context);
	state = palloc0(sizeof(State));
	state->context = context;
	state->budget = seg_budget_create(context);
	state->replicates = replicates;
	state->seed = (uint64) seed;
	MemoryContextSwitchTo(old);
	return state;
}

static void
make_room(State *state)
{
	size_t		room = state->room == 0 ? 16 : state->room * 2;

	if (state->n < state->room)
		return;
	seg_budget_reserve(state->budget, (room - state->room) * sizeof(SegBootstrapItem));
	state->items = state->room == 0 ? MemoryContextAllocHuge(state->context, room * sizeof(SegBootstrapItem)) :
		repalloc_huge(state->items, room * sizeof(SegBootstrapItem));
	state->room = room;
}

static Datum
as_datum(FunctionCallInfo fcinfo, State *state)
{
	fcinfo->isnull = state == NULL;
	return PointerGetDatum(state);
}

/* (state, id, a, b, replicates, seed): a row with a null is left out; replicates and seed: those of the first row. */
PG_FUNCTION_INFO_V1(bootstrap_sums_transfn);
Datum
bootstrap_sums_transfn(PG_FUNCTION_ARGS)
{
	State	   *state = PG_ARGISNULL(0) ? NULL : (State *) PG_GETARG_POINTER(0);
	MemoryContext context = seg_aggregate_context(fcinfo);
	SegBootstrapItem item;
	const char *id;

	for (int i = 1; i <= 5; i++)
		if (PG_ARGISNULL(i))
			return as_datum(fcinfo, state);
	if (state == NULL)
		state = create_state(context, PG_GETARG_INT32(4), PG_GETARG_INT64(5));
	id = seg_text_for_model(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	item.key = seg_hash_bytes(state->seed, id, strlen(id));
	/* -0 is 0, and the bits of the sums do not tell them apart */
	item.a = PG_GETARG_FLOAT8(2) + 0.0;
	item.b = PG_GETARG_FLOAT8(3) + 0.0;
	if (!isfinite(item.a) || !isfinite(item.b))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("amount must not be NaN or infinite")));
	make_room(state);
	state->items[state->n++] = item;
	return as_datum(fcinfo, state);
}

/* The sums, three for each replicate.  It sorts the items of the state, whose order means nothing. */
PG_FUNCTION_INFO_V1(bootstrap_sums_finalfn);
Datum
bootstrap_sums_finalfn(PG_FUNCTION_ARGS)
{
	State	   *state = PG_ARGISNULL(0) ? NULL : (State *) PG_GETARG_POINTER(0);
	size_t		bytes;
	SegBootstrapSums *sums;
	uint8_t    *weights;
	Datum	   *values;
	ArrayType  *result;

	if (state == NULL)
		PG_RETURN_NULL();
	bytes = state->replicates * (sizeof(SegBootstrapSums) + 3 * sizeof(Datum) + 1);
	seg_budget_check(bytes);
	sums = palloc(state->replicates * sizeof(SegBootstrapSums));
	weights = palloc(state->replicates);
	values = palloc(state->replicates * 3 * sizeof(Datum));
	seg_bootstrap_sums(state->items, state->n, state->replicates, sums, weights);
	for (size_t r = 0; r < state->replicates; r++)
	{
		values[3 * r] = Float8GetDatum(sums[r].n);
		values[3 * r + 1] = Float8GetDatum(sums[r].a);
		values[3 * r + 2] = Float8GetDatum(sums[r].b);
	}
	result = construct_array(values, 3 * (int) state->replicates, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
	PG_RETURN_ARRAYTYPE_P(result);
}
