/*
 * rhythm_state.c
 *		The flat state of rhythm_fit; see rhythm_state.h.
 */
#include "rhythm/rhythm_state.h"

#include "rhythm/rhythm.h"

void
seg_rhythm_state_add(SegRhythmState *state, const double *gaps, size_t n)
{
	if (n == 0)
	{
		state->without_gaps++;
		return;
	}
	Assert(state->room - state->used > n);
	seg_rhythm_enter(state->cells + state->used, gaps, n);
	state->used += n + 1;
	state->gaps += n;
}

void
seg_rhythm_state_merge(SegRhythmState *into, const SegRhythmState *from)
{
	Assert(into->room - into->used >= from->used);
	memcpy(into->cells + into->used, from->cells, from->used * sizeof(double));
	into->used += from->used;
	into->gaps += from->gaps;
	into->without_gaps += from->without_gaps;
}

bool
seg_rhythm_state_is_sound(const SegRhythmState *state, size_t size)
{
	uint64_t	gaps;

	return size >= sizeof(SegRhythmState) && state->fit.state.magic == SEG_RHYTHM_STATE_MAGIC && state->fit.d == 1 &&
		state->fit.rows_skipped <= SEG_STATE_MOST_ROWS && state->without_gaps <= SEG_STATE_MOST_ROWS &&
		state->room == (size - sizeof(SegRhythmState)) / sizeof(double) && size == seg_rhythm_state_size(state->room) &&
		state->used <= state->room && seg_rhythm_cells_are_sound(state->cells, state->used, &gaps) && gaps == state->gaps;
}
