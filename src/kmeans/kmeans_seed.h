/*
 * kmeans_seed.h
 *		An order-free sample of the rows, and starting centers found on it.
 */
#ifndef SEG_KMEANS_KMEANS_SEED_H
#define SEG_KMEANS_KMEANS_SEED_H

#include "kmeans/kmeans.h"

/*
 * The sample: distinct rows, each with the weight of all its copies, in the
 * order of their hashes.  Which rows are in it depends on the rows and the seed
 * only.  A uniform one holds the `capacity` distinct rows with the smallest hashes.
 * In one by distance half of the chances of a row go with its squared distance from
 * the mean of all, so that the few rows far out, which a uniform sample does not see
 * and which make most of the inertia where tails are heavy, are there; each row's
 * weight is divided by its chance.
 */
typedef struct SegKmeansSample
{
	SegKmeansData data;			/* rows: the sample; weights: n of them */
	bool		is_whole;		/* all distinct rows are in it */
} SegKmeansSample;

/* Rows in the sample for up to k centers of d features. */
extern size_t seg_kmeans_sample_capacity(size_t k, size_t d);

/* Bytes for a sample of that capacity, result and workspace together. */
extern size_t seg_kmeans_sample_workspace(size_t capacity, size_t d);

/*
 * Draw the sample.  OUT sample: its arrays are taken from the arena.
 * Cost: one pass, n d hashing steps.
 * Sources: Z. Bar-Yossef and others, "Counting distinct elements in a data
 * stream", 2002 (the k minimum values of a hash); N. Duffield, C. Lund and M. Thorup,
 * "Priority sampling for estimation of arbitrary subset sums", 2007; O. Bachem,
 * M. Lucic and A. Krause, "Scalable k-means clustering via lightweight coresets", 2018.
 */
extern void seg_kmeans_sample_draw(const SegKmeansData *data, uint64_t seed, size_t capacity, bool by_distance,
								   SegArena *arena, SegKmeansSample *sample);

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
