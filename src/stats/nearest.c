/*
 * nearest.c
 *		The distances of one row to all centers, and the nearest of them; see nearest.h.
 */
#include "stats/nearest.h"

#include "stats/distance.h"

void
seg_nearest_pack(SegPackedCenters *packed, const double *centers, size_t k, size_t d, double *by_feature)
{
	packed->k = k;
	packed->d = d;
	packed->stride = seg_nearest_stride(k);
	packed->by_feature = by_feature;
	memset(by_feature, 0, d * packed->stride * sizeof(double));
	for (size_t c = 0; c < k; c++)
	{
		CHECK_FOR_INTERRUPTS();
		for (size_t j = 0; j < d; j++)
			by_feature[j * packed->stride + c] = centers[c * d + j];
	}
}

SEG_CLONES void
seg_nearest_distances(const SegPackedCenters *packed, const double *z, double *d2)
{
	size_t		d = packed->d;
	size_t		stride = packed->stride;

	for (size_t first = 0; first < stride; first += SEG_CENTER_BLOCK)
	{
		double		sum[8] = {0};

		for (size_t j = 0; j < d; j++)
		{
			const double *center = packed->by_feature + j * stride + first;

			for (size_t l = 0; l < SEG_CENTER_BLOCK; l++)
				sum[l] = seg_distance_step(sum[l], z[j], center[l]);
		}
		memcpy(d2 + first, sum, sizeof(sum));
	}
}

/* `yes` if the condition is true, else `no`; without a branch. */
static inline size_t
choose(bool condition, size_t yes, size_t no)
{
	return no ^ ((no ^ yes) & -(size_t) condition);
}

/* No branch depends on the nearest center, because the processor cannot predict it. */
SegNearest
seg_nearest_find(const double *d2, size_t k)
{
	SegNearest	nearest = {0, 0, d2[0], d2[0]};

	if (k > 1)
	{
		bool		is_first = d2[1] < d2[0];

		nearest.first = is_first;
		nearest.second = !is_first;
		nearest.first_d2 = d2[1] < d2[0] ? d2[1] : d2[0];
		nearest.second_d2 = d2[1] > d2[0] ? d2[1] : d2[0];
	}
	for (size_t c = 2; c < k; c++)
	{
		bool		is_first = d2[c] < nearest.first_d2;
		double		loser_d2 = d2[c] > nearest.first_d2 ? d2[c] : nearest.first_d2;
		bool		is_second = loser_d2 < nearest.second_d2;

		nearest.second = choose(is_second, choose(is_first, nearest.first, c), nearest.second);
		nearest.second_d2 = loser_d2 < nearest.second_d2 ? loser_d2 : nearest.second_d2;
		nearest.first = choose(is_first, c, nearest.first);
		nearest.first_d2 = d2[c] < nearest.first_d2 ? d2[c] : nearest.first_d2;
	}
	return nearest;
}
