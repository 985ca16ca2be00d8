/*
 * kmeans_quartiles.h
 *		The quartiles of every cluster and feature, exact.
 */
#ifndef SEG_KMEANS_KMEANS_QUARTILES_H
#define SEG_KMEANS_KMEANS_QUARTILES_H

#include "kmeans/kmeans_data.h"

typedef struct SegKmeansQuartiles
{
	/* OUT: arrays of the caller; input units; see stats/quantiles.h */
	double	   *quartiles;		/* k x d x 3 */
	bool	   *constant;		/* k x d: all values of the cluster are equal */
} SegKmeansQuartiles;

/* Bytes of workspace. */
extern size_t seg_kmeans_quartiles_workspace(size_t n, size_t d, size_t k, bool weighted);

/*
 * Find the quartiles.  IN data.  IN labels: n; or NULL with k = 1, for the quartiles of
 * all rows.  IN sizes: k, the number of rows with each label, none 0.
 * Cost: about 4 n d steps; 20 n d with weights.
 */
extern void seg_kmeans_quartiles(const SegKmeansData *data, const uint16_t *labels, const uint64_t *sizes, size_t k,
								 const SegKmeansQuartiles *result, SegArena workspace);

#endif							/* SEG_KMEANS_KMEANS_QUARTILES_H */
