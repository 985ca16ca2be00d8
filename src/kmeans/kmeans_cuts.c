/*
 * kmeans_cuts.c
 *		Counts values between cuts, and finds quartiles from the counts; see kmeans_cuts.h.
 */
#include "kmeans/kmeans_cuts.h"

#include "base/select.h"

void
seg_cuts_set(SegCuts *result, size_t lane, const double *low, const double *high, size_t m)
{
	double		cuts[SEG_CUTS_MOST];
	size_t		count = 0;

	for (size_t pair = 0; pair < 2 * m; pair++)
	{
		double		cut = pair % 2 == 0 ? low[pair / 2] : high[pair / 2];
		size_t		at = 0;

		while (at < count && cuts[at] < cut)
			at++;
		if (at < count && cuts[at] == cut)
			continue;
		memmove(cuts + at + 1, cuts + at, (count++ - at) * sizeof(double));
		cuts[at] = cut;
	}
	result->kept[lane] = 0;
	for (size_t at = 0; at < SEG_CUTS_MOST; at++)
	{
		result->bounds[2 * at][lane] = at < count ? nextafter(cuts[at], -INFINITY) : INFINITY;
		result->bounds[2 * at + 1][lane] = at < count ? cuts[at] : INFINITY;
		for (size_t pair = 0; at + 1 < count && pair < m; pair++)
			if (cuts[at] >= low[pair] && cuts[at + 1] <= high[pair])
				result->kept[lane] |= INT64_C(1) << (2 * at + 2);
	}
}

/* The value of rank r in a room; successive calls have ascending ranks. */
static double
value_in_room(SegCutsRoom *room, size_t r)
{
	if (r >= room->done)
	{
		seg_select_rank(room->values + room->done, room->used - room->done, r - room->done);
		room->done = r + 1;
	}
	return room->values[r];
}

/* The value of rank r of a cell; false if it was not kept. */
static bool
value_of_rank(const SegCuts *cuts, size_t lane, const uint32_t *counts, SegCutsRoom *room, size_t r, double *value)
{
	size_t		kept_below = 0;

	if (room->used > room->size)
		return false;
	for (size_t p = 0; p < SEG_CUTS_PLACES; p++)
	{
		bool		is_kept = cuts->kept[lane] >> p & 1;

		if (r < counts[p])
		{
			if (p % 2 == 1)
				*value = cuts->bounds[p][lane];
			else if (is_kept)
				*value = value_in_room(room, kept_below + r);
			return p % 2 == 1 || is_kept;
		}
		r -= counts[p];
		if (is_kept)
			kept_below += counts[p];
	}
	return false;
}

bool
seg_cuts_quantile(const SegCuts *cuts, size_t lane, const uint32_t *counts, SegCutsRoom *room, size_t n, size_t part,
				  SegQuantile *quantile)
{
	size_t		low;
	size_t		high;

	seg_quantile_ranks(n, part, &low, &high);
	return value_of_rank(cuts, lane, counts, room, low, &quantile->low) &&
		value_of_rank(cuts, lane, counts, room, high, &quantile->high);
}
