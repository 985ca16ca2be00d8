/*
 * lanes.h
 *		Four doubles side by side, whatever the processor calls them.
 *
 * GCC and Clang lower these vectors to what the target has.  Operations are
 * lane by lane and rounded as in scalar code; nothing here reorders a sum.
 * Arguments go by pointer, since the calling convention for vectors differs
 * between the clones of a function.
 */
#ifndef SEG_CORE_LANES_H
#define SEG_CORE_LANES_H

#include "core/port.h"

typedef double SegLanes __attribute__((vector_size(32), aligned(8)));
typedef int64_t SegIntLanes __attribute__((vector_size(32), aligned(8)));

/* sum += t * t, rounded once */
SEG_ALWAYS_INLINE void
seg_lanes_add_square(SegLanes *sum, const SegLanes *t)
{
	*sum = (SegLanes) {
		fma((*t)[0], (*t)[0], (*sum)[0]), fma((*t)[1], (*t)[1], (*sum)[1]),
		fma((*t)[2], (*t)[2], (*sum)[2]), fma((*t)[3], (*t)[3], (*sum)[3])
	};
}

/* *to = mask ? yes : *to */
SEG_ALWAYS_INLINE void
seg_lanes_select(SegLanes *to, const SegIntLanes *mask, const SegLanes *yes)
{
	*to = (SegLanes) ((*mask & (SegIntLanes) *yes) | (~*mask & (SegIntLanes) *to));
}

#endif							/* SEG_CORE_LANES_H */
