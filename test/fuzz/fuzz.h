/*
 * fuzz.h
 *		What fuzz targets share: a property that must hold, and room for bytes.
 */
#ifndef SEG_TEST_FUZZ_H
#define SEG_TEST_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void
require(bool condition)
{
	if (!condition)
		abort();
}

/* size bytes, aligned as an arena wants them, to be freed. */
static inline void *
room(size_t size)
{
	void	   *bytes = aligned_alloc(SEG_ARENA_ALIGN, (size / SEG_ARENA_ALIGN + 1) * SEG_ARENA_ALIGN);

	require(bytes != NULL);
	return bytes;
}

#endif							/* SEG_TEST_FUZZ_H */
