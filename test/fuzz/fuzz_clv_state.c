/*
 * fuzz_clv_state.c
 *		A changed state of clv_fit: count, merge, fit.
 *
 * A state that passes the check must be safe to use, must pass the check after every
 * operation, and must give a model that can be written and read again.
 */
#include "fuzz_state.h"

#include "clv/clv_model.h"
#include "clv/clv_state.h"

#define ROOM 16

static SegClvRow rows[2 * ROOM];
static SegClvRow scratch[2 * ROOM];

static SegClvState *
new_state(size_t room)
{
	SegClvState *state = calloc(1, seg_clv_state_size(room));

	require(state != NULL);
	state->fit.state.magic = SEG_CLV_STATE_MAGIC;
	state->fit.d = 1;
	state->room = room;
	return state;
}

static void
add_row(SegClvState *state, Script *script)
{
	SegClvCustomer customer;
	int			which;

	customer.x = next_value(script);
	customer.t_x = next_value(script);
	customer.t_cal = next_value(script);
	customer.mean_value = next_value(script);
	if (seg_clv_check(&customer, &which) == SEG_CLV_SOUND)
		state->rows[state->used++] = (SegClvRow) {seg_clv_plain(customer), 1};
}

static void
fit_and_write(const SegClvState *state)
{
	SegClvModel model = {.rows_skipped = state->fit.rows_skipped};
	SegClvModel again = {0};
	uint8_t		bytes[512];
	SegWriter	writer = {bytes, 0};
	SegReader	reader;
	SegArena	arena;
	void	   *memory;

	memcpy(rows, state->rows, state->used * sizeof(SegClvRow));
	seg_clv_fit(rows, seg_clv_count(rows, state->used), scratch, state->kind, &model.fit);
	seg_clv_encode(&writer, &model);
	require(writer.size <= sizeof(bytes));
	reader = seg_reader(bytes, writer.size);
	arena = seg_arena(NULL, seg_clv_decoded_size(writer.size));
	memory = arena.base = room(arena.size);
	require(seg_clv_decode(&reader, SEG_CLV_VERSION, &arena, &again) == SEG_OK);
	free(memory);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Script		script = {data, size};
	SegClvState *state = new_state(ROOM);
	size_t		n = next_byte(&script) % (ROOM + 1);

	state->kind = next_byte(&script) % SEG_CLV_KINDS;
	for (size_t i = 0; i < n; i++)
		add_row(state, &script);
	require(seg_clv_state_is_sound(state, seg_clv_state_size(ROOM)));
	change(&script, state, seg_clv_state_size(ROOM));
	if (seg_clv_state_is_sound(state, seg_clv_state_size(ROOM)) && state->used > 0)
	{
		SegClvState *both = new_state(2 * ROOM);

		both->kind = state->kind;
		seg_clv_state_merge(both, state);
		fit_and_write(both);
		seg_clv_state_merge(both, state);
		seg_clv_state_count(both);
		require(both->used <= state->used);
		/* the sum of two counts may be more than can be counted */
		if (seg_clv_state_is_sound(both, seg_clv_state_size(2 * ROOM)))
			fit_and_write(both);
		free(both);
	}
	free(state);
	return 0;
}
