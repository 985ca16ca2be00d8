/*
 * lanes.h
 *		Four doubles or eight floats side by side, whatever the processor calls them.
 *
 * GCC and Clang lower these vectors to what the target has.  Operations are
 * lane by lane and rounded as in scalar code; nothing here reorders a sum.
 * Arguments go by pointer, since the calling convention for vectors differs
 * between the clones of a function.
 */
#ifndef SEG_BASE_LANES_H
#define SEG_BASE_LANES_H

#include "base/port.h"

typedef double SegLanes __attribute__((vector_size(32), aligned(8)));
typedef int64_t SegIntLanes __attribute__((vector_size(32), aligned(8)));

typedef float SegFloats __attribute__((vector_size(32), aligned(4)));
typedef int32_t SegIntFloats __attribute__((vector_size(32), aligned(4)));

/* sum += t * t, rounded once */
SEG_ALWAYS_INLINE void
seg_lanes_add_square(SegLanes *sum, const SegLanes *t)
{
	*sum = (SegLanes) {
		fma((*t)[0], (*t)[0], (*sum)[0]), fma((*t)[1], (*t)[1], (*sum)[1]),
		fma((*t)[2], (*t)[2], (*sum)[2]), fma((*t)[3], (*t)[3], (*sum)[3])
	};
}

/* sum += x * y, rounded once */
SEG_ALWAYS_INLINE void
seg_floats_add_product(SegFloats *sum, const SegFloats *x, float y)
{
	*sum = (SegFloats) {
		fmaf((*x)[0], y, (*sum)[0]), fmaf((*x)[1], y, (*sum)[1]),
		fmaf((*x)[2], y, (*sum)[2]), fmaf((*x)[3], y, (*sum)[3]),
		fmaf((*x)[4], y, (*sum)[4]), fmaf((*x)[5], y, (*sum)[5]),
		fmaf((*x)[6], y, (*sum)[6]), fmaf((*x)[7], y, (*sum)[7])
	};
}

/* *to = mask ? yes : *to */
SEG_ALWAYS_INLINE void
seg_lanes_select(SegLanes *to, const SegIntLanes *mask, const SegLanes *yes)
{
	*to = (SegLanes) ((*mask & (SegIntLanes) *yes) | (~*mask & (SegIntLanes) *to));
}

SEG_ALWAYS_INLINE void
seg_floats_select(SegFloats *to, const SegIntFloats *mask, const SegFloats *yes)
{
	*to = (SegFloats) ((*mask & (SegIntFloats) *yes) | (~*mask & (SegIntFloats) *to));
}

/* Lanes of a and b by number; those of b follow those of a. */
#ifdef __clang__
#define SEG_PICK(a, b, mask_type, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SEG_PICK(a, b, mask_type, ...) __builtin_shuffle(a, b, (mask_type) {__VA_ARGS__})
#endif

/* Rows to columns, four by four. */
SEG_ALWAYS_INLINE void
seg_lanes_transpose(SegLanes x[4])
{
	SegLanes	low01 = SEG_PICK(x[0], x[1], SegIntLanes, 0, 4, 2, 6);
	SegLanes	high01 = SEG_PICK(x[0], x[1], SegIntLanes, 1, 5, 3, 7);
	SegLanes	low23 = SEG_PICK(x[2], x[3], SegIntLanes, 0, 4, 2, 6);
	SegLanes	high23 = SEG_PICK(x[2], x[3], SegIntLanes, 1, 5, 3, 7);

	x[0] = SEG_PICK(low01, low23, SegIntLanes, 0, 1, 4, 5);
	x[1] = SEG_PICK(high01, high23, SegIntLanes, 0, 1, 4, 5);
	x[2] = SEG_PICK(low01, low23, SegIntLanes, 2, 3, 6, 7);
	x[3] = SEG_PICK(high01, high23, SegIntLanes, 2, 3, 6, 7);
}

/* Eight by eight. */
SEG_ALWAYS_INLINE void
seg_floats_transpose(SegFloats x[8])
{
	SegFloats	pairs[8];
	SegFloats	fours[8];

	for (size_t i = 0; i < 8; i += 2)
	{
		pairs[i] = SEG_PICK(x[i], x[i + 1], SegIntFloats, 0, 8, 1, 9, 4, 12, 5, 13);
		pairs[i + 1] = SEG_PICK(x[i], x[i + 1], SegIntFloats, 2, 10, 3, 11, 6, 14, 7, 15);
	}
	for (size_t i = 0; i < 8; i += 4)
		for (size_t part = 0; part < 2; part++)
		{
			fours[i + 2 * part] = SEG_PICK(pairs[i + part], pairs[i + part + 2], SegIntFloats, 0, 1, 8, 9, 4, 5, 12, 13);
			fours[i + 2 * part + 1] = SEG_PICK(pairs[i + part], pairs[i + part + 2], SegIntFloats, 2, 3, 10, 11, 6, 7, 14, 15);
		}
	for (size_t i = 0; i < 4; i++)
	{
		x[i] = SEG_PICK(fours[i], fours[i + 4], SegIntFloats, 0, 1, 2, 3, 8, 9, 10, 11);
		x[i + 4] = SEG_PICK(fours[i], fours[i + 4], SegIntFloats, 4, 5, 6, 7, 12, 13, 14, 15);
	}
}

#endif							/* SEG_BASE_LANES_H */
