/*
 * kmeans_fit.h
 *		From prepared rows to the bytes of a model.
 */
#ifndef SEG_PG_KMEANS_FIT_H
#define SEG_PG_KMEANS_FIT_H

#include "pg/kmeans_rows.h"

#include "core/kmeans_seed.h"

/* Refuse a k that is null or out of range. */
extern void seg_kmeans_check_k(int64 k);

/*
 * Draw the sample for up to k centers, in the current context; fewer than k
 * distinct rows are an error.
 */
extern void seg_kmeans_draw_sample(const SegKmeansRows *state, size_t k, SegKmeansSample *sample);

/* The model of a finished run, palloc'd in the current context. */
extern bytea *seg_kmeans_make_model(const SegKmeansRows *state, const SegKmeansSample *sample,
									const SegKmeansRun *run);

#endif							/* SEG_PG_KMEANS_FIT_H */
