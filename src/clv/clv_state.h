/*
 * clv_state.h
 *		The flat state of clv_fit: counted customers.
 *
 * It is a head and rows, in one buffer that the caller owns, so it is sent between processes as
 * it is.  New customers are rows of their own.  When there is no room, equal rows become one
 * row with a count (seg_clv_state_count); if more than half of them are left, the caller gives the state more room.
 * Rows that are not used are zero.
 */
#ifndef SEG_CLV_CLV_STATE_H
#define SEG_CLV_CLV_STATE_H

#include "base/state.h"
#include "clv/clv_fit.h"

/* The four bytes that tell this state from others. */
#define SEG_CLV_STATE_MAGIC UINT32_C(0xF27B6EF1)

typedef struct SegClvState
{
	SegFitHead	fit;			/* d is 1 */
	uint64_t	kind;			/* SegClvKind */
	uint64_t	used;			/* rows */
	uint64_t	room;
	SegClvRow	rows[];			/* room */
} SegClvState;

/* Bytes of a state with room for so many rows. */
static inline size_t
seg_clv_state_size(size_t room)
{
	return sizeof(SegClvState) + room * sizeof(SegClvRow);
}

/* Make one row of those that are equal.  Cost: n log n. */
extern void seg_clv_state_count(SegClvState *state);

/* Add the customers of another state, for whose rows there must be room. */
extern void seg_clv_state_merge(SegClvState *into, const SegClvState *from);

/* Is it a state of that many bytes, aligned to 8?  For bytes that come from elsewhere. */
extern bool seg_clv_state_is_sound(const SegClvState *state, size_t size);

#endif							/* SEG_CLV_CLV_STATE_H */
