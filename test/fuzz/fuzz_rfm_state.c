/*
 * fuzz_rfm_state.c
 *		A changed state of rfm_fit: count, grow, merge, copy, fit.
 *
 * A state that passes the check must be safe to use, must pass the check after every
 * operation, and must give a sound model.
 */
#include "fuzz_state.h"

#include "rfm/rfm_model.h"
#include "rfm/rfm_state.h"

static SegValueSlot scratch[1 << SEG_VALUE_TABLE_MAX_LOG2];

static size_t
size_of(const SegRfmState *state)
{
	uint32_t	log2_slots[SEG_RFM_MEASURES];

	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		log2_slots[i] = state->tables[i].log2_slots;
	return seg_rfm_state_size(log2_slots);
}

static SegRfmState *
with_room(SegRfmState *state, const SegRfmState *other)
{
	uint32_t	log2_slots[SEG_RFM_MEASURES];
	SegRfmState *grown;

	if (!seg_rfm_room(state, other, log2_slots))
		return state;
	grown = calloc(1, seg_rfm_state_size(log2_slots));
	require(grown != NULL);
	require(seg_rfm_grow(state, log2_slots, grown) == SEG_OK);
	free(state);
	return grown;
}

static SegRfmState *
add_row(SegRfmState *state, Script *script)
{
	double		values[SEG_RFM_MEASURES];

	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		values[i] = next_value(script);
	require(seg_rfm_add(state, values) == SEG_OK);
	return seg_rfm_wants_room(state) ? with_room(state, NULL) : state;
}

static SegRfmState *
merge(SegRfmState *into, const SegRfmState *from)
{
	if (into->rows_used + from->rows_used > SEG_STATE_MOST_ROWS)
		return into;
	into = with_room(into, from);
	require(seg_rfm_merge(into, from, scratch) == SEG_OK);
	require(seg_rfm_state_is_sound(into, size_of(into)));
	return into;
}

/* A fitted model can be written and read again. */
static void
fit(const SegRfmState *state)
{
	SegRfmModel model;
	uint8_t		bytes[1024];
	SegWriter	writer = {bytes, 0};
	SegReader	reader;
	SegArena	arena = seg_arena(NULL, 0);
	SegStatus	status = seg_rfm_fit(state, scratch, &model);

	require(status == SEG_OK || status == SEG_NO_ROWS);
	if (status != SEG_OK)
		return;
	seg_rfm_encode(&writer, &model);
	reader = seg_reader(bytes, writer.size);
	require(seg_rfm_decode(&reader, SEG_RFM_VERSION, &arena, &model) == SEG_OK);
}

static SegRfmState *
begin(Script *script)
{
	const uint32_t log2_slots[] = {SEG_VALUE_TABLE_MIN_LOG2, SEG_VALUE_TABLE_MIN_LOG2, SEG_VALUE_TABLE_MIN_LOG2};
	uint8_t		choice = next_byte(script);
	SegRfmOptions options = {.bins = choice % 8 + 2, .ties = choice >> 3 & 1};
	SegRfmState *state = calloc(1, seg_rfm_state_size(log2_slots));

	require(state != NULL);
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		options.explicit_cuts[i] = choice >> (4 + i) & 1;
		for (uint32_t at = 0; options.explicit_cuts[i] && at + 1 < options.bins; at++)
			options.cuts[i][at] = at;
	}
	seg_rfm_state_init(state, &options);
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		state->tables[i].level = next_byte(script) % 2 == 0 ? 0 : 50;
	return state;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Script		script = {data, size};
	SegRfmState *good = begin(&script);
	SegRfmState *state;
	size_t		rows = next_byte(&script);
	Script		values = script;

	for (size_t i = 0; i < rows; i++)
	{
		if (values.left == 0)
			values = script;
		good = add_row(good, &values);
	}
	size = size_of(good);
	require(seg_rfm_state_is_sound(good, size));
	state = copy_of(good, size);
	change(&script, state, size);
	if (seg_rfm_state_is_sound(state, size))
	{
		fit(state);
		if (memcmp(&state->options, &good->options, sizeof(SegRfmOptions)) == 0)
		{
			SegRfmState *merged = merge(copy_of(good, size), state);

			fit(merged);
			free(merged);
			state = merge(state, good);
		}
		for (int i = 0; i < 9; i++)
			state = add_row(state, &values);
		require(seg_rfm_state_is_sound(state, size_of(state)));
		fit(state);
	}
	free(state);
	free(good);
	return 0;
}
