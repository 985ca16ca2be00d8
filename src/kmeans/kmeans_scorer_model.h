/*
 * kmeans_scorer_model.h
 *		A decoded k-means model, prepared for scoring rows.
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

/* The decoder and the bound of its arena, for SegModelType. */
extern size_t seg_kmeans_scorer_size(size_t payload_size);
extern SegStatus seg_kmeans_scorer_decode(SegReader *reader, int version, SegArena *arena, void *scorer);

/* The center of cluster c (a place, not an id) in input units; OUT d. */
extern void seg_kmeans_center_in_input_units(const SegKmeansModel *model, size_t c, double *center);

/* The baseline of a model: histograms and clusters of the fitted rows. */
extern const SegBaseline seg_kmeans_baseline;

#endif							/* SEG_KMEANS_KMEANS_SCORER_MODEL_H */
