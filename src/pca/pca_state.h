/*
 * pca_state.h
 *		The flat state of pca_fit: options, labels, moments.
 *
 * It is updated in place.  If an update needs more space, the caller first gets the new
 * SegMomentsShape, moves the state to a buffer of that size, and continues there.
 */
#ifndef SEG_PCA_PCA_STATE_H
#define SEG_PCA_PCA_STATE_H

#include "base/state.h"
#include "model/labels.h"
#include "stats/moments.h"
#include "stats/scale.h"

#define SEG_PCA_STATE_MAGIC UINT32_C(0x32414350)	/* "PCA2" */

/* The options of pca_fit as numbers. */
typedef struct SegPcaOptions
{
	uint32_t	components;		/* 0: determined by explained_variance */
	int32_t		standardize;	/* SegStandardize: zscore or none */
	int32_t		null_policy;	/* SegNullPolicy: not median */
	uint32_t	unused;
	double		explained_variance; /* 0: components is used */
} SegPcaOptions;

/* The labels (labels.h) follow the head, then the moments, aligned to 8. */
typedef struct SegPcaState
{
	SegFitHead	fit;
	uint32_t	labels_size;
	uint32_t	moments_at;		/* from the start of the value */
	SegPcaOptions options;
} SegPcaState;

static inline const uint8_t *
seg_pca_state_labels(const SegPcaState *state)
{
	return (const uint8_t *) (state + 1);
}

static inline SegMoments *
seg_pca_state_moments(const SegPcaState *state)
{
	return (SegMoments *) ((char *) state + state->moments_at);
}

/* Bytes of a state with that head. */
static inline size_t
seg_pca_state_size(const SegPcaState *head, SegMomentsShape shape)
{
	return head->moments_at + seg_moments_size(head->fit.d, shape);
}

/*
 * Initialize.  INOUT state: zeroed bytes of the size for seg_moments_first_shape.  The
 * head except the magic is set, and the labels follow it.
 * Returns SEG_OK, SEG_NO_ROWS (d = 0) or SEG_TOO_MANY_FEATURES.
 */
extern SegStatus seg_pca_state_begin(SegPcaState *state);

/* Copy to OUT into: bytes of the size for that shape.  The head is copied from `from`. */
extern void seg_pca_state_move(const SegPcaState *from, SegMomentsShape shape, SegPcaState *into);

/*
 * True for a state of that many bytes, aligned to 8, with consistent parts.  For bytes
 * of unknown origin.
 */
extern bool seg_pca_state_is_sound(const SegPcaState *state, size_t size);

#endif							/* SEG_PCA_PCA_STATE_H */
