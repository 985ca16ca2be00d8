/*
 * drift_pg.h
 *		What the files of the drift family share.
 */
#ifndef SEG_DRIFT_DRIFT_PG_H
#define SEG_DRIFT_DRIFT_PG_H

#include "server/model.h"

#include "anomaly/anomaly_model.h"
#include "drift/drift_model.h"
#include "kmeans/kmeans_scorer_model.h"
#include "pca/pca_model.h"

/* Decodes into a SegDriftModel. */
extern const SegModelType seg_drift_model_type;

/* A model that carries histograms, whatever its kind. */
typedef struct SegDriftSource
{
	SegKind		kind;
	size_t		d;
	size_t		k;				/* clusters; 0: none */
	SegNullPolicy null_policy;
	const SegPcaModel *pca;		/* one of these */
	const SegKmeansScorer *kmeans;
	const SegAnomalyModel *anomaly;
} SegDriftSource;

extern SegDriftSource seg_drift_source(SegKind kind, const void *decoded);

/* The model type of a kind that has a source; an error for other kinds. */
extern const SegModelType *seg_drift_source_type(int kind);

/*
 * What a report says of the source: OUT report, with everything of `then` set
 * and everything of now zero; palloc'd.
 */
extern void seg_drift_describe(const SegDriftSource *source, SegDriftModel *report);

/*
 * The place of the row's cluster, or k when it cannot be assigned.
 * IN row[d]: input units, NaN where a feature is null.
 */
extern size_t seg_drift_cluster(const SegDriftSource *source, const double *row);

#endif							/* SEG_DRIFT_DRIFT_PG_H */
