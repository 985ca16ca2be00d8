/*
 * kmeans_align_model.h
 *		The clusters of a refitted model under the numbers of the old one.
 *
 * Both models' centers are brought to input units and then to the old model's
 * fitted space; there the assignment problem pairs as many clusters as the
 * smaller model has, at the smallest total distance.  However far the two of a
 * pair are, they are paired: what is too far is for the reader of
 * kmeans_align_rows to say.  A new cluster without partner gets the next number
 * that was never given; an old one without partner takes its number with it.
 */
#ifndef SEG_KMEANS_KMEANS_ALIGN_MODEL_H
#define SEG_KMEANS_KMEANS_ALIGN_MODEL_H

#include "kmeans/kmeans_model.h"

typedef struct SegKmeansAlignment
{
	uint32_t   *old_of;			/* new k: the partner's place in the old model, or old k */
	uint32_t   *new_of;			/* old k: the partner's place in the new model, or new k */
	uint32_t   *cluster_id;		/* new k: the number after the alignment */
	double	   *distance;		/* new k: to the partner, old fitted space; NaN without */
	uint32_t	next_cluster_id;
} SegKmeansAlignment;

/* Bytes that seg_kmeans_align takes from its arena; SIZE_MAX when they do not fit. */
extern size_t seg_kmeans_align_workspace(const SegKmeansModel *new_model, const SegKmeansModel *old_model);

/*
 * Whether the two describe the same features.  True when their numbers are equal
 * and no name differs; OUT position: the feature (from 1) whose name differs, 0
 * for different numbers.  A feature without name agrees with any.
 */
extern bool seg_kmeans_same_features(const SegKmeansModel *new_model, const SegKmeansModel *old_model,
									 size_t *position);

/*
 * Pair the clusters of two models with the same features.
 *
 * OUT alignment: arrays out of the arena.  Returns SEG_OK; SEG_RANGE_TOO_WIDE or
 * SEG_LOG_DOMAIN with OUT position (from 1) for a center that the old model's
 * space cannot hold.  Cost: k^2 (d + k).
 */
extern SegStatus seg_kmeans_align(const SegKmeansModel *new_model, const SegKmeansModel *old_model,
								  SegArena *arena, SegKmeansAlignment *alignment, size_t *position);

/*
 * Renumber INOUT new_model; a paired cluster takes its partner's name, too.  The
 * alignment's next_cluster_id is at most SEG_KMEANS_MAX_ID.
 */
extern void seg_kmeans_renumber(SegKmeansModel *new_model, const SegKmeansModel *old_model,
								const SegKmeansAlignment *alignment);

#endif							/* SEG_KMEANS_KMEANS_ALIGN_MODEL_H */
