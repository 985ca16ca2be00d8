/*
 * hit_bins.h
 *		Counted scores in bins of about equal size.
 */
#ifndef SEG_STATS_HIT_BINS_H
#define SEG_STATS_HIT_BINS_H

#include "stats/hit_counts.h"

#define SEG_HIT_MOST_BINS 1000

/* The scores of a bin: those from first to last, both included. */
typedef struct SegHitBin
{
	size_t		first;
	size_t		last;
} SegHitBin;

/*
 * Split the rows of all groups at the i / bins quantiles of the scores (type 7), 2 <= bins <=
 * SEG_HIT_MOST_BINS.  IN scores[n] ascending, hits[n][groups], n > 0, at least one row for each
 * score.  A score that equals a cut is in the bin below it, so equal scores share a bin.
 * OUT split[bins]: the bins that have rows, the highest scores first; returns how many.
 * O(n + bins).
 * Source: R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages",
 * The American Statistician 50 (1996), definition 7.
 */
extern size_t seg_hit_bins(const double *scores, const SegHits *hits, size_t n, size_t groups, int bins, SegHitBin *split);

/*
 * The mean score of the rows of all groups in a bin, without overflow.
 */
extern double seg_hit_bin_mean(const double *scores, const SegHits *hits, size_t groups, const SegHitBin *bin);

#endif							/* SEG_STATS_HIT_BINS_H */
