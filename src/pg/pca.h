/*
 * pca.h
 *		What the files of the PCA family share.
 */
#ifndef SEG_PG_PCA_H
#define SEG_PG_PCA_H

#include "pg/model.h"

#include "model/pca_model.h"

/* Decodes into a SegPcaModel. */
extern const SegModelType seg_pca_model_type;

/* Encode and seal a model as bytea, palloc'd. */
extern bytea *seg_pca_model_bytes(const SegPcaModel *model);

/* A feature's name, else "feature <position>"; position from 1; palloc'd. */
extern char *seg_pca_feature_name(const SegPcaFeature *feature, size_t position);

#endif							/* SEG_PG_PCA_H */
