/*
 * pca_model.h
 *		A fitted PCA model as a struct and as bytes.
 *
 * The scores of a row: transform, then z = (x - shift) / scale (0 if scale is 0), then
 * loadings times z.
 */
#ifndef SEG_PCA_PCA_MODEL_H
#define SEG_PCA_PCA_MODEL_H

#include "model/envelope.h"
#include "model/feature.h"

#define SEG_PCA_VERSION 1

/*
 * A feature keeps shift (the mean of the rows used), scale, transformed_sd, mean and
 * histogram of the values that are not null, and missing, which also counts skipped rows.
 * fill, minimum, maximum and sd are computed from these; the sd of a feature with a
 * transform is unknown.
 */
typedef struct SegPcaModel
{
	uint32_t	d;
	uint32_t	components;
	SegStandardize standardize; /* zscore or none */
	SegNullPolicy null_policy;	/* not median */
	bool		aligned;		/* rotated by pca_align */
	uint64_t	rows_used;
	uint64_t	rows_skipped;
	double		total_variance; /* of z, over all d directions */
	SegFeature *features;		/* d */
	SegRowTransform transform;	/* of a decoded model */
	double	   *variances;		/* components */
	double	   *loadings;		/* components x d */
} SegPcaModel;

/* The most bytes that decoding a payload of payload_size bytes takes from an arena. */
extern size_t seg_pca_decoded_size(size_t payload_size);

/* SegModelType.decode; names and arrays from the arena. */
extern SegStatus seg_pca_decode(SegReader *reader, int version, SegArena *arena, void *model);

/* Write the payload; a writer without a buffer only counts bytes. */
extern void seg_pca_encode(SegWriter *writer, const void *model);

/* The baseline of a model: histograms of the fitted rows. */
extern const SegBaseline seg_pca_baseline;

#endif							/* SEG_PCA_PCA_MODEL_H */
