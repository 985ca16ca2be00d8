/*
 * rand_index_pg.c
 *		The aggregate adjusted_rand_index: its support functions.
 *
 * The state is a bytea: a SegStateHead, then a SegRandTable.  server/state.h describes
 * how it is checked and reserved.
 */
#include "server/state.h"

#include "common/hashfn.h"
#include "common/pg_prng.h"
#include "utils/builtins.h"

#include "base/hash.h"
#include "server/budget.h"
#include "server/error.h"
#include "stats/rand_index.h"
#include "stats/rand_table.h"

#define STATE_MAGIC 0x32444E52	/* "RND2" */

typedef struct RandState
{
	SegStateHead head;
	SegRandTable table;
} RandState;

#define STATE_HEAD offsetof(RandState, table)

static bool
is_sound(const void *bytes, size_t size)
{
	const RandState *state = bytes;

	return size >= sizeof(RandState) && seg_rand_table_is_sound(&state->table, size - STATE_HEAD);
}

static const SegStateType state_type = {STATE_MAGIC, is_sound};

static void
copy_pairs(const SegRandTable *from, SegRandTable *to)
{
	for (uint64 slot = 0; slot < from->capacity; slot++)
	{
		CHECK_FOR_INTERRUPTS();
		if (from->pairs[slot].rows > 0 &&
			!seg_rand_table_add(to, from->pairs[slot].a, from->pairs[slot].b, from->pairs[slot].rows))
			seg_raise((SegFault) {SEG_MALFORMED_STATE});
	}
}

/* The state with room for one more pair; it may have moved to the current context. */
static RandState *
with_room(SegStates *states, RandState *state)
{
	size_t		capacity = state->table.capacity * 2;
	RandState  *larger;

	if (!seg_rand_table_is_full(&state->table))
		return state;
	if (capacity > SEG_RAND_MAX_CAPACITY)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("there are more than " UINT64_FORMAT " different pairs of labels", state->table.used),
				 errhint("Use labels of groups, not keys of rows.")));
	larger = seg_state_resize(states, state, STATE_HEAD + seg_rand_table_size(capacity));
	seg_rand_table_init(&larger->table, capacity);
	larger->table.key = pg_prng_uint64(&pg_global_prng_state);
	copy_pairs(&state->table, &larger->table);
	return larger;
}

/* Count a pair; returns the state, which may have moved to the current context. */
static RandState *
state_add(SegStates *states, RandState *state, SegRandLabel a, SegRandLabel b, uint64 rows)
{
	if (rows > SEG_RAND_MAX_ROWS || state->table.rows > SEG_RAND_MAX_ROWS - rows)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("there are more than " UINT64_FORMAT " rows to compare", (uint64) SEG_RAND_MAX_ROWS)));
	state = with_room(states, state);
	if (!seg_rand_table_add(&state->table, a, b, rows))
		seg_raise((SegFault) {SEG_MALFORMED_STATE});
	return state;
}

/* Count the labels of the next row; a row with a null is left out. */
static Datum
transition(FunctionCallInfo fcinfo, SegRandLabel (*label) (Datum))
{
	SegStates  *states = seg_states(fcinfo);
	RandState  *state;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	if (PG_ARGISNULL(0))
	{
		state = seg_state_new(states, &state_type, STATE_HEAD + seg_rand_table_size(SEG_RAND_MIN_CAPACITY));
		seg_rand_table_init(&state->table, SEG_RAND_MIN_CAPACITY);
		state->table.key = pg_prng_uint64(&pg_global_prng_state);
	}
	else
		state = seg_state_own(fcinfo, states, &state_type);
	PG_RETURN_POINTER(state_add(states, state, label(PG_GETARG_DATUM(1)), label(PG_GETARG_DATUM(2)), 1));
}

static SegRandLabel
bigint_label(Datum value)
{
	return (SegRandLabel) {{(uint64) DatumGetInt64(value), 0}};
}

static SegRandLabel
text_label(Datum value)
{
	text	   *label = DatumGetTextPP(value);
	size_t		size = VARSIZE_ANY_EXHDR(label);
	const char *bytes = VARDATA_ANY(label);

	/* two different hashes: texts that collide in one do not collide in the other */
	SegRandLabel key = {{seg_hash_bytes(1, bytes, size), hash_bytes_extended((const unsigned char *) bytes, size, 2)}};

	if ((Pointer) label != DatumGetPointer(value))
		pfree(label);
	return key;
}

PG_FUNCTION_INFO_V1(adjusted_rand_index_bigint_transfn);
Datum
adjusted_rand_index_bigint_transfn(PG_FUNCTION_ARGS)
{
	return transition(fcinfo, bigint_label);
}

PG_FUNCTION_INFO_V1(adjusted_rand_index_text_transfn);
Datum
adjusted_rand_index_text_transfn(PG_FUNCTION_ARGS)
{
	return transition(fcinfo, text_label);
}

/* Add a pair during a merge; free the old state if it moved. */
static RandState *
merge_pair(SegStates *states, RandState *state, const RandState *first, const SegRandPair *pair)
{
	RandState  *merged = state_add(states, state, pair->a, pair->b, pair->rows);

	/* the executor owns the first one */
	if (merged != state && state != first)
		pfree(state);
	return merged;
}

PG_FUNCTION_INFO_V1(adjusted_rand_index_combinefn);
Datum
adjusted_rand_index_combinefn(PG_FUNCTION_ARGS)
{
	SegStates  *states = seg_states(fcinfo);
	RandState  *first;
	RandState  *state;
	const RandState *other;

	if (!seg_state_both(fcinfo, states, &state_type, (void **) &first, (const void **) &other))
	{
		if (first == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(first);
	}
	state = first;
	for (uint64 slot = 0; slot < other->table.capacity; slot++)
	{
		CHECK_FOR_INTERRUPTS();
		if (other->table.pairs[slot].rows > 0)
			state = merge_pair(states, state, first, &other->table.pairs[slot]);
	}
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(adjusted_rand_index_finalfn);
Datum
adjusted_rand_index_finalfn(PG_FUNCTION_ARGS)
{
	const RandState *state;
	SegRandPair *workspace;
	double		index;

	(void) seg_states(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = seg_state_other(fcinfo, 0, &state_type);
	workspace = seg_take(state->table.used + 1, sizeof(SegRandPair));
	if (seg_rand_table_index(&state->table, workspace, &index) != SEG_OK)
		seg_raise((SegFault) {SEG_MALFORMED_STATE});
	pfree(workspace);
	if (isnan(index))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(index);
}
