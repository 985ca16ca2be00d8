/*
 * pca_pg.h
 *		Functions shared by the server files of the PCA family.
 */
#ifndef SEG_PCA_PCA_PG_H
#define SEG_PCA_PCA_PG_H

#include "server/model.h"

#include "utils/jsonb.h"

#include "pca/pca_model.h"
#include "pca/pca_state.h"
#include "server/aggregate.h"
#include "server/model_info.h"
#include "server/options.h"

/* model_info and model_features of a model (SegFamily). */
extern void seg_pca_info(const void *model, SegModelInfo *info);
extern void seg_pca_features(const void *model, SegRow *row);

/*
 * Read options (NULL: all defaults) for rows of d features.  Error 22023 for options that
 * pca_fit does not accept.  The labels (model/labels.h) are written to `labels`.
 */
extern SegPcaOptions seg_pca_options_read(const Jsonb *options, size_t d, SegWriter *labels);

/* States are SegPcaState. */
extern const SegAggregate seg_pca_aggregate;

/* SegAggregate.fit: OUT model, a SegPcaModel. */
extern void seg_pca_fit(const void *state, void *model);

#endif							/* SEG_PCA_PCA_PG_H */
