/*
 * rhythm_state.h
 *		The flat state of rhythm_fit: all gaps, customer by customer.
 *
 * It is a head and cells as rhythm.h describes them, in one buffer that the caller owns, so
 * it is sent between processes as it is.  The fit needs all gaps a second time.
 */
#ifndef SEG_RHYTHM_RHYTHM_STATE_H
#define SEG_RHYTHM_RHYTHM_STATE_H

#include "base/state.h"

/* The four bytes that tell this state from others. */
#define SEG_RHYTHM_STATE_MAGIC UINT32_C(0xF2AAD60C)

typedef struct SegRhythmState
{
	SegFitHead	fit;			/* d is 1 */
	uint64_t	without_gaps;	/* customers without gaps */
	uint64_t	gaps;
	uint64_t	used;			/* cells */
	uint64_t	room;
	double		cells[];		/* room */
} SegRhythmState;

/* Bytes of a state with room for so many cells. */
static inline size_t
seg_rhythm_state_size(size_t room)
{
	return sizeof(SegRhythmState) + room * sizeof(double);
}

/* Add a customer; there must be room for n + 1 cells when n > 0.  IN gaps[n]. */
extern void seg_rhythm_state_add(SegRhythmState *state, const double *gaps, size_t n);

/* Add the customers of another state, for which there must be room. */
extern void seg_rhythm_state_merge(SegRhythmState *into, const SegRhythmState *from);

/* Is it a state of that many bytes, aligned to 8?  For bytes that come from elsewhere. */
extern bool seg_rhythm_state_is_sound(const SegRhythmState *state, size_t size);

#endif							/* SEG_RHYTHM_RHYTHM_STATE_H */
