/*
 * state.h
 *		The head that every flat state of an aggregate begins with.
 *
 * Such a state is a bytea, so it is sent between workers and shards as it is, and
 * anybody can make one up.  Each kind has one function seg_..._is_sound that looks
 * at every byte that anything is ever concluded from; what it accepts can be
 * worked with.  server/state.h says when it is called.
 */
#ifndef SEG_BASE_STATE_H
#define SEG_BASE_STATE_H

#include "base/port.h"

typedef struct SegStateHead
{
	uint32_t	length_word;	/* the server's */
	uint32_t	magic;			/* which kind of state */
	uint64_t	mark;			/* the server's: tells its own states from others */
} SegStateHead;

/* What the state of every fit begins with. */
typedef struct SegFitHead
{
	SegStateHead state;
	uint64_t	given;			/* digest of what is the same for all rows: options, or a model */
	uint64_t	rows_skipped;	/* left out because of nulls */
	uint32_t	d;				/* features; 0: rows without features only, nothing stands behind this */
	uint32_t	unused;
} SegFitHead;

/* Rows that a state may claim: exact in a double, and small multiples and sums do not overflow. */
#define SEG_STATE_MOST_ROWS (UINT64_C(1) << 53)

/* Is it the state of a fit that saw rows without features only?  Sound bytes of that size and kind. */
static inline bool
seg_fit_is_empty(const SegFitHead *fit, size_t size, uint32_t magic)
{
	return size == sizeof(SegFitHead) && fit->state.magic == magic && fit->d == 0 &&
		fit->rows_skipped <= SEG_STATE_MOST_ROWS;
}

#endif							/* SEG_BASE_STATE_H */
