/*
 * rand_index.h
 *		The adjusted Rand index: agreement of two partitions of the same rows.
 *
 * With n_ij rows in group i of one partition and j of the other, and
 *
 *		S = sum of C(n_ij, 2),  A = sum of C(n_i., 2),  B = sum of C(n_.j, 2),  N = C(n, 2)
 *
 * the index is (S - AB/N) / ((A + B)/2 - AB/N): 1 for equal partitions, 0 on
 * average for independent ones.  It is computed as a quotient of two integers, so
 * it is rounded once.
 *
 * Source: L. Hubert and P. Arabie, "Comparing partitions", J. Classification 2 (1985).
 */
#ifndef SEG_STATS_RAND_INDEX_H
#define SEG_STATS_RAND_INDEX_H

#include "base/port.h"

/* The largest number of rows for which the integers do not overflow. */
#define SEG_RAND_MAX_ROWS (UINT64_C(1) << 31)

/* The number of pairs of n rows: C(n, 2). */
static inline uint64_t
seg_rand_pairs(uint64_t n)
{
	return n < 2 ? 0 : (n % 2 == 0 ? n / 2 * (n - 1) : (n - 1) / 2 * n);
}

/*
 * The index from its sums of pairs.  IN same_both: S, same_a: A, same_b: B, n <=
 * SEG_RAND_MAX_ROWS.  It is 1 if both partitions have one group, and if in both each
 * row is a group.
 */
extern double seg_rand_index(uint64_t same_both, uint64_t same_a, uint64_t same_b, uint64_t n);

/*
 * The index of two labelings.
 *
 * IN a, b: n labels from 0, below k_a and k_b.  OUT workspace: k_a * k_b.
 * Cost: n + k_a k_b.
 */
extern double seg_rand_index_of_labels(const uint32_t *a, const uint32_t *b, size_t n,
									   size_t k_a, size_t k_b, uint64_t *workspace);

#endif							/* SEG_STATS_RAND_INDEX_H */
