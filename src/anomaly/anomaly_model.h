/*
 * anomaly_model.h
 *		A fitted anomaly model as a struct and as bytes.
 *
 * A row is transformed (missing features filled, logarithms taken) and scored in
 * that space by the model's method.  Version 1 is, little-endian:
 *
 *		method (1)  robust (1)  null policy (1)  partial (1)  d (4)
 *		per feature: name, transform (1), fill, median, mean, sd, minimum,
 *			maximum (8 each), missing (8), histogram (histogram_codec.h)
 *		rows used, rows skipped, sample rows, seed (8 each)
 *		contamination, threshold, flagged (8 each)
 *		what the method needs:
 *		iforest		psi (4), trees (4), nodes (4), then each tree in preorder:
 *					a cut is feature (2) and value (8), a leaf 65535 (2) and rows (2)
 *		mahalanobis	degrees of freedom (4), shrinkage (8), core rows (8), center
 *					(8 d), whitening matrix (8 d (d + 1) / 2)
 *		kmeans		clusters (4), degrees of freedom (4), shift, scale (8 d each),
 *					centers (8 k d), variances (8 k)
 *
 * The shape of a tree is in its order, so there are no child numbers that could
 * lead astray: a decoder counts leaves until the tree is closed.
 */
#ifndef SEG_ANOMALY_ANOMALY_MODEL_H
#define SEG_ANOMALY_ANOMALY_MODEL_H

#include "anomaly/cluster_spread.h"
#include "anomaly/iforest.h"
#include "anomaly/mahalanobis.h"
#include "model/envelope.h"
#include "model/feature.h"

#define SEG_ANOMALY_VERSION 1

typedef enum SegAnomalyMethod
{
	SEG_ANOMALY_IFOREST,
	SEG_ANOMALY_MAHALANOBIS,
	SEG_ANOMALY_KMEANS,
} SegAnomalyMethod;

#define SEG_ANOMALY_METHODS 3

/*
 * The figures of a feature are of the values present in the sample, or those of a k-means
 * model; what is made from one has the mean for a median.  There is no shift and no
 * scale: the methods have their own.
 */
typedef struct SegAnomalyModel
{
	SegAnomalyMethod method;
	bool		robust;			/* mahalanobis: FastMCD */
	SegNullPolicy null_policy;
	bool		partial;		/* the sample is less than all rows */
	uint32_t	d;
	SegFeature *features;		/* d */
	SegRowTransform transform;	/* fills and takes logarithms; of a decoded model */
	uint64_t	rows_used;
	uint64_t	rows_skipped;
	uint64_t	sample_rows;	/* that the threshold was taken from */
	uint64_t	seed;
	double		contamination;
	double		threshold;		/* scores above it are anomalous */
	uint64_t	flagged;		/* of the sample's rows, those that are; 0 without a sample */

	/* one of these, by method */
	SegForest	forest;
	SegMahalanobis metric;
	uint64_t	core_rows;		/* mahalanobis: rows that the covariance was taken from */
	SegClusterSpread spread;	/* kmeans */
} SegAnomalyModel;

/* Bytes that decoding a payload of payload_size bytes may take from an arena. */
extern size_t seg_anomaly_decoded_size(size_t payload_size);

/*
 * Read a payload into OUT *model with arrays out of the arena.
 * Returns SEG_OK or SEG_MALFORMED_MODEL.
 */
extern SegStatus seg_anomaly_decode(SegReader *reader, int version, SegArena *arena, void *model);

/* Write the payload of the newest version; a writer without buffer measures. */
extern void seg_anomaly_encode(SegWriter *writer, const void *model);

/* The score of a row that model->transform was applied to, in [0, 1]. */
extern double seg_anomaly_score(const SegAnomalyModel *model, const double *z);

/*
 * What each feature adds to the score of such a row.  OUT parts[d], *base:
 *		score = base + sum of parts.
 * Returns SEG_OK, or SEG_TOO_FAR when the row's distance overflows.
 */
extern SegStatus seg_anomaly_attribute(const SegAnomalyModel *model, const double *z,
									   double *parts, double *base);

/* What would be normal in a feature's place, in input units: OUT typical[d]. */
extern void seg_anomaly_typical(const SegAnomalyModel *model, const double *z, double *typical);

/* What a model remembers of the rows that it was fitted on. */
extern const SegBaseline seg_anomaly_baseline;

#endif							/* SEG_ANOMALY_ANOMALY_MODEL_H */
