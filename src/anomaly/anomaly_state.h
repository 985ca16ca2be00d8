/*
 * anomaly_state.h
 *		The flat state of anomaly_fit: options, labels, a sample of rows, moments.
 *
 * It is updated in place.  If an update needs more space, the caller first gets the new
 * SegAnomalyRoom, moves the state to a buffer of that size, and continues there.
 */
#ifndef SEG_ANOMALY_ANOMALY_STATE_H
#define SEG_ANOMALY_ANOMALY_STATE_H

#include "anomaly/anomaly_model.h"
#include "base/state.h"
#include "model/labels.h"
#include "stats/moments.h"
#include "stats/row_sample.h"

#define SEG_ANOMALY_STATE_MAGIC UINT32_C(0x32474553)	/* "SEG2" */

/* The options of anomaly_fit as numbers.  In a state of unknown origin they can have any value. */
typedef struct SegAnomalyOptions
{
	int32_t		method;
	int32_t		null_policy;
	int64_t		robust;			/* 0 or 1 */
	int64_t		trees;
	int64_t		sample_size;
	int64_t		seed;
	double		contamination;
} SegAnomalyOptions;

/*
 * The labels (labels.h) follow the head, then the sample, then the moments if the
 * covariance is computed from all rows.  Offsets are from the start of the value.
 */
typedef struct SegAnomalyState
{
	SegFitHead	fit;
	uint32_t	labels_size;
	uint32_t	has_transform;	/* 0 or 1 */
	uint64_t	sample_at;		/* a multiple of 8, like the next */
	uint64_t	moments_at;		/* 0: none */
	uint64_t	rows_used;
	SegAnomalyOptions options;
} SegAnomalyState;

/* The sizes of the two parts that grow; has_moments does not change. */
typedef struct SegAnomalyRoom
{
	size_t		capacity;		/* rows of the sample */
	bool		has_moments;
	SegMomentsShape shape;
} SegAnomalyRoom;

static inline const uint8_t *
seg_anomaly_state_labels(const SegAnomalyState *state)
{
	return (const uint8_t *) (state + 1);
}

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

/* The largest number of distinct rows in the sample. */
extern size_t seg_anomaly_sample_limit(const SegAnomalyOptions *options, size_t d);

/* The room of a new state, and of an existing state. */
extern SegAnomalyRoom seg_anomaly_first_room(const SegAnomalyOptions *options, size_t d);
extern SegAnomalyRoom seg_anomaly_room(const SegAnomalyState *state);

/* The room for one more row, with or without missing features, and for the rows of another state. */
extern SegAnomalyRoom seg_anomaly_room_for_row(const SegAnomalyState *state, bool has_missing);
extern SegAnomalyRoom seg_anomaly_room_for_merge(const SegAnomalyState *into, const SegAnomalyState *from);

static inline bool
seg_anomaly_same_room(SegAnomalyRoom a, SegAnomalyRoom b)
{
	return a.capacity == b.capacity && (!a.has_moments || seg_moments_same_shape(a.shape, b.shape));
}

/* Bytes of a state with that head; 0 if they do not fit a size_t. */
extern size_t seg_anomaly_state_size(const SegAnomalyState *head, SegAnomalyRoom room);

/*
 * Initialize.  INOUT state: zeroed bytes of the size, with fit.d, labels_size, sample_at,
 * options and has_transform set; the labels follow the head.
 * Returns SEG_OK, or SEG_TOO_MANY_FEATURES for moments.
 */
extern SegStatus seg_anomaly_state_begin(SegAnomalyState *state, SegAnomalyRoom room);

/* Copy to OUT into: bytes of the size for that room.  The head is copied from `from`. */
extern void seg_anomaly_state_move(const SegAnomalyState *from, SegAnomalyRoom room, SegAnomalyState *into);

/* Add a row with `missing` NaN in it; the state has room for it. */
extern void seg_anomaly_state_add(SegAnomalyState *state, const double *row, size_t missing);

/* Add the rows of another state; the state has room for them. */
extern void seg_anomaly_state_merge(SegAnomalyState *into, const SegAnomalyState *from);

/*
 * True for a state of that many bytes, aligned to 8, with consistent parts.  For bytes
 * of unknown origin.
 */
extern bool seg_anomaly_state_is_sound(const SegAnomalyState *state, size_t size);

#endif							/* SEG_ANOMALY_ANOMALY_STATE_H */
