/*
 * drift_state.h
 *		The flat state of drift_fit: counters, and the model that rows are compared with.
 */
#ifndef SEG_DRIFT_DRIFT_STATE_H
#define SEG_DRIFT_DRIFT_STATE_H

#include "base/state.h"
#include "model/envelope.h"
#include "stats/histogram.h"

#define SEG_DRIFT_STATE_MAGIC UINT32_C(0x32465244)	/* "DRF2" */

/* The head is followed by d SegDriftCount, k counters of rows, and the bytes of the model. */
typedef struct SegDriftState
{
	SegFitHead	fit;			/* given: digest of the model */
	uint32_t	k;				/* clusters; 0: none */
	uint32_t	kind;			/* of the model */
	uint64_t	model_size;		/* without a length word */
	uint64_t	rows_used;
} SegDriftState;

/* The counters of one feature. */
typedef struct SegDriftCount
{
	double		sum[2];			/* of the values counted, high and low part */
	uint64_t	values;
	uint64_t	missing;
	SegHistogram bins;			/* the bounds of the baseline, the counts of the current rows */
} SegDriftCount;

static inline SegDriftCount *
seg_drift_counts(const SegDriftState *state)
{
	return (SegDriftCount *) ((char *) state + sizeof(SegDriftState));
}

static inline uint64_t *
seg_drift_clusters(const SegDriftState *state)
{
	return (uint64_t *) (seg_drift_counts(state) + state->fit.d);
}

/* The bytes of the model. */
static inline char *
seg_drift_model(const SegDriftState *state)
{
	return (char *) (seg_drift_clusters(state) + state->k);
}

static inline size_t
seg_drift_state_size(size_t d, size_t k, size_t model_size)
{
	return sizeof(SegDriftState) + d * sizeof(SegDriftCount) + k * sizeof(uint64_t) + model_size;
}

/* Count a finite value. */
extern void seg_drift_count(SegDriftCount *count, double value);

/* Add the counts of another state with the same model. */
extern void seg_drift_state_merge(SegDriftState *into, const SegDriftState *from);

/*
 * True for a state of that many bytes, aligned to 8, with consistent counts.  For bytes
 * of unknown origin.  The caller checks that the model is valid and has these bounds, d
 * and k.
 */
extern bool seg_drift_state_is_sound(const SegDriftState *state, size_t size);

#endif							/* SEG_DRIFT_DRIFT_STATE_H */
