/*
 * port.h
 *		The differences between pure code in a server and pure code in a test program.
 *
 * In the server the code can be interrupted (CHECK_FOR_INTERRUPTS) and uses the
 * assertions of the server.  In a test program (-DSEG_STANDALONE: unit tests, fuzzing,
 * valgrind) CHECK_FOR_INTERRUPTS does nothing, and Assert is assert().
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
 * The compiler makes several clones of an inner loop, one for each SIMD width.  The
 * loader selects the widest one that the processor supports.  Each lane keeps the
 * order of operations of its row, so all clones give the same bits.  The loops
 * multiply and add by fma(), which rounds once, in hardware or in the C library.
 */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(SEG_STANDALONE)
#define SEG_CLONES __attribute__((target_clones("default", "arch=x86-64-v3")))
#else
#define SEG_CLONES
#endif

#define SEG_ALWAYS_INLINE static inline __attribute__((always_inline))

/* For loops of short steps: check for interrupts at every 32,768th step. */
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

/* OUT *result: a * b.  Returns false if the product overflows. */
static inline bool
seg_mul_size(size_t a, size_t b, size_t *result)
{
	return !__builtin_mul_overflow(a, b, result);
}

#endif							/* SEG_BASE_PORT_H */
