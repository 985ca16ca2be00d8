/*
 * anomaly_model.h
 *		A fitted anomaly model as a struct and as bytes.
 *
 * A row is transformed (missing features filled, log1p applied) and scored in that
 * space by the method of the model.  Version 1 is, little-endian:
 *
 *		method (1)  robust (1)  null policy (1)  partial (1)  d (4)
 *		per feature: name, transform (1), fill, median, mean, sd, minimum,
 *			maximum (8 each), missing (8), histogram (histogram_codec.h)
 *		rows used, rows skipped, sample rows, seed (8 each)
 *		contamination, threshold, flagged (8 each)
 *		the data of the method:
 *		iforest		psi (4), trees (4), nodes (4), then each tree in preorder:
 *					a cut is feature (2) and value (8), a leaf 65535 (2) and rows (2)
 *		mahalanobis	degrees of freedom (4), shrinkage (8), core rows (8), center
 *					(8 d), whitening matrix (8 d (d + 1) / 2)
 *		kmeans		clusters (4), degrees of freedom (4), shift, scale (8 d each),
 *					centers (8 k d), variances (8 k)
 *
 * The order of the nodes determines the shape of a tree, so there are no child numbers
 * that could be wrong: a decoder counts leaves until the tree is complete.
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
 * The statistics of a feature are from the values of the sample that are not null, or
 * from a k-means model; then the median is the mean.  Features have no shift and no
 * scale: each method has its own.
 */
typedef struct SegAnomalyModel
{
	SegAnomalyMethod method;
	bool		robust;			/* mahalanobis: FastMCD */
	SegNullPolicy null_policy;
	bool		partial;		/* the sample does not have all rows */
	uint32_t	d;
	SegFeature *features;		/* d */
	SegRowTransform transform;	/* fills nulls and applies log1p; of a decoded model */
	uint64_t	rows_used;
	uint64_t	rows_skipped;
	uint64_t	sample_rows;	/* rows from which the threshold was computed */
	uint64_t	seed;
	double		contamination;
	double		threshold;		/* scores above it are anomalous */
	uint64_t	flagged;		/* anomalous rows of the sample; 0 without a sample */

	/* one of these, by method */
	SegForest	forest;
	SegMahalanobis metric;
	uint64_t	core_rows;		/* mahalanobis: rows from which the covariance was computed */
	SegClusterSpread spread;	/* kmeans */
} SegAnomalyModel;

/* The most bytes that decoding a payload of payload_size bytes takes from an arena. */
extern size_t seg_anomaly_decoded_size(size_t payload_size);

/*
 * Read a payload.  OUT *model: arrays from the arena.
 * Returns SEG_OK or SEG_MALFORMED_MODEL.
 */
extern SegStatus seg_anomaly_decode(SegReader *reader, int version, SegArena *arena, void *model);

/* Write the payload of the newest version; a writer without a buffer only counts bytes. */
extern void seg_anomaly_encode(SegWriter *writer, const void *model);

/* The score, in [0, 1], of a row after model->transform. */
extern double seg_anomaly_score(const SegAnomalyModel *model, const double *z);

/*
 * The contribution of each feature to the score of such a row.  OUT parts[d], *base:
 *		score = base + sum of parts.
 * Returns SEG_OK, or SEG_TOO_FAR if the distance of the row overflows.
 */
extern SegStatus seg_anomaly_attribute(const SegAnomalyModel *model, const double *z,
									   double *parts, double *base);

/* OUT typical[d]: the normal value of each feature, in input units. */
extern void seg_anomaly_typical(const SegAnomalyModel *model, const double *z, double *typical);

/* The baseline of a model: histograms of the fitted rows. */
extern const SegBaseline seg_anomaly_baseline;

#endif							/* SEG_ANOMALY_ANOMALY_MODEL_H */
