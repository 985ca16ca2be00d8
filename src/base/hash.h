/*
 * hash.h
 *		A seeded 64-bit hash of doubles and of bytes, the same on every platform.
 *
 * It selects the rows of a sample, so its bits must never change.  It also detects
 * damaged models.  It does not protect against collisions that are made on purpose.
 * The mixer is splitmix64's finaliser (G. Steele, D. Lea and C. Flood, 2014).
 */
#ifndef SEG_BASE_HASH_H
#define SEG_BASE_HASH_H

#include "base/port.h"

/* A bijection of 64 bits.  Every input bit influences every output bit. */
static inline uint64_t
seg_hash_finish(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

/* Add one word to a running hash; end with seg_hash_finish. */
static inline uint64_t
seg_hash_word(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
	return hash ^ (hash >> 32);
}

/* Add one double.  -0.0 and 0.0 have the same hash because they compare equal. */
static inline uint64_t
seg_hash_double(uint64_t hash, double value)
{
	uint64_t	word;

	value += 0.0;
	memcpy(&word, &value, sizeof(word));
	return seg_hash_word(hash, word);
}

/* The hash of size bytes, read as little-endian words, the last one padded. */
static inline uint64_t
seg_hash_bytes(uint64_t seed, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	uint64_t	hash = seg_hash_word(seed, size);

	for (size_t step = 0; size > 0; step++)
	{
		size_t		take = seg_min_size(size, 8);
		uint64_t	word = 0;

		seg_check_step(step);
		for (size_t i = 0; i < take; i++)
			word |= (uint64_t) at[i] << (8 * i);
		hash = seg_hash_word(hash, word);
		at += take;
		size -= take;
	}
	return seg_hash_finish(hash);
}

#endif							/* SEG_BASE_HASH_H */
