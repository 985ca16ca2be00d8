/*
 * kmeans_profile_model.h
 *		What sets a cluster of a k-means model apart, judged where it was fitted.
 */
#ifndef SEG_KMEANS_KMEANS_PROFILE_MODEL_H
#define SEG_KMEANS_KMEANS_PROFILE_MODEL_H

#include "kmeans/kmeans_model.h"
#include "stats/describe.h"

/*
 * How far cluster c (a place) is off in feature j, in standard deviations of all rows:
 * that of its center, in the fitted space.  Where that is notable, but its median lies on
 * the other side of the median of all, a few extreme rows make the center: it is that
 * of the medians then.  A feature without spread in the fitted space is judged by the means in input
 * units, 0 where it is constant.
 */
extern double seg_kmeans_z(const SegKmeansModel *model, uint32_t c, uint32_t j);

/* Feature j of cluster c, whose z is given, as words want it. */
extern SegTrait seg_kmeans_trait(const SegKmeansModel *model, uint32_t c, uint32_t j, double z);

/*
 * The strongest features of cluster c that stand out (SEG_PROFILE_NOTABLE), strongest
 * first, ties by position; OUT traits: at most SEG_DESCRIBE_TRAITS; returns how many.
 */
extern size_t seg_kmeans_strongest(const SegKmeansModel *model, uint32_t c, SegTrait *traits);

#endif							/* SEG_KMEANS_KMEANS_PROFILE_MODEL_H */
