/*
 * state.h
 *		The head that every flat state of an aggregate begins with.
 *
 * Such a state is a bytea, so it is sent between workers and shards as it is, and
 * anybody can make one up.  Each kind has one function seg_..._is_sound that looks
 * at every byte that anything is ever concluded from; what it accepts can be
 * worked with.  server/state.h says when it is called.
 */
#ifndef SEG_BASE_STATE_H
#define SEG_BASE_STATE_H

#include "base/port.h"

typedef struct SegStateHead
{
	uint32_t	length_word;	/* the server's */
	uint32_t	magic;			/* which kind of state */
	uint64_t	mark;			/* the server's: tells its own states from others */
} SegStateHead;

/* Rows that a state may claim: exact in a double, and small multiples and sums do not overflow. */
#define SEG_STATE_MOST_ROWS (UINT64_C(1) << 53)

#endif							/* SEG_BASE_STATE_H */
