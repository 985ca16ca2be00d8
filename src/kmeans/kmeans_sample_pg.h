/*
 * kmeans_sample_pg.h
 *		Samples of the rows of a fit.
 */
#ifndef SEG_KMEANS_KMEANS_SAMPLE_PG_H
#define SEG_KMEANS_KMEANS_SAMPLE_PG_H

#include "kmeans/kmeans_rows_pg.h"

#include "kmeans/kmeans_sample.h"

/*
 * Draw a sample of at most `capacity` rows, uniform or by distance, in the current
 * context.  Raises an error if there are fewer than k distinct rows.
 */
extern void seg_kmeans_draw_sample(const SegKmeansRows *state, size_t capacity, size_t k, bool by_distance,
								   SegKmeansSample *sample);

/* The sample for seeding k centers. */
extern void seg_kmeans_draw_seeding_sample(const SegKmeansRows *state, size_t k, SegKmeansSample *sample);

#endif							/* SEG_KMEANS_KMEANS_SAMPLE_PG_H */
