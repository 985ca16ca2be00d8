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
	SegRowTransform transform;
	SegPackedCenters centers;
} SegKmeansScorer;

/* The decoder and its arena bound, in the shape that a SegModelType wants. */
extern size_t seg_kmeans_scorer_size(size_t payload_size);
extern SegStatus seg_kmeans_scorer_decode(SegReader *reader, int version, SegArena *arena, void *scorer);

/* The center of cluster c (a place, not an id) in input units; OUT d. */
extern void seg_kmeans_center_in_input_units(const SegKmeansModel *model, size_t c, double *center);

/* What a model remembers of the rows that it was fitted on. */
extern const SegBaseline seg_kmeans_baseline;

#endif							/* SEG_KMEANS_KMEANS_SCORER_MODEL_H */
