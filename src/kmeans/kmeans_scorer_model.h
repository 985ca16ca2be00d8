/*
 * kmeans_scorer_model.h
 *		A k-means model made ready to score rows.
 */
#ifndef SEG_KMEANS_KMEANS_SCORER_MODEL_H
#define SEG_KMEANS_KMEANS_SCORER_MODEL_H

#include "kmeans/kmeans_model.h"
#include "stats/nearest.h"

typedef struct SegKmeansScorer
{
	SegKmeansModel model;		/* first: SegModelType.encode reads it */
	double	   *shift;			/* d */
	double	   *inverse;		/* d: 1 / scale, 0 where scale is 0 */
	SegPackedCenters centers;
	bool		has_transform;	/* some feature is transformed */
} SegKmeansScorer;

/* The decoder and its arena bound, in the shape that a SegModelType wants. */
extern size_t seg_kmeans_scorer_size(size_t payload_size);
extern SegStatus seg_kmeans_scorer_decode(SegReader *reader, int version, SegArena *arena, void *scorer);

/*
 * Take a row from input units to the fitted space.
 *
 * INOUT row: d; NaN where a feature is null.  OUT position: the feature at
 * fault, from 1.  Returns SEG_OK; SEG_NULL_FEATURE (policies error and skip: for
 * skip the caller answers NULL) or SEG_LOG_DOMAIN.
 */
extern SegStatus seg_kmeans_to_fitted(const SegKmeansScorer *scorer, double *row, size_t *position);

/*
 * The same for a row as it stands in a tuple: IN values: d doubles, unaligned, no
 * nulls; OUT z: d.  False, and z unspecified, where this is no plain case: some
 * value is not finite, or a feature is transformed.
 */
extern bool seg_kmeans_plain_to_fitted(const SegKmeansScorer *scorer, const char *values, double *z);

/* The center of cluster c (a place, not an id) in input units; OUT d. */
extern void seg_kmeans_center_in_input_units(const SegKmeansModel *model, size_t c, double *center);

#endif							/* SEG_KMEANS_KMEANS_SCORER_MODEL_H */
