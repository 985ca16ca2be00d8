/*
 * histogram.c
 *		Histograms of features in a model; see histogram.h.
 */
#include "stats/histogram.h"

static void
close_bin(SegHistogram *histogram, double bound, uint64_t count)
{
	Assert(histogram->bins < SEG_HISTOGRAM_MOST - 1);
	histogram->bounds[histogram->bins] = bound;
	histogram->counts[histogram->bins++] = count;
}

/* Append a separate bin, and a bin for the values between it and the bin before. */
static void
give_own_bin(SegHistogram *histogram, const SegTallyPlace *place, uint64_t open)
{
	bool		gap = histogram->bins == 0 || place->below > histogram->bounds[histogram->bins - 1];

	if (gap && isfinite(place->below))
		close_bin(histogram, place->below, open);
	close_bin(histogram, place->upper, place->count);
}

static uint64_t
tenth(uint64_t count, uint64_t total)
{
	return count * SEG_HISTOGRAM_BINS / total;
}

/* A bin ends where the count passes another tenth of the total. */
void
seg_histogram_of_tally(const SegTally *tally, SegHistogram *histogram)
{
	uint64_t	total = tally->total;
	SegTallyPlace places[SEG_TALLY_PLACES];
	uint64_t	open = 0;		/* count since the last bound */
	uint64_t	seen = 0;
	bool		last_is_own = false;

	memset(histogram, 0, sizeof(*histogram));
	if (total == 0)
		return;
	histogram->low = tally->low;
	histogram->high = tally->high;
	seg_tally_places(tally, places);
	for (size_t t = 0; t < SEG_TALLY_PLACES; t++)
	{
		SegTallyPlace place = places[t];

		if (place.count == 0)
			continue;
		seen += place.count;
		last_is_own = place.count * SEG_HISTOGRAM_BINS >= total;
		if (last_is_own)
			give_own_bin(histogram, &place, open);
		else if (tenth(seen, total) > tenth(seen - place.count, total))
			close_bin(histogram, place.upper, open + place.count);
		else
		{
			open += place.count;
			continue;
		}
		open = 0;
	}
	/* the last bin has no bound; a separate bin is kept */
	if (open > 0 || last_is_own)
		histogram->counts[histogram->bins++] = open;
}

void
seg_histogram_coarsen(const SegHistogram *histogram, SegHistogram *coarse)
{
	uint64_t	total = seg_histogram_total(histogram);
	uint64_t	open = 0;
	uint64_t	seen = 0;

	memset(coarse, 0, sizeof(*coarse));
	coarse->low = histogram->low;
	coarse->high = histogram->high;
	for (size_t b = 0; b < histogram->bins; b++)
	{
		uint64_t	count = histogram->counts[b];

		seen += count;
		open += count;
		if (b + 1 == histogram->bins)
			coarse->counts[coarse->bins++] = open;
		else if (total > 0 && tenth(seen, total) > tenth(seen - count, total))
		{
			close_bin(coarse, histogram->bounds[b], open);
			open = 0;
		}
	}
}

size_t
seg_bin_of(const double *bounds, size_t bins, double value)
{
	size_t		low = 0;
	size_t		high = bins - 1;

	while (low < high)
	{
		size_t		middle = (low + high) / 2;

		if (value <= bounds[middle])
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

uint64_t
seg_histogram_total(const SegHistogram *histogram)
{
	uint64_t	total = 0;

	for (size_t b = 0; b < histogram->bins; b++)
		total += histogram->counts[b];
	return total;
}

double
seg_stability_index(const uint64_t *then, const uint64_t *now, size_t bins)
{
	double		then_total = 0;
	double		now_total = 0;
	double		sum = 0;

	for (size_t b = 0; b < bins; b++)
	{
		then_total += (double) then[b];
		now_total += (double) now[b];
	}
	if (then_total == 0 || now_total == 0)
		return NAN;
	for (size_t b = 0; b < bins; b++)
	{
		double		p = ((double) then[b] + 0.5) / (then_total + 0.5 * (double) bins);
		double		q = ((double) now[b] + 0.5) / (now_total + 0.5 * (double) bins);

		sum += (p - q) * log(p / q);
	}
	return sum;
}

bool
seg_histogram_is_sound(const SegHistogram *histogram)
{
	if (histogram->bins == 0)
		return true;
	if (histogram->bins > SEG_HISTOGRAM_MOST || !isfinite(histogram->low) ||
		!isfinite(histogram->high) || histogram->low > histogram->high)
		return false;
	for (size_t b = 0; b + 1 < histogram->bins; b++)
		if (!isfinite(histogram->bounds[b]) ||
			(b > 0 && histogram->bounds[b] <= histogram->bounds[b - 1]))
			return false;
	return true;
}
