/*
 * kmeans_seed.h
 *		Starting centers, found on a sample of the rows (kmeans_sample.h).
 */
#ifndef SEG_KMEANS_KMEANS_SEED_H
#define SEG_KMEANS_KMEANS_SEED_H

#include "base/arena.h"
#include "kmeans/kmeans_data.h"

/* Bytes of workspace to seed k centers on n rows of d features. */
extern size_t seg_seed_workspace(size_t n, size_t d, size_t k);

/*
 * Starting centers: params->n_init starts, each iterated to convergence on the sample,
 * or one bisecting run, each of whose halvings is made so.  With k-means++ the first
 * start chooses greedily among 2 + ln k candidates; of six that follow each other two
 * do, two take the only candidate, and two take k rows at random.  Then some swaps are
 * tried in what a start gives, and a few in the best so far: a row drawn as k-means++
 * draws becomes the center instead of the one that is missed least, and stays if some
 * iterations show that this is better.  On small samples, where it costs little, more
 * is tried.  The best inertia wins, the first of equals; the same seed with more starts
 * is never worse on the sample.
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
