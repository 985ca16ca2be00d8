/*
 * score.c
 *		How well a score tells positives from negatives; see score.h.
 */
#include "score/score.h"

/* a / b, rounded once or twice; a up to 2^65 */
static double
ratio(unsigned __int128 a, unsigned __int128 b)
{
	return (double) a / (double) b;
}

/* Ranks: twice the pairs that are in order, with ties as one, and the pairs with ties. */
static void
measure_order(const SegHits *hits, size_t n, uint64_t positives, uint64_t negatives, SegScoreMetrics *metrics)
{
	unsigned __int128 twice = 0;
	unsigned __int128 ties = 0;
	unsigned __int128 pairs = (unsigned __int128) positives * negatives;
	uint64_t	positives_below = 0;
	uint64_t	negatives_below = 0;
	double		largest = 0;

	for (size_t i = 0; i < n; i++)
	{
		uint64_t	own = hits[i].hits;
		uint64_t	others = hits[i].rows - hits[i].hits;

		seg_check_step(i);
		twice += (unsigned __int128) own * (2 * negatives_below + others);
		ties += (unsigned __int128) own * others;
		positives_below += own;
		negatives_below += others;
		largest = fmax(largest, fabs((double) negatives_below / (double) negatives - (double) positives_below / (double) positives));
	}
	metrics->auc = ratio(twice, 2 * pairs);
	metrics->auc_error = ratio(ties, 2 * pairs);
	metrics->gini = 2 * metrics->auc - 1;
	metrics->ks = largest;
}

/* As probabilities; IN scores within 0 .. 1. */
static void
measure_probability(const double *scores, const SegHits *hits, size_t n, SegScoreMetrics *metrics)
{
	double		squares = 0;
	double		logs = 0;

	for (size_t i = 0; i < n; i++)
	{
		double		own = hits[i].hits;
		double		others = (double) hits[i].rows - own;
		double		p = scores[i];

		seg_check_step(i);
		squares += own * (1 - p) * (1 - p) + others * p * p;
		/* a score of 0 without positives loses nothing */
		if (own > 0)
			logs -= own * log(p);
		if (others > 0)
			logs -= others * log1p(-p);
	}
	metrics->brier = squares / (double) metrics->rows;
	metrics->log_loss = logs / (double) metrics->rows;
}

SegScoreMetrics
seg_score_metrics(const double *scores, const SegHits *hits, size_t n)
{
	SegScoreMetrics metrics = {.auc = NAN, .auc_error = NAN, .gini = NAN, .ks = NAN, .brier = NAN, .log_loss = NAN};
	uint64_t	negatives;

	for (size_t i = 0; i < n; i++)
	{
		seg_check_step(i);
		metrics.rows += hits[i].rows;
		metrics.positives += hits[i].hits;
	}
	metrics.base_rate = (double) metrics.positives / (double) metrics.rows;
	negatives = metrics.rows - metrics.positives;
	if (metrics.positives > 0 && negatives > 0)
		measure_order(hits, n, metrics.positives, negatives, &metrics);
	if (scores[0] >= 0 && scores[n - 1] <= 1)
		measure_probability(scores, hits, n, &metrics);
	return metrics;
}

size_t
seg_score_bins(const double *scores, const SegHits *hits, size_t n, int bins, SegScoreBin *split)
{
	SegHitBin	ranges[SEG_SCORE_MAX_BINS];
	size_t		used = seg_hit_bins(scores, hits, n, 1, bins, ranges);

	for (size_t b = 0; b < used; b++)
	{
		split[b] = (SegScoreBin) {
			.lowest = scores[ranges[b].first],
			.highest = scores[ranges[b].last],
			.mean = seg_hit_bin_mean(scores, hits, 1, &ranges[b]),
		};
		for (size_t i = ranges[b].first; i <= ranges[b].last; i++)
		{
			seg_check_step(i);
			split[b].rows += hits[i].rows;
			split[b].positives += hits[i].hits;
		}
	}
	return used;
}

double
seg_score_lift(const SegScoreBin *bin, uint64_t rows, uint64_t positives)
{
	return ratio((unsigned __int128) bin->positives * rows, (unsigned __int128) positives * bin->rows);
}
