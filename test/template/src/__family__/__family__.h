/*
 * __family__.h
 *		The mean of each feature, and how far a row is from the means.
 *
 * The state of the fit is flat: a head and one sum for each feature, in one buffer
 * that the caller owns, so it is sent between processes as it is.
 */
#ifndef SEG___FAMILY_____FAMILY___H
#define SEG___FAMILY_____FAMILY___H

#include "base/port.h"
#include "base/state.h"
#include "base/status.h"

/* The four bytes that tell this state from others. */
#define SEG___FAMILY___STATE_MAGIC UINT32_C(__MAGIC__)

typedef struct Seg__Family__Sum
{
	double		parts[2];		/* high and low part of the sum */
} Seg__Family__Sum;

typedef struct Seg__Family__State
{
	SegFitHead	fit;
	uint64_t	null_policy;	/* SegNullPolicy: error or skip */
	uint64_t	rows_used;
	Seg__Family__Sum sums[];	/* d */
} Seg__Family__State;

/* Bytes of a state for d features. */
static inline size_t
seg___family___state_size(size_t d)
{
	return sizeof(Seg__Family__State) + d * sizeof(Seg__Family__Sum);
}

/* Add IN row[d], finite. */
extern void seg___family___add(Seg__Family__State *state, const double *row);

/* Add the rows of another state with the same d and options. */
extern void seg___family___merge(Seg__Family__State *into, const Seg__Family__State *from);

/* OUT means[d].  Returns SEG_OK, SEG_NO_ROWS, or SEG_RANGE_TOO_WIDE with OUT *position (from 1). */
extern SegStatus seg___family___means(const Seg__Family__State *state, double *means, size_t *position);

/* The Euclidean distance between two rows of d numbers; infinite when it overflows. */
extern double seg___family___distance(const double *a, const double *b, size_t d);

/* Is it a state of that many bytes, aligned to 8?  For bytes that come from elsewhere. */
extern bool seg___family___state_is_sound(const Seg__Family__State *state, size_t size);

#endif							/* SEG___FAMILY_____FAMILY___H */
