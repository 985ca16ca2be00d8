/*
 * vec.h
 *		SIMD vectors of four doubles or eight floats.
 *
 * GCC and Clang compile these vectors to the instructions of the target.  An
 * operation works on each lane (element) separately and rounds like scalar code.
 * The order of a sum does not change.  Arguments are pointers because the calling
 * convention for vectors differs between the clones of a function.
 */
#ifndef SEG_BASE_VEC_H
#define SEG_BASE_VEC_H

#include "base/port.h"

typedef double SegVec4d __attribute__((vector_size(32), aligned(8)));
typedef int64_t SegVec4q __attribute__((vector_size(32), aligned(8)));

typedef float SegVec8f __attribute__((vector_size(32), aligned(4)));
typedef int32_t SegVec8i __attribute__((vector_size(32), aligned(4)));

/* sum += t * t, rounded once */
SEG_ALWAYS_INLINE void
seg_vec4d_add_square(SegVec4d *sum, const SegVec4d *t)
{
	*sum = (SegVec4d) {
		fma((*t)[0], (*t)[0], (*sum)[0]), fma((*t)[1], (*t)[1], (*sum)[1]),
		fma((*t)[2], (*t)[2], (*sum)[2]), fma((*t)[3], (*t)[3], (*sum)[3])
	};
}

/* sum += x * y, rounded once */
SEG_ALWAYS_INLINE void
seg_vec8f_add_product(SegVec8f *sum, const SegVec8f *x, float y)
{
	*sum = (SegVec8f) {
		fmaf((*x)[0], y, (*sum)[0]), fmaf((*x)[1], y, (*sum)[1]),
		fmaf((*x)[2], y, (*sum)[2]), fmaf((*x)[3], y, (*sum)[3]),
		fmaf((*x)[4], y, (*sum)[4]), fmaf((*x)[5], y, (*sum)[5]),
		fmaf((*x)[6], y, (*sum)[6]), fmaf((*x)[7], y, (*sum)[7])
	};
}

/* *to = mask ? yes : *to */
SEG_ALWAYS_INLINE void
seg_vec4d_select(SegVec4d *to, const SegVec4q *mask, const SegVec4d *yes)
{
	*to = (SegVec4d) ((*mask & (SegVec4q) *yes) | (~*mask & (SegVec4q) *to));
}

SEG_ALWAYS_INLINE void
seg_vec8f_select(SegVec8f *to, const SegVec8i *mask, const SegVec8f *yes)
{
	*to = (SegVec8f) ((*mask & (SegVec8i) *yes) | (~*mask & (SegVec8i) *to));
}

/* Select lanes of a and b by number; the numbers of b follow those of a. */
#ifdef __clang__
#define SEG_VEC_PICK(a, b, mask_type, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SEG_VEC_PICK(a, b, mask_type, ...) __builtin_shuffle(a, b, (mask_type) {__VA_ARGS__})
#endif

/* Transpose a matrix of 4 x 4. */
SEG_ALWAYS_INLINE void
seg_vec4d_transpose(SegVec4d x[4])
{
	SegVec4d	low01 = SEG_VEC_PICK(x[0], x[1], SegVec4q, 0, 4, 2, 6);
	SegVec4d	high01 = SEG_VEC_PICK(x[0], x[1], SegVec4q, 1, 5, 3, 7);
	SegVec4d	low23 = SEG_VEC_PICK(x[2], x[3], SegVec4q, 0, 4, 2, 6);
	SegVec4d	high23 = SEG_VEC_PICK(x[2], x[3], SegVec4q, 1, 5, 3, 7);

	x[0] = SEG_VEC_PICK(low01, low23, SegVec4q, 0, 1, 4, 5);
	x[1] = SEG_VEC_PICK(high01, high23, SegVec4q, 0, 1, 4, 5);
	x[2] = SEG_VEC_PICK(low01, low23, SegVec4q, 2, 3, 6, 7);
	x[3] = SEG_VEC_PICK(high01, high23, SegVec4q, 2, 3, 6, 7);
}

/* Transpose a matrix of 8 x 8. */
SEG_ALWAYS_INLINE void
seg_vec8f_transpose(SegVec8f x[8])
{
	SegVec8f	pairs[8];
	SegVec8f	fours[8];

	for (size_t i = 0; i < 8; i += 2)
	{
		pairs[i] = SEG_VEC_PICK(x[i], x[i + 1], SegVec8i, 0, 8, 1, 9, 4, 12, 5, 13);
		pairs[i + 1] = SEG_VEC_PICK(x[i], x[i + 1], SegVec8i, 2, 10, 3, 11, 6, 14, 7, 15);
	}
	for (size_t i = 0; i < 8; i += 4)
		for (size_t part = 0; part < 2; part++)
		{
			fours[i + 2 * part] = SEG_VEC_PICK(pairs[i + part], pairs[i + part + 2], SegVec8i, 0, 1, 8, 9, 4, 5, 12, 13);
			fours[i + 2 * part + 1] = SEG_VEC_PICK(pairs[i + part], pairs[i + part + 2], SegVec8i, 2, 3, 10, 11, 6, 7, 14, 15);
		}
	for (size_t i = 0; i < 4; i++)
	{
		x[i] = SEG_VEC_PICK(fours[i], fours[i + 4], SegVec8i, 0, 1, 2, 3, 8, 9, 10, 11);
		x[i + 4] = SEG_VEC_PICK(fours[i], fours[i + 4], SegVec8i, 4, 5, 6, 7, 12, 13, 14, 15);
	}
}

#endif							/* SEG_BASE_VEC_H */
