/*
 * sample_key.h
 *		Permanent random numbers: a number in [0, 1) for each id and seed.
 *
 * Who takes the ids with the smallest keys has a random sample.  The key of an id depends on nothing
 * else, so the sample is the same for every plan, shard and day, a larger sample contains the smaller,
 * and two samples with one seed share as many ids as possible (K. Brewer, L. Early, S. Joyce,
 * "Selecting several samples from a single population", Austral. J. Statist. 14 (1972)).
 *
 * The bits never change: test/unit/test_sample_key.c holds some of them.
 */
#ifndef SEG_SAMPLE_SAMPLE_KEY_H
#define SEG_SAMPLE_SAMPLE_KEY_H

#include "base/hash.h"

/* The key of IN id[size], UTF-8; a multiple of 2^-53.  O(size). */
static inline double
seg_sample_key(const char *id, size_t size, uint64_t seed)
{
	/* the seed is spread first: neighbouring seeds have keys without relation */
	uint64_t	spread = seg_hash_finish(seed + UINT64_C(0x9E3779B97F4A7C15));

	return (double) (seg_hash_bytes(spread, id, size) >> 11) * 0x1.0p-53;
}

#endif							/* SEG_SAMPLE_SAMPLE_KEY_H */
