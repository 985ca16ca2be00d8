/*
 * anomaly_kmeans_model.h
 *		An anomaly model from a k-means model.
 */
#ifndef SEG_ANOMALY_ANOMALY_KMEANS_MODEL_H
#define SEG_ANOMALY_ANOMALY_KMEANS_MODEL_H

#include "anomaly/anomaly_model.h"
#include "base/arena.h"
#include "kmeans/kmeans_model.h"

/* Bytes that seg_anomaly_of_kmeans takes from an arena. */
extern size_t seg_anomaly_of_kmeans_size(const SegKmeansModel *kmeans);

/*
 * OUT model: arrays from the arena, names of IN kmeans.  If a decoder accepted kmeans,
 * the bytes of the result are valid too.  IN contamination: above 0, at most 0.5.
 * Clusters that are too small to be normal are left out, unless all are too small.
 */
extern void seg_anomaly_of_kmeans(const SegKmeansModel *kmeans, double contamination, SegArena *arena,
								  SegAnomalyModel *model);

#endif							/* SEG_ANOMALY_ANOMALY_KMEANS_MODEL_H */
