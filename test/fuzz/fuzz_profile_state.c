/*
 * fuzz_profile_state.c
 *		A changed state of profile_fit: count, grow, merge, copy, fit.
 *
 * A state that passes the check must be safe to use, must pass the check after every
 * operation, and must give a model that can be written and read again.
 */
#include "fuzz_state.h"

#include "profile/profile_state.h"

static SegValueSlot scratch[1 << SEG_VALUE_TABLE_MAX_LOG2];
static SegTextSlot sorted[SEG_TEXT_TABLE_MOST];

static size_t
size_of(const SegProfileState *state)
{
	SegProfileParts parts = seg_profile_parts(state);
	SegProfileSizes sizes;

	for (uint32_t j = 0; j < state->d; j++)
		sizes.log2_slots[j] = parts.numbers[j].log2_slots;
	for (uint32_t j = 0; j < state->c; j++)
		sizes.texts[j] = parts.texts[j];
	return seg_profile_state_size(state->d, state->c, state->options_size, &sizes);
}

static SegProfileState *
with_room(SegProfileState *state, const SegProfileState *other, const SegProfileText *texts)
{
	SegProfileSizes sizes;
	SegProfileState *grown;

	if (!seg_profile_room(state, other, texts, &sizes))
		return state;
	grown = calloc(1, seg_profile_state_size(state->d, state->c, state->options_size, &sizes));
	require(grown != NULL);
	require(seg_profile_grow(state, &sizes, grown) == SEG_OK);
	free(state);
	return grown;
}

static SegProfileState *
add_row(SegProfileState *state, Script *script)
{
	double		row[SEG_PROFILE_ATTRIBUTES];
	SegProfileText texts[SEG_PROFILE_ATTRIBUTES];
	char		room[SEG_PROFILE_ATTRIBUTES][2];

	for (uint32_t j = 0; j < state->d; j++)
	{
		row[j] = next_value(script);
		if (row[j] == 3)
			row[j] = NAN;
	}
	for (uint32_t j = 0; j < state->c; j++)
	{
		uint8_t		byte = next_byte(script);

		room[j][0] = (char) ('a' + byte % 60);
		room[j][1] = (char) ('a' + byte % 7);
		texts[j] = (SegProfileText) {room[j], byte % 3};
	}
	state = with_room(state, NULL, texts);
	require(seg_profile_add(state, row, texts) == SEG_OK);
	return seg_profile_wants_room(state) ? with_room(state, NULL, NULL) : state;
}

static void
fit(const SegProfileState *state)
{
	SegArena	arena = seg_arena(NULL, seg_profile_fit_size(state));
	SegProfileModel model = {0};
	SegStatus	status;

	arena.base = room(arena.size);
	status = seg_profile_fit(state, &arena, scratch, sorted, &model);
	require(status == SEG_OK || status == SEG_NO_ROWS || status == SEG_MALFORMED_STATE);
	if (status == SEG_OK)
	{
		SegWriter	writer = {NULL, 0};
		uint8_t    *bytes;
		SegReader	reader;
		SegArena	again;
		SegProfileModel read;

		seg_profile_encode(&writer, &model);
		bytes = room(writer.size);
		again = seg_arena(room(seg_profile_decoded_size(writer.size)), seg_profile_decoded_size(writer.size));
		writer = (SegWriter) {bytes, 0};
		seg_profile_encode(&writer, &model);
		reader = seg_reader(bytes, writer.size);
		require(seg_profile_read(&reader, true, &again, &read) == SEG_OK);
		free(again.base);
		free(bytes);
	}
	free(arena.base);
}

static SegProfileState *
begin(Script *script)
{
	uint8_t		choice = next_byte(script);
	uint32_t	d = choice % 4;
	uint32_t	c = d == 0 ? 1 : choice / 4 % 3;
	uint8_t		order[8];
	SegProfileAttribute attributes[8];
	SegProfileModel options = {.letters = 2 + choice / 12 % 25, .d = d, .c = c, .order = order, .attributes = attributes};
	SegProfileSizes sizes = seg_profile_least_sizes();
	SegWriter	writer = {NULL, 0};
	SegProfileState *state;

	memset(attributes, 0, sizeof(attributes));
	for (uint32_t j = 0; j < d + c; j++)
	{
		order[j] = (uint8_t) (d + c - 1 - j);
		attributes[j].name = "n";
	}
	seg_profile_encode(&writer, &options);
	state = calloc(1, seg_profile_state_size(d, c, (uint32_t) writer.size, &sizes));
	require(state != NULL);
	seg_profile_state_init(state, d, c, (uint32_t) writer.size);
	writer = (SegWriter) {seg_profile_parts(state).options, 0};
	seg_profile_encode(&writer, &options);
	return state;
}

static SegProfileState *
merge(SegProfileState *into, const SegProfileState *from)
{
	if (into->rows_used + from->rows_used > SEG_STATE_MOST_ROWS)
		return into;
	into = with_room(into, from, NULL);
	require(seg_profile_merge(into, from, scratch) == SEG_OK);
	require(seg_profile_state_is_sound(into, size_of(into)));
	return into;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Script		script = {data, size};
	SegProfileState *good = begin(&script);
	SegProfileState *state;
	size_t		rows = next_byte(&script);
	Script		values = script;

	for (size_t i = 0; i < rows; i++)
	{
		if (values.left == 0)
			values = script;
		good = add_row(good, &values);
	}
	size = size_of(good);
	require(seg_profile_state_is_sound(good, size));
	state = copy_of(good, size);
	change(&script, state, size);
	if (seg_profile_state_is_sound(state, size) && state->fit.d > 0)
	{
		fit(state);
		if (state->d == good->d && state->c == good->c)
		{
			SegProfileState *merged = merge(copy_of(good, size), state);

			fit(merged);
			free(merged);
			state = merge(state, good);
		}
		for (int i = 0; i < 9; i++)
			state = add_row(state, &values);
		require(seg_profile_state_is_sound(state, size_of(state)));
		fit(state);
	}
	free(state);
	free(good);
	return 0;
}
