/*
 * bootstrap.c
 *		The Poisson bootstrap of sums over customers; see bootstrap.h.
 */
#include "campaign/bootstrap.h"

#include "base/hash.h"
#include "base/sort.h"

/*
 * 2^32 P(X <= k) of the Poisson distribution of mean 1, rounded: a weight is the number of these that
 * are at most a random number of 32 bits.
 */
static const uint32_t limits[] = {
	UINT32_C(1580030169), UINT32_C(3160060337), UINT32_C(3950075422), UINT32_C(4213413783), UINT32_C(4279248374), UINT32_C(4292415292),
	UINT32_C(4294609778), UINT32_C(4294923276), UINT32_C(4294962463), UINT32_C(4294966817), UINT32_C(4294967253), UINT32_C(4294967292)
};

#define LIMITS (sizeof(limits) / sizeof(limits[0]))

/* Replicates that one call works on: the random numbers stay in the cache. */
#define BLOCK ((size_t) 256)

SEG_CLONES
static void
weigh(const uint32_t *restrict random, size_t count, uint8_t *restrict weights)
{
	for (size_t i = 0; i < count; i++)
	{
		uint32_t	weight = 0;

		for (size_t k = 0; k < LIMITS; k++)
			weight += random[i] >= limits[k];
		weights[i] = (uint8_t) weight;
	}
}

void
seg_bootstrap_weights(uint64_t key, size_t replicates, uint8_t *weights)
{
	uint32_t	random[BLOCK];

	for (size_t from = 0; from < replicates; from += BLOCK)
	{
		size_t		count = seg_min_size(BLOCK, replicates - from);

		/* one hash for two replicates */
		for (size_t i = 0; i < count; i += 2)
		{
			uint64_t	bits = seg_hash_finish(key + (from + i + 1) * UINT64_C(0x9E3779B97F4A7C15));

			random[i] = (uint32_t) bits;
			random[i + 1] = (uint32_t) (bits >> 32);
		}
		weigh(random, count, weights + from);
	}
}

static bool
is_before(const void *a, const void *b, const void *argument)
{
	const SegBootstrapItem *first = a;
	const SegBootstrapItem *second = b;

	if (first->key != second->key)
		return first->key < second->key;
	if (first->a != second->a)
		return first->a < second->a;
	return first->b < second->b;
}

SEG_CLONES
static void
add(const SegBootstrapItem *item, const uint8_t *restrict weights, size_t replicates, SegBootstrapSums *restrict sums)
{
	for (size_t r = 0; r < replicates; r++)
	{
		double		weight = weights[r];

		sums[r].n += weight;
		sums[r].a += weight * item->a;
		sums[r].b += weight * item->b;
	}
}

void
seg_bootstrap_sums(SegBootstrapItem *items, size_t n, size_t replicates, SegBootstrapSums *sums, uint8_t *weights)
{
	memset(sums, 0, replicates * sizeof(SegBootstrapSums));
	seg_sort(items, n, sizeof(SegBootstrapItem), is_before, NULL);
	for (size_t i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		seg_bootstrap_weights(items[i].key, replicates, weights);
		add(&items[i], weights, replicates, sums);
	}
}
