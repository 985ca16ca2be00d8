/*
 * state.h
 *		The head at the start of each flat state of an aggregate.
 *
 * A state is a bytea.  Workers and shards send it to each other without conversion.
 * Any user can construct a false one.  Each kind has one function seg_..._is_sound.
 * It checks every byte that the code reads; a state that it accepts is safe to use.
 * server/state.h describes when it is called.
 */
#ifndef SEG_BASE_STATE_H
#define SEG_BASE_STATE_H

#include "base/port.h"

typedef struct SegStateHead
{
	uint32_t	length_word;	/* set by the server */
	uint32_t	magic;			/* the kind of the state */
	uint64_t	mark;			/* set by the server: marks the states that it made */
} SegStateHead;

/* The start of the state of each fit. */
typedef struct SegFitHead
{
	SegStateHead state;
	uint64_t	given;			/* digest of the arguments that are equal for all rows: options, or a model */
	uint64_t	rows_skipped;	/* left out because of nulls */
	uint32_t	d;				/* features; 0: no row had features, and the state ends here */
	uint32_t	unused;
} SegFitHead;

/* The most rows of a state.  It is exact in a double; small multiples do not overflow. */
#define SEG_STATE_MOST_ROWS (UINT64_C(1) << 53)

/* True for a sound state of a fit, of that size and kind, in which no row had features. */
static inline bool
seg_fit_is_empty(const SegFitHead *fit, size_t size, uint32_t magic)
{
	return size == sizeof(SegFitHead) && fit->state.magic == magic && fit->d == 0 &&
		fit->rows_skipped <= SEG_STATE_MOST_ROWS;
}

#endif							/* SEG_BASE_STATE_H */
