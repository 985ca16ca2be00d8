/*
 * hit_bins.c
 *		Counted scores in bins; see hit_bins.h.
 */
#include "stats/hit_bins.h"

static uint64_t
rows_of(const SegHits *hits, size_t groups, size_t i)
{
	uint64_t	rows = 0;

	for (size_t g = 0; g < groups; g++)
		rows += hits[i * groups + g].rows;
	return rows;
}

/* low + share (high - low), without overflow, and exact when both are equal. */
static double
between(double low, double high, double share)
{
	if (isfinite(high - low))
		return low + share * (high - low);
	return (1 - share) * low + share * high;
}

/* OUT cuts[bins - 1]: the quantile at i / bins is at (rows - 1) i / bins; integers split it exactly. */
static void
find_cuts(const double *scores, const SegHits *hits, size_t n, size_t groups, int bins, double *cuts)
{
	size_t		at = 0;
	uint64_t	upto = rows_of(hits, groups, 0);	/* rows of scores[0 .. at] */
	uint64_t	rows = 0;

	for (size_t i = 0; i < n; i++)
	{
		seg_check_step(i);
		rows += rows_of(hits, groups, i);
	}
	for (int i = 1; i < bins; i++)
	{
		uint64_t	whole = (rows - 1) * i / bins;
		double		share = (double) ((rows - 1) * i % bins) / bins;
		size_t		next;

		for (; upto <= whole; upto += rows_of(hits, groups, at))
			seg_check_step(++at);
		next = share > 0 && upto == whole + 1 ? at + 1 : at;
		cuts[i - 1] = between(scores[at], scores[next], share);
	}
}

size_t
seg_hit_bins(const double *scores, const SegHits *hits, size_t n, size_t groups, int bins, SegHitBin *split)
{
	double		cuts[SEG_HIT_MOST_BINS];
	size_t		used = 0;
	int			below = bins;	/* cuts below the score before; at first more than there are */

	Assert(bins >= 2 && bins <= SEG_HIT_MOST_BINS);
	find_cuts(scores, hits, n, groups, bins, cuts);
	for (size_t i = n; i-- > 0;)
	{
		int			bin = below < bins ? below : bins - 1;

		seg_check_step(i);
		while (bin > 0 && cuts[bin - 1] >= scores[i])
			bin--;
		if (bin < below)
			split[used++].last = i;
		split[used - 1].first = i;
		below = bin;
	}
	return used;
}

double
seg_hit_bin_mean(const double *scores, const SegHits *hits, size_t groups, const SegHitBin *bin)
{
	uint64_t	rows = 0;
	double		mean = 0;

	/* a running mean does not overflow if a sum would */
	for (size_t i = bin->first; i <= bin->last; i++)
	{
		uint64_t	own = rows_of(hits, groups, i);

		seg_check_step(i);
		rows += own;
		mean = between(mean, scores[i], rows == own ? 1 : (double) own / (double) rows);
	}
	return mean;
}
