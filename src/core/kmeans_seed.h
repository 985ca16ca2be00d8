/*
 * kmeans_seed.h
 *		An order-free sample of the rows, and starting centers found on it.
 */
#ifndef SEG_CORE_KMEANS_SEED_H
#define SEG_CORE_KMEANS_SEED_H

#include "core/kmeans.h"

/*
 * The sample: distinct rows, each with the weight of all its copies, in the
 * order of their hashes.  Which rows are in it depends on the rows and the seed
 * only: it holds the `capacity` distinct rows with the smallest hashes.
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
 * Source: Z. Bar-Yossef and others, "Counting distinct elements in a data
 * stream", 2002 (the k minimum values of a hash).
 */
extern void seg_kmeans_sample_draw(const SegKmeansData *data, uint64_t seed, size_t capacity,
							SegArena *arena, SegKmeansSample *sample);

/* Bytes of workspace to seed k centers on n rows of d features. */
extern size_t seg_seed_workspace(size_t n, size_t d, size_t k);

/*
 * Starting centers: params->n_init times seeded (k-means++ with greedy choice
 * among 2 + ln k candidates, or k rows at random) and iterated to convergence on
 * the sample, or one bisecting run, each of whose halvings is made so; the best
 * inertia wins, the first of equals.  Four random swaps for each start follow: a
 * center of the best goes to a random row, and stays if a few iterations show that
 * this is better.
 *
 * IN data: at least k distinct rows.  OUT centers: k x d.
 * Sources: D. Arthur and S. Vassilvitskii, "k-means++", 2007; M. Steinbach,
 * G. Karypis and V. Kumar, "A comparison of document clustering techniques", 2000;
 * P. Fränti, "Efficiency of random swap clustering", 2018.
 */
extern void seg_seed_centers(const SegKmeansData *data, const SegKmeansParams *params, size_t k,
							 double *centers, SegArena workspace);

#endif							/* SEG_CORE_KMEANS_SEED_H */
