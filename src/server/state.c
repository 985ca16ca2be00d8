/*
 * state.c
 *		Flat states of aggregates: checked at one place, counted in one budget; see state.h.
 */
#include "server/state.h"

#include "lib/ilist.h"
#include "port/pg_bitutils.h"
#include "utils/memutils.h"

#include "server/budget.h"
#include "server/error.h"
#include "stats/moments.h"

/*
 * What palloc takes for a chunk: a power of two up to SMALL, which a context does
 * not give back when it is freed, but gives out again; else a block of its own.
 * Gaps remain between blocks: as measured, a sixteenth, and half a page where a
 * state stood before it grew.
 */
#define SMALL ((size_t) 8192)
#define SMALL_CLASSES 14		/* 2^0 .. 2^13 */
#define CHUNK_OVERHEAD ((size_t) 16)
#define BLOCK_OVERHEAD ((size_t) 2048)
#define GAPS 16

/*
 * A state from another process stands in the queue's buffer, in a tuple, and
 * aligned for us, beside the merged one that the executor copies.
 */
#define COPIES_OF_OTHER 4

struct SegStates
{
	dlist_node	node;			/* in live_states */
	MemoryContext context;
	uint64		mark;
	SegBudget  *budget;
	uint32		freed[SMALL_CLASSES];	/* small chunks that wait to be given out again */
	MemoryContextCallback on_reset;
};

/* Contexts that hold states, the one used last first. */
static dlist_head live_states = DLIST_STATIC_INIT(live_states);

static void
forget(void *arg)
{
	SegStates  *states = arg;

	dlist_delete(&states->node);
}

/* Bits that nobody can guess; drawn some at a time, since asking for them takes a while. */
static uint64
draw_mark(void)
{
	static uint64 drawn[64];
	static size_t left = 0;

	if (left == 0)
	{
		if (!pg_strong_random(drawn, sizeof(drawn)))
			ereport(ERROR,
					(errcode(ERRCODE_INTERNAL_ERROR),
					 errmsg("could not generate random numbers")));
		left = lengthof(drawn);
	}
	return drawn[--left];
}

SegStates *
seg_states_in(MemoryContext context)
{
	SegStates  *states;
	dlist_iter	at;

	if (!dlist_is_empty(&live_states))
	{
		states = dlist_head_element(SegStates, node, &live_states);
		if (states->context == context)
			return states;
	}
	dlist_foreach(at, &live_states)
	{
		states = dlist_container(SegStates, node, at.cur);
		if (states->context == context)
		{
			dlist_move_head(&live_states, &states->node);
			return states;
		}
	}
	states = MemoryContextAllocZero(context, sizeof(SegStates));
	states->context = context;
	states->mark = draw_mark();
	states->budget = seg_budget_create(context);
	states->on_reset.func = forget;
	states->on_reset.arg = states;
	MemoryContextRegisterResetCallback(context, &states->on_reset);
	dlist_push_head(&live_states, &states->node);
	return states;
}

MemoryContext
seg_aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("function can only be called as part of an aggregate")));
	return context;
}

SegStates *
seg_states(FunctionCallInfo fcinfo)
{
	return seg_states_in(seg_aggregate_context(fcinfo));
}

/* ---- memory ---- */

static size_t
chunk_size(size_t size)
{
	if (size > SMALL)
		return size + size / GAPS + BLOCK_OVERHEAD;
	return ((size_t) 1 << pg_ceil_log2_64(size)) + CHUNK_OVERHEAD;
}

/* Reserve what a state of that size takes in the context. */
static void
reserve(SegStates *states, size_t size)
{
	if (size <= SMALL && states->freed[pg_ceil_log2_64(size)] > 0)
		states->freed[pg_ceil_log2_64(size)]--;
	else
		seg_budget_reserve(states->budget, chunk_size(size));
}

static void
give_back(SegStates *states, size_t size)
{
	if (size <= SMALL)
		states->freed[pg_ceil_log2_64(size)]++;
	else
	{
		seg_budget_release(states->budget, chunk_size(size));
		seg_budget_freed(size);
	}
}

