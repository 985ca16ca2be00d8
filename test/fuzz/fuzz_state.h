/*
 * fuzz_state.h
 *		A state of an aggregate, made as an aggregate makes it and then changed.
 *
 * Nearly all changes of a good state are refused, and random bytes always are; so
 * an input says how to make a good state and where to change it.  A change is 11
 * bytes: where (3, modulo what fits), how many bytes (1), and which (up to 8,
 * little-endian; the last of the 11 tells whether they are put there, added or
 * flipped).
 */
#ifndef SEG_TEST_FUZZ_STATE_H
#define SEG_TEST_FUZZ_STATE_H

#include <string.h>

#include "fuzz.h"

typedef struct Script
{
	const uint8_t *at;
	size_t		left;
} Script;

static inline uint8_t
next_byte(Script *script)
{
	if (script->left == 0)
		return 0;
	script->left--;
	return *script->at++;
}

static inline uint64_t
next_word(Script *script, int bytes)
{
	uint64_t	word = 0;

	for (int i = 0; i < bytes; i++)
		word |= (uint64_t) next_byte(script) << (8 * i);
	return word;
}

/* A number that is often small, sometimes any finite double. */
static inline double
next_value(Script *script)
{
	uint8_t		kind = next_byte(script);
	uint64_t	bits;
	double		value;

	if (kind < 200)
		return (double) (kind % 16) - 3;
	bits = next_word(script, 8);
	memcpy(&value, &bits, sizeof(value));
	return value - value == 0 ? value : 1e300;
}

/* Apply all changes that are left. */
static inline void
change(Script *script, void *state, size_t size)
{
	while (script->left > 0 && size > 0)
	{
		size_t		at = next_word(script, 3) % size;
		size_t		width = next_byte(script) % 8 + 1;
		uint64_t	word = next_word(script, 6);
		uint8_t		how = next_byte(script);
		uint64_t	old = 0;

		if (width > size - at)
			width = size - at;
		at = width == 8 ? at / 8 * 8 : width == 4 ? at / 4 * 4 : at;
		memcpy(&old, (char *) state + at, width);
		word = how % 3 == 0 ? word : how % 3 == 1 ? old + word : old ^ word;
		memcpy((char *) state + at, &word, width);
	}
}

/* A copy on the heap, exactly that long, so that the sanitizer sees its end. */
static inline void *
copy_of(const void *bytes, size_t size)
{
	void	   *copy = malloc(size);

	require(copy != NULL);
	memcpy(copy, bytes, size);
	return copy;
}

#endif							/* SEG_TEST_FUZZ_STATE_H */
