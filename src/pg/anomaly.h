/*
 * anomaly.h
 *		What the files of the anomaly family share.
 */
#ifndef SEG_PG_ANOMALY_H
#define SEG_PG_ANOMALY_H

#include "pg/model.h"

#include "core/moments.h"
#include "core/row_sample.h"
#include "model/anomaly_model.h"
#include "utils/jsonb.h"

/* Decodes into a SegAnomalyModel. */
extern const SegModelType seg_anomaly_model_type;

/* Encode and seal a model as bytea, palloc'd. */
extern bytea *seg_anomaly_model_bytes(const SegAnomalyModel *model);

/* A feature's name in the database's encoding, else "feature <position>"; position from 1; palloc'd. */
extern char *seg_anomaly_feature_name(const SegAnomalyFeature *feature, size_t position);

/* The options of anomaly_fit as numbers. */
typedef struct SegAnomalyOptions
{
	int			method;
	int			null_policy;
	uint8		robust;			/* 0 or 1; a byte, since a state's bytes may be anything */
	int64		trees;
	int64		sample_size;
	int64		seed;
	double		contamination;
} SegAnomalyOptions;

/*
 * The state of anomaly_fit: one flat bytea, updated in place.  Behind the head
 * stand the options as they were given (for comparison only; never parsed
 * again), the transforms and names of the features as a SegWriter wrote them,
 * the sample, and for a covariance of all rows their moments; offsets are from
 * the start of the value.
 */
typedef struct SegAnomalyState
{
	int32		length_word;
	uint32		magic;
	uint32		d;
	uint32		given_size;		/* bytes of options as given; 0: none */
	uint32		labels_at;
	uint32		labels_size;
	uint64		sample_at;		/* a multiple of 8, as is the next */
	uint64		moments_at;		/* 0: none */
	uint64		rows_used;
	uint64		rows_skipped;
	SegAnomalyOptions options;
	uint8		has_transform;	/* 0 or 1, as robust */
} SegAnomalyState;

/* 22023 for options (NULL: all defaults) that anomaly_fit does not take with rows of d features. */
extern void seg_anomaly_options_check(const Jsonb *options, size_t d);

/* A state for rows of d features; options may be NULL. */
extern SegAnomalyState *seg_anomaly_state_begin(const Jsonb *options, size_t d);

/* The state in a datum, checked; an error when the bytes are none. */
extern SegAnomalyState *seg_anomaly_state_open(struct varlena *value);

/* Do two states, or a state and options, belong together?  22023 when not. */
extern void seg_anomaly_state_check_options(const SegAnomalyState *state, const Jsonb *options);
extern void seg_anomaly_state_check_same(const SegAnomalyState *a, const SegAnomalyState *b);

static inline SegRowSample *
seg_anomaly_state_sample(const SegAnomalyState *state)
{
	return (SegRowSample *) ((char *) state + state->sample_at);
}

static inline SegMoments *
seg_anomaly_state_moments(const SegAnomalyState *state)
{
	return (SegMoments *) ((char *) state + state->moments_at);
}

/*
 * Add a row with so many NaN (missing) in it, or the rows of another state.
 * Returns the state, which may have moved (to the current context).
 */
extern SegAnomalyState *seg_anomaly_state_add(SegAnomalyState *state, const double *row, size_t missing);
extern SegAnomalyState *seg_anomaly_state_merge(SegAnomalyState *state, const SegAnomalyState *other);

/* Transform and name (out of the arena) of each feature: OUT features[d]. */
extern void seg_anomaly_state_labels(const SegAnomalyState *state, SegArena *arena, SegAnomalyFeature *features);

/* Fit the model of a state: bytea, palloc'd. */
extern bytea *seg_anomaly_fit_state(const SegAnomalyState *state);

#endif							/* SEG_PG_ANOMALY_H */
