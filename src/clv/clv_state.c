/*
 * clv_state.c
 *		The flat state of clv_fit; see clv_state.h.
 */
#include "clv/clv_state.h"

void
seg_clv_state_count(SegClvState *state)
{
	size_t		used = seg_clv_count(state->rows, state->used);

	memset(state->rows + used, 0, (state->used - used) * sizeof(SegClvRow));
	state->used = used;
}

void
seg_clv_state_merge(SegClvState *into, const SegClvState *from)
{
	Assert(into->room - into->used >= from->used);
	memcpy(into->rows + into->used, from->rows, from->used * sizeof(SegClvRow));
	into->used += from->used;
}

/* Are the rows customers, of whom no more than can be counted? */
static bool
rows_are_sound(const SegClvRow *rows, size_t n)
{
	uint64_t	customers = 0;
	int			which;

	for (size_t i = 0; i < n; i++)
	{
		seg_check_step(i);
		if (rows[i].count == 0 || rows[i].count > SEG_STATE_MOST_ROWS - customers ||
			seg_clv_check(&rows[i].customer, &which) != SEG_CLV_SOUND ||
			(rows[i].customer.x == 0 && rows[i].customer.mean_value != SEG_CLV_NO_VALUE))
			return false;
		customers += rows[i].count;
	}
	return true;
}

static bool
is_zero(const SegClvRow *rows, size_t n)
{
	const SegClvRow zero = {{0, 0, 0, 0}, 0};

	for (size_t i = 0; i < n; i++)
	{
		seg_check_step(i);
		if (memcmp(&rows[i], &zero, sizeof(zero)) != 0)
			return false;
	}
	return true;
}

bool
seg_clv_state_is_sound(const SegClvState *state, size_t size)
{
	return size >= sizeof(SegClvState) && state->fit.state.magic == SEG_CLV_STATE_MAGIC && state->fit.d == 1 &&
		state->fit.rows_skipped <= SEG_STATE_MOST_ROWS && state->kind < SEG_CLV_KINDS &&
		state->room == (size - sizeof(SegClvState)) / sizeof(SegClvRow) && size == seg_clv_state_size(state->room) &&
		state->used <= state->room && rows_are_sound(state->rows, state->used) &&
		is_zero(state->rows + state->used, state->room - state->used);
}
