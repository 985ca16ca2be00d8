/*
 * score.h
 *		How well a score tells the rows with a true label (positives) from the others.
 *
 * All figures come from the distinct scores, ascending, each with its rows and its positives
 * (hits).  They do not depend on the order of the rows.
 *
 *		auc			the share of pairs of a positive and a negative in which the positive has
 *					the higher score; equal scores count half (Mann and Whitney 1947)
 *		gini		2 auc - 1
 *		ks			the largest difference between the cumulated shares of the negatives and
 *					of the positives, by score
 *		brier		the mean of (score - label)^2 (Brier 1950)
 *		log_loss	the mean of -ln of the probability that the score gives to the label
 */
#ifndef SEG_SCORE_SCORE_H
#define SEG_SCORE_SCORE_H

#include "base/port.h"
#include "stats/hit_bins.h"

#define SEG_SCORE_MAX_BINS SEG_HIT_MOST_BINS

typedef struct SegScoreMetrics
{
	uint64_t	rows;
	uint64_t	positives;
	double		auc;			/* NaN, as gini and ks, when a class has no rows */
	double		auc_error;		/* auc is at most that wrong if scores that are equal here were not */
	double		gini;
	double		ks;
	double		brier;			/* NaN when a score is outside 0 .. 1 */
	double		log_loss;		/* the same; infinite when a score of 0 or 1 is wrong */
	double		base_rate;
} SegScoreMetrics;

/* Neighbouring scores. */
typedef struct SegScoreBin
{
	uint64_t	rows;
	uint64_t	positives;
	double		lowest;
	double		highest;
	double		mean;
} SegScoreBin;

/* IN scores[n] ascending, hits[n], n > 0.  O(n). */
extern SegScoreMetrics seg_score_metrics(const double *scores, const SegHits *hits, size_t n);

/* The bins of seg_hit_bins: OUT split[bins]; returns how many.  O(n + bins). */
extern size_t seg_score_bins(const double *scores, const SegHits *hits, size_t n, int bins, SegScoreBin *split);

/* The rate of the positives in a bin, relative to that of all rows; NaN without positives. */
extern double seg_score_lift(const SegScoreBin *bin, uint64_t rows, uint64_t positives);

#endif							/* SEG_SCORE_SCORE_H */
