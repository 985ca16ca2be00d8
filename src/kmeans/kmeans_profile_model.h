/*
 * kmeans_profile_model.h
 *		Compares a cluster of a k-means model with all rows, in the fitted space.
 */
#ifndef SEG_KMEANS_KMEANS_PROFILE_MODEL_H
#define SEG_KMEANS_KMEANS_PROFILE_MODEL_H

#include "kmeans/kmeans_model.h"
#include "stats/describe.h"

/*
 * The z score of cluster c (a place) in feature j: the distance of its center from the
 * mean of all rows in the fitted space, in standard deviations of all rows.  If that is
 * notable, but the median of the cluster is on the other side of the median of all rows,
 * a few extreme rows determine the center; then the medians are compared.  For a feature
 * without spread in the fitted space the means in input units are compared; 0 if it is
 * constant.
 */
extern double seg_kmeans_z(const SegKmeansModel *model, uint32_t c, uint32_t j);

/* The trait of cluster c in feature j.  IN z: the z score. */
extern SegTrait seg_kmeans_trait(const SegKmeansModel *model, uint32_t c, uint32_t j, double z);

/*
 * The strongest notable features (SEG_PROFILE_NOTABLE) of cluster c, strongest first,
 * ties by position.  OUT traits: at most SEG_DESCRIBE_TRAITS.  Returns their number.
 */
extern size_t seg_kmeans_strongest(const SegKmeansModel *model, uint32_t c, SegTrait *traits);

#endif							/* SEG_KMEANS_KMEANS_PROFILE_MODEL_H */
