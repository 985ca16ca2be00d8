/*
 * kmeans_align_model.h
 *		Gives the clusters of a refitted model the numbers of the old model.
 *
 * The centers of both models are converted to input units and then to the fitted space
 * of the old model.  There the assignment problem pairs as many clusters as the smaller
 * model has, with the smallest total distance.  There is no limit for the distance of a
 * pair; kmeans_align_rows shows the distances.  A new cluster without a partner gets the
 * next unused number.  The number of an old cluster without a partner is not used again.
 */
#ifndef SEG_KMEANS_KMEANS_ALIGN_MODEL_H
#define SEG_KMEANS_KMEANS_ALIGN_MODEL_H

#include "kmeans/kmeans_model.h"

typedef struct SegKmeansAlignment
{
	uint32_t   *old_of;			/* new k: place of the partner in the old model; old k: none */
	uint32_t   *new_of;			/* old k: place of the partner in the new model; new k: none */
	uint32_t   *cluster_id;		/* new k: the number after the alignment */
	double	   *distance;		/* new k: to the partner, old fitted space; NaN: no partner */
	uint32_t	next_cluster_id;
} SegKmeansAlignment;

/* Bytes that seg_kmeans_align takes from its arena; SIZE_MAX if they do not fit a size_t. */
extern size_t seg_kmeans_align_workspace(const SegKmeansModel *new_model, const SegKmeansModel *old_model);

/*
 * True if the two models have the same number of features and no name differs.
 * OUT position: the feature (from 1) with different names; 0 if the numbers of
 * features differ.  A feature without a name matches every name.
 */
extern bool seg_kmeans_same_features(const SegKmeansModel *new_model, const SegKmeansModel *old_model,
									 size_t *position);

/*
 * Pair the clusters of two models with the same features.
 *
 * OUT alignment: arrays from the arena.  Returns SEG_OK, or SEG_RANGE_TOO_WIDE or
 * SEG_LOG_DOMAIN with OUT position (from 1) for a center that cannot be converted to
 * the fitted space of the old model.  Cost: k^2 (d + k).
 */
extern SegStatus seg_kmeans_align(const SegKmeansModel *new_model, const SegKmeansModel *old_model,
								  SegArena *arena, SegKmeansAlignment *alignment, size_t *position);

/*
 * Renumber INOUT new_model.  A cluster with a partner also gets the name of the partner.
 * next_cluster_id of the alignment is at most SEG_KMEANS_MAX_ID.
 */
extern void seg_kmeans_renumber(SegKmeansModel *new_model, const SegKmeansModel *old_model,
								const SegKmeansAlignment *alignment);

#endif							/* SEG_KMEANS_KMEANS_ALIGN_MODEL_H */
