/*
 * anomaly_pg.h
 *		What the files of the anomaly family share.
 */
#ifndef SEG_ANOMALY_ANOMALY_PG_H
#define SEG_ANOMALY_ANOMALY_PG_H

#include "server/model.h"

#include "utils/jsonb.h"

#include "anomaly/anomaly_model.h"
#include "anomaly/anomaly_state.h"
#include "server/model_info.h"
#include "server/state.h"

/* Decodes into a SegAnomalyModel. */
extern const SegModelType seg_anomaly_model_type;

/* A feature's name in the database's encoding, else "feature <position>"; position from 1; palloc'd. */
extern char *seg_anomaly_feature_name(const SegAnomalyFeature *feature, size_t position);

/* What a model says in model_info and model_features (SegFamily). */
extern void seg_anomaly_info(const void *model, SegModelInfo *info);
extern void seg_anomaly_features(const void *model, SegRow *row);

/* States are SegAnomalyState. */
extern const SegStateType seg_anomaly_state_type;

/* A state for rows of d features; options may be NULL. */
extern SegAnomalyState *seg_anomaly_state_create(SegStates *states, const Jsonb *options, size_t d);

/* Do two states, or a state and options, belong together?  22023 when not. */
extern void seg_anomaly_state_check_options(const SegAnomalyState *state, const Jsonb *options);
extern void seg_anomaly_state_check_same(const SegAnomalyState *a, const SegAnomalyState *b);

/*
 * Add a row with so many NaN (missing) in it, or the rows of another state.
 * Returns the state, which may have moved (to the current context).
 */
extern SegAnomalyState *seg_anomaly_state_take(SegStates *states, SegAnomalyState *state,
											   const double *row, size_t missing);
extern SegAnomalyState *seg_anomaly_state_unite(SegStates *states, SegAnomalyState *state,
												const SegAnomalyState *other);

/* Fit the model of a state: bytea, palloc'd. */
extern bytea *seg_anomaly_fit_state(const SegAnomalyState *state);

#endif							/* SEG_ANOMALY_ANOMALY_PG_H */
