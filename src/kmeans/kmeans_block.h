/*
 * kmeans_block.h
 *		The innermost loop of k-means: distances of eight rows to k centers.
 *
 * It is a header because each clone of a caller (SEG_CLONES) needs its own copy.  Four
 * centers are processed together, so their sums stay in registers.  The sum of each row
 * adds the features in their order (stats/distance.h).
 */
#ifndef SEG_KMEANS_KMEANS_BLOCK_H
#define SEG_KMEANS_KMEANS_BLOCK_H

#include "base/vec.h"

/* The nearest centers of four rows among the centers processed so far. */
typedef struct Ranking
{
	SegVec4d	first_d2;
	SegVec4d	second_d2;
	SegVec4q	first;
} Ranking;

SEG_ALWAYS_INLINE void
rank_center(Ranking *ranking, const SegVec4d *d2, size_t c, bool want_second)
{
	SegVec4q	is_first = *d2 < ranking->first_d2;

	if (want_second)
	{
		SegVec4d	loser = *d2;
		SegVec4q	is_second;

		seg_vec4d_select(&loser, &is_first, &ranking->first_d2);
		is_second = loser < ranking->second_d2;
		seg_vec4d_select(&ranking->second_d2, &is_second, &loser);
	}
	seg_vec4d_select(&ranking->first_d2, &is_first, d2);
	ranking->first = (is_first & (int64_t) c) | (~is_first & ranking->first);
}

/*
 * Distances of the eight rows of a block to `together` centers (a constant in every
 * call) from number `start` on.  The block has only the active features.
 */
SEG_ALWAYS_INLINE void
measure(const SegVec4d *block, const uint32_t *active, size_t n_active,
		const double *centers, size_t d, size_t start, size_t together, bool want_second,
		Ranking *left, Ranking *right)
{
	SegVec4d	left_d2[4] = {{0}};
	SegVec4d	right_d2[4] = {{0}};

	centers += start * d;
	for (size_t a = 0; a < n_active; a++)
	{
		size_t		j = active[a];
		SegVec4d	left_x = block[2 * a];
		SegVec4d	right_x = block[2 * a + 1];

#pragma GCC unroll 4
		for (size_t c = 0; c < together; c++)
		{
			SegVec4d	left_t = left_x - centers[c * d + j];
			SegVec4d	right_t = right_x - centers[c * d + j];

			seg_vec4d_add_square(&left_d2[c], &left_t);
			seg_vec4d_add_square(&right_d2[c], &right_t);
		}
	}
#pragma GCC unroll 4
	for (size_t c = 0; c < together; c++)
	{
		rank_center(left, &left_d2[c], start + c, want_second);
		rank_center(right, &right_d2[c], start + c, want_second);
	}
}

/* Convert four places to 16 bits each, in a register. */
SEG_ALWAYS_INLINE void
pack_labels(const SegVec4q *places, uint16_t *labels)
{
	const SegVec4q shifts = {0, 16, 32, 48};
	SegVec4q	shifted = *places << shifts;
	uint64_t	packed = shifted[0] | shifted[1] | shifted[2] | shifted[3];

	for (size_t l = 0; l < 4; l++)
		labels[l] = (uint16_t) (packed >> (16 * l));
}

/* The nearest and second nearest of k centers; IN block: n_active x eight. */
SEG_ALWAYS_INLINE void
nearest_of_block(const double *block, const uint32_t *active, size_t n_active,
				 const double *centers, size_t d, size_t k, bool want_second, double *first_d2, double *second_d2,
				 uint16_t *first)
{
	const SegVec4d *vectors = (const SegVec4d *) block;
	const double far = INFINITY;
	Ranking		left = {{far, far, far, far}, {far, far, far, far}, {0}};
	Ranking		right = left;
	size_t		c = 0;

	for (; c + 4 <= k; c += 4)
		measure(vectors, active, n_active, centers, d, c, 4, want_second, &left, &right);
	switch (k - c)
	{
		case 3:
			measure(vectors, active, n_active, centers, d, c, 3, want_second, &left, &right);
			break;
		case 2:
			measure(vectors, active, n_active, centers, d, c, 2, want_second, &left, &right);
			break;
		case 1:
			measure(vectors, active, n_active, centers, d, c, 1, want_second, &left, &right);
			break;
	}
	memcpy(first_d2, &left.first_d2, sizeof(SegVec4d));
	memcpy(first_d2 + 4, &right.first_d2, sizeof(SegVec4d));
	memcpy(second_d2, &left.second_d2, sizeof(SegVec4d));
	memcpy(second_d2 + 4, &right.second_d2, sizeof(SegVec4d));
	pack_labels(&left.first, first);
	pack_labels(&right.first, first + 4);
}

/* Features per step. */
#define OWN_FEATURES ((size_t) 32)

/*
 * OUT t: the differences of eight rows and their centers, features [from, to) x eight.
 * The rows `ahead` doubles after them are prefetched.
 */
SEG_ALWAYS_INLINE void
own_differences(const double *const *rows, const double *const *own, const uint32_t *active,
				size_t from, size_t to, bool is_all, size_t ahead, double *t)
{
	size_t		a = from;

	for (; is_all && a + 4 <= to; a += 4)
		for (size_t half = 0; half < SEG_BLOCK_ROWS; half += 4)
		{
			SegVec4d	x[4];

			for (size_t l = 0; l < 4; l++)
			{
				__builtin_prefetch(rows[half + l] + ahead + a, 0, 2);
				x[l] = *(const SegVec4d *) (rows[half + l] + a) - *(const SegVec4d *) (own[half + l] + a);
			}
			seg_vec4d_transpose(x);
			for (size_t l = 0; l < 4; l++)
				*(SegVec4d *) (t + (a - from + l) * SEG_BLOCK_ROWS + half) = x[l];
		}
	for (; a < to; a++)
		for (size_t l = 0; l < SEG_BLOCK_ROWS; l++)
			t[(a - from) * SEG_BLOCK_ROWS + l] = rows[l][active[a]] - own[l][active[a]];
}

/*
 * The squared distance of each of eight rows to the center of its cluster, with the same
 * bits as in nearest_of_block.  IN rows, labels; OUT d2: eight each.
 */
SEG_ALWAYS_INLINE void
own_distances(const double *const *rows, const uint32_t *active, size_t n_active, const double *centers, size_t d,
			  const uint16_t *labels, double *d2)
{
	const double *own[SEG_BLOCK_ROWS];
	SegVec4d	sums[2] = {{0}};

	for (size_t l = 0; l < SEG_BLOCK_ROWS; l++)
		own[l] = centers + labels[l] * d;
	for (size_t from = 0; from < n_active; from += OWN_FEATURES)
	{
		size_t		to = seg_min_size(from + OWN_FEATURES, n_active);
		double		t[OWN_FEATURES * 8];
		const SegVec4d *vectors = (const SegVec4d *) t;

		own_differences(rows, own, active, from, to, n_active == d, SEG_BLOCK_ROWS * d, t);
		for (size_t a = 0; a < to - from; a++)
		{
			seg_vec4d_add_square(&sums[0], &vectors[2 * a]);
			seg_vec4d_add_square(&sums[1], &vectors[2 * a + 1]);
		}
	}
	memcpy(d2, sums, sizeof(sums));
}

#endif							/* SEG_KMEANS_KMEANS_BLOCK_H */
