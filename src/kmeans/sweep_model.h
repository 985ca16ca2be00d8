/*
 * sweep_model.h
 *		The result of kmeans_sweep as a struct and as bytes.
 *
 * Payload of version 1: u64 rows_used, rows_skipped, probe_rows; u8 is_exact;
 * u32 count; per entry u32 k; u8 marks (1 elbow, 2 best silhouette; 4, 8, 16, 32
 * if it has the respective figure of the last four); f64 inertia, explained_fraction,
 * smallest_share, silhouette, davies_bouldin, calinski_harabasz, stability, with 0
 * for a figure that an entry does not have.
 */
#ifndef SEG_KMEANS_SWEEP_MODEL_H
#define SEG_KMEANS_SWEEP_MODEL_H

#include "kmeans/kmeans_sweep.h"
#include "model/envelope.h"

#define SEG_SWEEP_VERSION 1

typedef struct SegSweepModel
{
	uint64_t	rows_used;
	uint64_t	rows_skipped;
	uint64_t	probe_rows;		/* distinct rows used for silhouette and stability */
	bool		is_exact;		/* these are all distinct rows */
	uint32_t	count;
	SegSweepEntry *entries;		/* count */
} SegSweepModel;

extern size_t seg_sweep_decoded_size(size_t payload_size);
extern SegStatus seg_sweep_decode(SegReader *reader, int version, SegArena *arena, void *sweep);
extern void seg_sweep_encode(SegWriter *writer, const void *sweep);

#endif							/* SEG_KMEANS_SWEEP_MODEL_H */
