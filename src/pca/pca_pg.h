/*
 * pca_pg.h
 *		What the files of the PCA family share.
 */
#ifndef SEG_PCA_PCA_PG_H
#define SEG_PCA_PCA_PG_H

#include "server/model.h"

#include "utils/jsonb.h"

#include "pca/pca_model.h"
#include "pca/pca_state.h"
#include "server/options.h"
#include "server/state.h"

/* Decodes into a SegPcaModel. */
extern const SegModelType seg_pca_model_type;

/* A feature's name, else "feature <position>"; position from 1; palloc'd. */
extern char *seg_pca_feature_name(const SegPcaFeature *feature, size_t position);

/* The options of pca_fit by name. */
extern const SegOption seg_pca_option_table[];

/* 22023 for options (NULL: all defaults) that pca_fit does not take with rows of d features. */
extern void seg_pca_options_check(const Jsonb *options, size_t d);

/* The same, and what they say; the labels (model/labels.h) go to the writer. */
extern SegPcaOptions seg_pca_options_read(const Jsonb *options, size_t d, SegWriter *labels);

/* States are SegPcaState. */
extern const SegStateType seg_pca_state_type;

#endif							/* SEG_PCA_PCA_PG_H */
