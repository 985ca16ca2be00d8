/*
 * port.h
 *		The whole seam between the core inside a server and the core alone.
 *
 * Inside the server the core may be interrupted (CHECK_FOR_INTERRUPTS) and its
 * assertions are the server's.  Alone (-DSEG_STANDALONE: unit tests, fuzzing,
 * valgrind) there is nothing to interrupt and assert() does the work.
 */
#ifndef SEG_CORE_PORT_H
#define SEG_CORE_PORT_H

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
 * keeps its row's order of operations: the bits are the same in all clones.
 */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define SEG_CLONES __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define SEG_CLONES
#endif

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

#endif							/* SEG_CORE_PORT_H */
