/*
 * kmeans_seed.h
 *		Finds starting centers on a sample of the rows (kmeans_sample.h).
 */
#ifndef SEG_KMEANS_KMEANS_SEED_H
#define SEG_KMEANS_KMEANS_SEED_H

#include "base/arena.h"
#include "kmeans/kmeans_data.h"

/* Bytes of workspace to seed k centers on n rows of d features. */
extern size_t seg_seed_workspace(size_t n, size_t d, size_t k);

/*
 * Find starting centers by params->n_init starts, each iterated to convergence on the
 * sample; or by one bisecting run in which each split is found in this way.  With
 * k-means++ the first start is greedy: it chooses the best of 2 + ln k candidates for
 * each center.  Of six successive starts two are greedy, two have one candidate, and two
 * take k random rows.  Then some swaps are tried in the result of a start, and a few in
 * the best result so far.  A swap draws a row as in k-means++; it replaces the center
 * whose removal costs least.  The swap is kept if some iterations show a smaller inertia.
 * On small samples, where iterations are cheap, more swaps are tried.  The result with
 * the smallest inertia is used, the first of equals.  With the same seed, more starts
 * are never worse on the sample.
 *
 * IN data: at least k distinct rows.  OUT centers: k x d.
 * Sources: D. Arthur and S. Vassilvitskii, "k-means++", 2007; M. Steinbach,
 * G. Karypis and V. Kumar, "A comparison of document clustering techniques", 2000;
 * P. Fränti, "Efficiency of random swap clustering", 2018; S. Lattanzi and C. Sohler,
 * "A better k-means++ algorithm via local search", 2019.
 */
extern void seg_seed_centers(const SegKmeansData *data, const SegKmeansParams *params, size_t k,
							 double *centers, SegArena workspace);

#endif							/* SEG_KMEANS_KMEANS_SEED_H */
