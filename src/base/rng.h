/*
 * rng.h
 *		The project's own random generator: xoshiro256** seeded by splitmix64.
 *
 * The project has its own code because the bits must never change: a seed gives the
 * same model in each version and on each platform.
 *
 * Source: D. Blackman and S. Vigna, "Scrambled linear pseudorandom number
 * generators", ACM TOMS 47 (2021); G. Steele, D. Lea and C. Flood, "Fast
 * splittable pseudorandom number generators", OOPSLA 2014.
 */
#ifndef SEG_BASE_RNG_H
#define SEG_BASE_RNG_H

#include "base/port.h"

typedef struct SegRng
{
	uint64_t	s[4];
} SegRng;

/* The next value of splitmix64.  It advances *state.  It is also a good 64-bit mixer. */
static inline uint64_t
seg_splitmix64(uint64_t *state)
{
	uint64_t	z = (*state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

/* A generator for the given seed and stream; streams of one seed are independent. */
static inline SegRng
seg_rng(uint64_t seed, uint64_t stream)
{
	SegRng		rng;
	uint64_t	state = stream;

	state = seed ^ seg_splitmix64(&state);
	for (int i = 0; i < 4; i++)
		rng.s[i] = seg_splitmix64(&state);
	return rng;
}

static inline uint64_t
seg_rotl64(uint64_t x, int by)
{
	return (x << (by & 63)) | (x >> (-by & 63));
}

/* 64 random bits. */
static inline uint64_t
seg_rng_next(SegRng *rng)
{
	uint64_t   *s = rng->s;
	uint64_t	result = seg_rotl64(s[1] * 5, 7) * 9;
	uint64_t	t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = seg_rotl64(s[3], 45);
	return result;
}

/* A double in [0, 1), a multiple of 2^-53. */
static inline double
seg_rng_uniform(SegRng *rng)
{
	return (double) (seg_rng_next(rng) >> 11) * 0x1.0p-53;
}

/* An integer in 0 .. below - 1, without bias (D. Lemire, 2019); below > 0. */
static inline uint64_t
seg_rng_below(SegRng *rng, uint64_t below)
{
	unsigned __int128 product = (unsigned __int128) seg_rng_next(rng) * below;

	if ((uint64_t) product < below)
	{
		uint64_t	threshold = -below % below;

		while ((uint64_t) product < threshold)
			product = (unsigned __int128) seg_rng_next(rng) * below;
	}
	return (uint64_t) (product >> 64);
}

#endif							/* SEG_BASE_RNG_H */
