/*
 * kmeans_block.h
 *		The innermost loop of k-means: eight rows against k centers.
 *
 * A header, because each clone of a caller (SEG_CLONES) needs its own copy.  Four
 * centers are measured at a time, so that their sums stay in registers, and every
 * row's sum runs over the features in their order (core/centers.h).
 */
#ifndef SEG_CORE_KMEANS_BLOCK_H
#define SEG_CORE_KMEANS_BLOCK_H

#include "core/lanes.h"

/* The nearest centers so far of four rows. */
typedef struct Ranking
{
	SegLanes	first_d2;
	SegLanes	second_d2;
	SegIntLanes first;
} Ranking;

SEG_ALWAYS_INLINE void
rank_center(Ranking *ranking, const SegLanes *d2, size_t c, bool want_second)
{
	SegIntLanes is_first = *d2 < ranking->first_d2;

	if (want_second)
	{
		SegLanes	loser = *d2;
		SegIntLanes is_second;

		seg_lanes_select(&loser, &is_first, &ranking->first_d2);
		is_second = loser < ranking->second_d2;
		seg_lanes_select(&ranking->second_d2, &is_second, &loser);
	}
	seg_lanes_select(&ranking->first_d2, &is_first, d2);
	ranking->first = (is_first & (int64_t) c) | (~is_first & ranking->first);
}

/*
 * Measure `together` centers (a constant at every call) from number `start` on
 * against the eight rows of a block, while the block `ahead` comes to the cache.
 */
SEG_ALWAYS_INLINE void
measure(const SegLanes *block, const SegLanes *ahead, const uint32_t *active, size_t n_active,
		const double *centers, size_t d, size_t start, size_t together, bool want_second,
		Ranking *left, Ranking *right)
{
	SegLanes	left_d2[4] = {{0}};
	SegLanes	right_d2[4] = {{0}};

	centers += start * d;
	for (size_t a = 0; a < n_active; a++)
	{
		size_t		j = active[a];
		SegLanes	left_x = block[2 * j];
		SegLanes	right_x = block[2 * j + 1];

		__builtin_prefetch(&ahead[2 * j]);
#pragma GCC unroll 4
		for (size_t c = 0; c < together; c++)
		{
			SegLanes	left_t = left_x - centers[c * d + j];
			SegLanes	right_t = right_x - centers[c * d + j];

			seg_lanes_add_square(&left_d2[c], &left_t);
			seg_lanes_add_square(&right_d2[c], &right_t);
		}
	}
#pragma GCC unroll 4
	for (size_t c = 0; c < together; c++)
	{
		rank_center(left, &left_d2[c], start + c, want_second);
		rank_center(right, &right_d2[c], start + c, want_second);
	}
}

/* Four places to 16 bits each, in a register. */
SEG_ALWAYS_INLINE void
pack_labels(const SegIntLanes *places, uint16_t *labels)
{
	const SegIntLanes shifts = {0, 16, 32, 48};
	SegIntLanes shifted = *places << shifts;
	uint64_t	packed = shifted[0] | shifted[1] | shifted[2] | shifted[3];

	for (size_t l = 0; l < 4; l++)
		labels[l] = (uint16_t) (packed >> (16 * l));
}

SEG_ALWAYS_INLINE void
nearest_of_block(const double *block, const double *next, const uint32_t *active, size_t n_active,
				 const double *centers, size_t d, size_t k, bool want_second, double *first_d2, double *second_d2,
				 uint16_t *first)
{
	const SegLanes *lanes = (const SegLanes *) block;
	const SegLanes *ahead = (const SegLanes *) next;
	const double far = INFINITY;
	Ranking		left = {{far, far, far, far}, {far, far, far, far}, {0}};
	Ranking		right = left;
	size_t		c = 0;

	for (; c + 4 <= k; c += 4)
	{
		measure(lanes, ahead, active, n_active, centers, d, c, 4, want_second, &left, &right);
		ahead = lanes;			/* it is on its way */
	}
	switch (k - c)
	{
		case 3:
			measure(lanes, ahead, active, n_active, centers, d, c, 3, want_second, &left, &right);
			break;
		case 2:
			measure(lanes, ahead, active, n_active, centers, d, c, 2, want_second, &left, &right);
			break;
		case 1:
			measure(lanes, ahead, active, n_active, centers, d, c, 1, want_second, &left, &right);
			break;
	}
	memcpy(first_d2, &left.first_d2, sizeof(SegLanes));
	memcpy(first_d2 + 4, &right.first_d2, sizeof(SegLanes));
	memcpy(second_d2, &left.second_d2, sizeof(SegLanes));
	memcpy(second_d2 + 4, &right.second_d2, sizeof(SegLanes));
	pack_labels(&left.first, first);
	pack_labels(&right.first, first + 4);
}

#endif							/* SEG_CORE_KMEANS_BLOCK_H */