static void *
allocate(SegStates *states, uint32 magic, size_t size, int flags)
{
	SegStateHead *head;

	if (size > MaxAllocSize)
		seg_raise((SegFault) {SEG_TOO_LARGE, .got = size, .wanted = MaxAllocSize});
	/* here and where the executor copies it to */
	seg_budget_check(2 * chunk_size(size));
	reserve(states, size);
	head = palloc_extended(size, flags);
	SET_VARSIZE(head, size);
	head->magic = magic;
	head->mark = states->mark;
	return head;
}

void *
seg_state_new(SegStates *states, const SegStateType *type, size_t size)
{
	return allocate(states, type->magic, size, MCXT_ALLOC_ZERO);
}

void *
seg_state_resize(SegStates *states, const void *state, size_t size)
{
	const SegStateHead *old = state;
	void	   *room = allocate(states, old->magic, size, 0);

	seg_state_drop(states, old);
	return room;
}

void *
seg_state_copy(SegStates *states, const SegStateType *type, const void *state)
{
	SegStateHead *copy = allocate(states, type->magic, VARSIZE(state), 0);
	SegStateHead head = *copy;

	memcpy(copy, state, VARSIZE(state));
	*copy = head;
	return copy;
}

void
seg_state_drop(SegStates *states, const void *state)
{
	give_back(states, VARSIZE(state));
}

/* ---- states that come in ---- */

/* The state in a datum, flat and aligned; where it stands when it is. */
static SegStateHead *
flat_state(Datum datum)
{
	struct varlena *value = (struct varlena *) DatumGetPointer(datum);
	void	   *flat = pg_detoast_datum(value);

	/* from another process it comes in a tuple, where a bytea is aligned to 4 */
	if (!PointerIsAligned(flat, double))
	{
		void	   *aligned = palloc(VARSIZE(flat));

		memcpy(aligned, flat, VARSIZE(flat));
		flat = aligned;
	}
	return flat;
}

static SegStateHead *
checked_state(Datum datum, const SegStateType *type)
{
	SegStateHead *head = flat_state(datum);

	if (VARSIZE(head) < sizeof(SegStateHead) || head->magic != type->magic ||
		!type->is_sound(head, VARSIZE(head)))
		seg_raise((SegFault) {SEG_MALFORMED_STATE});
	return head;
}

void *
seg_state_own(FunctionCallInfo fcinfo, SegStates *states, const SegStateType *type)
{
	SegStateHead *head = (SegStateHead *) PG_GETARG_POINTER(0);

	if (VARATT_IS_4B_U(head) && PointerIsAligned(head, double) && VARSIZE(head) >= sizeof(SegStateHead) &&
		head->mark == states->mark && head->magic == type->magic)
		return head;
	head = checked_state(PG_GETARG_DATUM(0), type);
	reserve(states, VARSIZE(head));
	head->mark = states->mark;
	return head;
}

const void *
seg_state_other(FunctionCallInfo fcinfo, int argno, const SegStateType *type)
{
	return checked_state(PG_GETARG_DATUM(argno), type);
}

bool
seg_state_both(FunctionCallInfo fcinfo, SegStates *states, const SegStateType *type,
			   void **own, const void **other)
{
	*own = NULL;
	*other = NULL;
	if (!PG_ARGISNULL(1))
	{
		*other = seg_state_other(fcinfo, 1, type);
		seg_budget_check(COPIES_OF_OTHER * chunk_size(VARSIZE(*other)));
	}
	if (!PG_ARGISNULL(0))
	{
		*own = seg_state_own(fcinfo, states, type);
		return *other != NULL;
	}
	if (*other != NULL)
		*own = seg_state_copy(states, type, *other);
	return false;
}

void
seg_moments_check_rows(uint64 rows)
{
	if (rows > SEG_MOMENTS_MOST_ROWS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("there are more than " UINT64_FORMAT " rows to fit", SEG_MOMENTS_MOST_ROWS)));
}
