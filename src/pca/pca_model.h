/*
 * pca_model.h
 *		A fitted PCA model as a struct and as bytes.
 *
 * A row is seen as transform, then z = (x - shift) / scale (0 where scale is 0),
 * then loadings times z.
 */
#ifndef SEG_PCA_PCA_MODEL_H
#define SEG_PCA_PCA_MODEL_H

#include "model/envelope.h"
#include "model/feature.h"

#define SEG_PCA_VERSION 1

/*
 * Of a feature are kept shift (the mean of the rows used), scale, transformed_sd, mean and
 * histogram of the values present, and missing, which counts skipped rows too.  fill,
 * minimum, maximum and sd follow from these; sd is not known of a transformed feature.
 */
typedef struct SegPcaModel
{
	uint32_t	d;
	uint32_t	components;
	SegStandardize standardize; /* zscore or none */
	SegNullPolicy null_policy;	/* not median */
	bool		aligned;		/* rotated towards another model */
	uint64_t	rows_used;
	uint64_t	rows_skipped;
	double		total_variance; /* of z, over all d directions */
	SegFeature *features;		/* d */
	SegRowTransform transform;	/* of a decoded model */
	double	   *variances;		/* components */
	double	   *loadings;		/* components x d */
} SegPcaModel;

/* Bytes that decoding a payload of payload_size bytes may take from an arena. */
extern size_t seg_pca_decoded_size(size_t payload_size);

/* As SegModelType.decode; names and arrays out of the arena. */
extern SegStatus seg_pca_decode(SegReader *reader, int version, SegArena *arena, void *model);

/* Write the payload; with a writer without buffer, measure it. */
extern void seg_pca_encode(SegWriter *writer, const void *model);

/* What a model remembers of the rows that it was fitted on. */
extern const SegBaseline seg_pca_baseline;

#endif							/* SEG_PCA_PCA_MODEL_H */
