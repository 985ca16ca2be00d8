/*
 * rand_index.c
 *		The aggregate adjusted_rand_index: its support functions.
 *
 * The state is a bytea: the head of a varlena, then a SegRandTable.  PostgreSQL
 * passes it between workers, and anybody can make one up, so its shape is
 * checked when it comes in, and a table that lies about its slots is refused.
 */
#include "pg/compat.h"

#include "common/hashfn.h"
#include "common/pg_prng.h"
#include "utils/builtins.h"

#include "core/hash.h"
#include "core/rand_index.h"
#include "core/rand_table.h"
#include "pg/error.h"

typedef struct RandState
{
	int32		length_word;
	int32		padding;
	SegRandTable table;
} RandState;

#define STATE_HEAD offsetof(RandState, table)

static void
require_aggregate(FunctionCallInfo fcinfo)
{
	if (!AggCheckCallContext(fcinfo, NULL))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("function can only be called as part of an aggregate")));
}

static RandState *
state_create(size_t capacity)
{
	size_t		size = STATE_HEAD + seg_rand_table_size(capacity);
	RandState  *state = palloc0(size);

	SET_VARSIZE(state, size);
	seg_rand_table_init(&state->table, capacity);
	state->table.key = pg_prng_uint64(&pg_global_prng_state);
	return state;
}

/* The state in a flat datum, where it stands when it may be changed there. */
static RandState *
state_open(struct varlena *value)
{
	RandState  *state = (RandState *) value;

	/* from another process it comes in a tuple, where a bytea has 4 bytes of alignment */
	if ((uintptr_t) value % MAXIMUM_ALIGNOF != 0)
	{
		state = palloc(VARSIZE(value));
		memcpy(state, value, VARSIZE(value));
	}
	if (VARSIZE(value) < sizeof(RandState) ||
		!seg_rand_table_is_sound(&state->table, VARSIZE(value) - STATE_HEAD))
		seg_raise(SEG_MALFORMED_STATE);
	return state;
}

/* Count; returns the state, which may have moved to the current context. */
static RandState *
state_add(RandState *state, SegRandLabel a, SegRandLabel b, uint64 rows)
{
	if (rows > SEG_RAND_MAX_ROWS || state->table.rows > SEG_RAND_MAX_ROWS - rows)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("there are more than " UINT64_FORMAT " rows to compare", (uint64) SEG_RAND_MAX_ROWS)));
	if (seg_rand_table_is_full(&state->table))
	{
		const SegRandTable *table = &state->table;
		RandState  *larger;

		if (table->capacity * 2 > SEG_RAND_MAX_CAPACITY)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("there are more than " UINT64_FORMAT " different pairs of labels", table->used),
					 errhint("Compare partitions into groups, not keys.")));
		larger = state_create(table->capacity * 2);
		for (uint64 slot = 0; slot < table->capacity; slot++)
		{
			CHECK_FOR_INTERRUPTS();
			if (table->pairs[slot].rows > 0 &&
				!seg_rand_table_add(&larger->table, table->pairs[slot].a, table->pairs[slot].b,
									table->pairs[slot].rows))
				seg_raise(SEG_MALFORMED_STATE);
		}
		state = larger;
	}
	if (!seg_rand_table_add(&state->table, a, b, rows))
		seg_raise(SEG_MALFORMED_STATE);
	return state;
}

/* The next row's labels; those of a null are not looked at. */
static Datum
transition(FunctionCallInfo fcinfo, SegRandLabel (*label) (Datum))
{
	RandState  *state;

	require_aggregate(fcinfo);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	if (PG_ARGISNULL(0))
		state = state_create(SEG_RAND_MIN_CAPACITY);
	else
		state = state_open((struct varlena *) PG_GETARG_BYTEA_P(0));
	PG_RETURN_POINTER(state_add(state, label(PG_GETARG_DATUM(1)), label(PG_GETARG_DATUM(2)), 1));
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

	/* of two kinds: texts made up to collide in one do not in the other */
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

PG_FUNCTION_INFO_V1(adjusted_rand_index_combinefn);
Datum
adjusted_rand_index_combinefn(PG_FUNCTION_ARGS)
{
	RandState  *state;
	const RandState *other;

	require_aggregate(fcinfo);
	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(1))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(state_open((struct varlena *) PG_GETARG_BYTEA_P_COPY(1)));
	state = state_open((struct varlena *) PG_GETARG_BYTEA_P(0));
	other = state_open((struct varlena *) PG_GETARG_BYTEA_P(1));
	for (uint64 slot = 0; slot < other->table.capacity; slot++)
	{
		const SegRandPair *pair = &other->table.pairs[slot];

		CHECK_FOR_INTERRUPTS();
		if (pair->rows > 0)
			state = state_add(state, pair->a, pair->b, pair->rows);
	}
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(adjusted_rand_index_finalfn);
Datum
adjusted_rand_index_finalfn(PG_FUNCTION_ARGS)
{
	const RandState *state;
	double		index;

	require_aggregate(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = state_open((struct varlena *) PG_GETARG_BYTEA_P(0));
	if (seg_rand_table_index(&state->table, palloc((state->table.used + 1) * sizeof(SegRandPair)), &index) != SEG_OK)
		seg_raise(SEG_MALFORMED_STATE);
	if (isnan(index))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(index);
}
