/*
 * port.h
 *		The whole seam between the core inside a server and the core alone.
 *
 * Inside the server the core may be interrupted (CHECK_FOR_INTERRUPTS) and its
 * assertions are the server's.  Alone (-DSEG_STANDALONE: unit tests, fuzzing,
 * valgrind) there is nothing to interrupt and assert() does the work.
 */
#ifndef SEG_BASE_PORT_H
#define SEG_BASE_PORT_H

#ifdef SEG_STANDALONE

#include <assert.h>

#define Assert(condition) assert(condition)
#define CHECK_FOR_INTERRUPTS() ((void) 0)

#else

#include "postgres.h"
#include "miscadmin.h"

#endif

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Inner loops exist once in C and several times in the binary; the loader picks
 * the widest one that the processor has.  They are written so that every lane
 * keeps the order of operations of its row: the bits are the same in all clones.
 * Where they multiply and add, they say fma(): one rounding everywhere, in
 * hardware where there is some and in the C library where there is none.
 */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(SEG_STANDALONE)
#define SEG_CLONES __attribute__((target_clones("default", "arch=x86-64-v3")))
#else
#define SEG_CLONES
#endif

#define SEG_ALWAYS_INLINE static inline __attribute__((always_inline))

/* In loops of short steps: look at the interrupts at every 32,768th of them. */
SEG_ALWAYS_INLINE void
seg_check_step(size_t step)
{
	if (step % 32768 == 32767)
		CHECK_FOR_INTERRUPTS();
}

static inline size_t
seg_min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* False when a * b does not fit; the product goes to *result otherwise. */
static inline bool
seg_mul_size(size_t a, size_t b, size_t *result)
{
	return !__builtin_mul_overflow(a, b, result);
}

#endif							/* SEG_BASE_PORT_H */
