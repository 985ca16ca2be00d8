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
#include "stats/histogram.h"
#include "stats/scale.h"

#define SEG_PCA_VERSION 1

/* One feature, in input units unless said otherwise. */
typedef struct SegPcaFeature
{
	const char *name;			/* UTF-8; "" when it was given none */
	SegTransform transform;
	double		shift;			/* transformed units: the mean of the rows used */
	double		scale;			/* transformed units; 0: no spread, counts as 0 */
	double		sd;				/* transformed units, with n - 1 */
	double		mean;			/* of the values present; 0 when there are none */
	uint64_t	missing;		/* rows, skipped ones included, that lack it */
	SegHistogram histogram;		/* of the values present */
} SegPcaFeature;

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
	SegPcaFeature *features;	/* d */
	double	   *variances;		/* components */
	double	   *loadings;		/* components x d */
} SegPcaModel;

/* Bytes that decoding a payload of payload_size bytes may take from an arena. */
extern size_t seg_pca_decoded_size(size_t payload_size);

/* As SegModelType.decode; names and arrays out of the arena. */
extern SegStatus seg_pca_decode(SegReader *reader, int version, SegArena *arena, void *model);

/* Write the payload; with a writer without buffer, measure it. */
extern void seg_pca_encode(SegWriter *writer, const void *model);

/*
 * A row in fitted space.  IN row[d], NaN where a feature is null; OUT z[d], which
 * may be row.  Returns SEG_OK, or with *position (from 1) SEG_NULL_FEATURE (null,
 * and the policy is error or skip) or SEG_LOG_DOMAIN.
 */
extern SegStatus seg_pca_to_fitted(const SegPcaModel *model, const double *row, double *z, size_t *position);

#endif							/* SEG_PCA_PCA_MODEL_H */
