/*
 * state.h
 *		Flat states of aggregates: checked at one place, counted in one budget.
 *
 * A state is a bytea that begins with a SegStateHead.  The executor keeps it in
 * the aggregate's memory context; between two calls of ours nothing else writes
 * to it.  But anybody may declare an aggregate over our functions with a first
 * state of his own (INITCOND), or hand any bytes to a combine function.
 *
 * So every state is checked completely when it comes in, except one that carries
 * the mark of the context it comes in.  A mark is 64 random bits, drawn when our
 * functions see that context for the first time, and forgotten when it is reset.
 * INITCOND was fixed before that, so it cannot contain the mark; from then on the
 * executor passes as state only what we returned, and we mark only what we made
 * or have checked.  What a combine function gets as its second argument, and a
 * final function as its first, is always checked.  A state may be seen by users
 * (an aggregate without a final function returns it), but there is no way for its
 * bytes back into the same context except through an argument that is checked.
 *
 * Memory: what a context holds of states is reserved against segment.fit_memory
 * until the context is reset.  A state that grows is built in the current context,
 * copied by the executor, and the old one is freed then: all three must fit.
 */
#ifndef SEG_SERVER_STATE_H
#define SEG_SERVER_STATE_H

#include "server/compat.h"

#include "base/state.h"

/* What a family tells about its state. */
typedef struct SegStateType
{
	uint32		magic;
	bool		(*is_sound) (const void *state, size_t size);
} SegStateType;

/* The states of one memory context. */
typedef struct SegStates SegStates;

/* The memory context where the executor keeps the aggregate's states; 0A000 outside an aggregate. */
extern MemoryContext seg_aggregate_context(FunctionCallInfo fcinfo);

/* The states of that context. */
extern SegStates *seg_states(FunctionCallInfo fcinfo);

/* Those of any context. */
extern SegStates *seg_states_in(MemoryContext context);

/* A new state of that size: zeroed bytes with a head, in the current context. */
extern void *seg_state_new(SegStates *states, const SegStateType *type, size_t size);

/*
 * Room for the state in another size, in the current context, with a head only:
 * all else is to be written.  The old one counts no more.
 */
extern void *seg_state_resize(SegStates *states, const void *state, size_t size);

/* A copy of a state that was checked, in the current context. */
extern void *seg_state_copy(SegStates *states, const SegStateType *type, const void *state);

/* An own state that another one is returned for: it counts no more. */
extern void seg_state_drop(SegStates *states, const void *state);

/* The state of argument 0 of a transition or combine function, not null, to be changed in place. */
extern void *seg_state_own(FunctionCallInfo fcinfo, SegStates *states, const SegStateType *type);

/* A state to be read, from the second argument of a combine function or the first of a final one. */
extern const void *seg_state_other(FunctionCallInfo fcinfo, int argno, const SegStateType *type);

/*
 * The arguments of a combine function.  True when both are states: OUT own, to be
 * changed in place, and other.  Else *own is what to return, NULL for a null.
 */
extern bool seg_state_both(FunctionCallInfo fcinfo, SegStates *states, const SegStateType *type,
						   void **own, const void **other);

/* 54000 for more rows than moments (stats/moments.h) can count. */
extern void seg_moments_check_rows(uint64 rows);

#endif							/* SEG_SERVER_STATE_H */
