/*
 * rand_index.c
 *		The adjusted Rand index; see rand_index.h.
 */
#include "stats/rand_index.h"

double
seg_rand_index(uint64_t same_both, uint64_t same_a, uint64_t same_b, uint64_t n)
{
	__int128	pairs = seg_rand_pairs(n);
	__int128	chance = (__int128) same_a * same_b;
	__int128	above = 2 * (same_both * pairs - chance);
	__int128	most = ((__int128) same_a + same_b) * pairs - 2 * chance;

	Assert(n <= SEG_RAND_MAX_ROWS);
	return most == 0 ? 1 : (double) above / (double) most;
}

double
seg_rand_index_of_labels(const uint32_t *a, const uint32_t *b, size_t n,
						 size_t k_a, size_t k_b, uint64_t *workspace)
{
	uint64_t	same_both = 0;
	uint64_t	same_a = 0;
	uint64_t	same_b = 0;

	memset(workspace, 0, k_a * k_b * sizeof(uint64_t));
	for (size_t i = 0; i < n; i++)
	{
		Assert(a[i] < k_a && b[i] < k_b);
		workspace[a[i] * k_b + b[i]]++;
	}
	for (size_t i = 0; i < k_a; i++)
	{
		uint64_t	rows = 0;

		CHECK_FOR_INTERRUPTS();
		for (size_t j = 0; j < k_b; j++)
		{
			same_both += seg_rand_pairs(workspace[i * k_b + j]);
			rows += workspace[i * k_b + j];
		}
		same_a += seg_rand_pairs(rows);
	}
	for (size_t j = 0; j < k_b; j++)
	{
		uint64_t	rows = 0;

		for (size_t i = 0; i < k_a; i++)
			rows += workspace[i * k_b + j];
		same_b += seg_rand_pairs(rows);
	}
	return seg_rand_index(same_both, same_a, same_b, n);
}
