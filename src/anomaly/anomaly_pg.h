/*
 * anomaly_pg.h
 *		Functions shared by the server files of the anomaly family.
 */
#ifndef SEG_ANOMALY_ANOMALY_PG_H
#define SEG_ANOMALY_ANOMALY_PG_H

#include "server/model.h"

#include "utils/jsonb.h"

#include "anomaly/anomaly_model.h"
#include "anomaly/anomaly_state.h"
#include "server/aggregate.h"
#include "server/model_info.h"

/* model_info and model_features of a model (SegFamily). */
extern void seg_anomaly_info(const void *model, SegModelInfo *info);
extern void seg_anomaly_features(const void *model, SegRow *row);

/* The words of option method, by the values of SegAnomalyMethod; anomaly_fit does not accept kmeans. */
extern const char *const seg_anomaly_method_words[];

/* States are SegAnomalyState. */
extern const SegAggregate seg_anomaly_aggregate;

/* SegAggregate.fit: OUT model, a SegAnomalyModel. */
extern void seg_anomaly_fit(const void *state, void *model);

#endif							/* SEG_ANOMALY_ANOMALY_PG_H */
