/*
 * kmeans_sample.h
 *		A sample of the rows that does not depend on their order.
 */
#ifndef SEG_KMEANS_KMEANS_SAMPLE_H
#define SEG_KMEANS_KMEANS_SAMPLE_H

#include "base/arena.h"
#include "kmeans/kmeans_data.h"

/*
 * The sample has distinct rows, each with the weight of all its copies, in the order of
 * their hashes.  It depends only on the rows and the seed.  A uniform sample has the
 * `capacity` distinct rows with the smallest hashes.  In a sample by distance, half of
 * the probability of a row is proportional to its squared distance from the mean of all
 * rows.  So it has the few rows far from the mean, which a uniform sample misses, and
 * which cause most of the inertia in data with heavy tails.  The weight of each row is
 * divided by its probability.
 */
typedef struct SegKmeansSample
{
	SegKmeansData data;			/* rows: the sample; weights: n of them */
	bool		is_whole;		/* the sample has all distinct rows */
} SegKmeansSample;

/* Rows in the sample for up to k centers of d features. */
extern size_t seg_kmeans_sample_capacity(size_t k, size_t d);

/* Bytes for a sample of that capacity: result and workspace. */
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

#endif							/* SEG_KMEANS_KMEANS_SAMPLE_H */
