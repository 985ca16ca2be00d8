/*
 * profile_fixture.h
 *		Profile states on the heap, used in the same way as by the aggregate profile_fit.
 */
#ifndef SEG_TEST_PROFILE_FIXTURE_H
#define SEG_TEST_PROFILE_FIXTURE_H

#include "unit.h"

#include "profile/profile_state.h"

static inline size_t
profile_state_size(const SegProfileState *state)
{
	SegProfileParts parts = seg_profile_parts(state);
	SegProfileSizes sizes;

	for (uint32_t j = 0; j < state->d; j++)
		sizes.log2_slots[j] = parts.numbers[j].log2_slots;
	for (uint32_t j = 0; j < state->c; j++)
		sizes.texts[j] = parts.texts[j];
	return seg_profile_state_size(state->d, state->c, state->options_size, &sizes);
}

/* Options without names, cuts or labels. */
static inline SegProfileState *
new_profile_state(uint32_t d, uint32_t c, uint32_t letters)
{
	uint8_t		order[SEG_PROFILE_ATTRIBUTES];
	SegProfileAttribute attributes[SEG_PROFILE_ATTRIBUTES];
	SegProfileModel options = {.letters = letters, .d = d, .c = c, .order = order, .attributes = attributes};
	SegProfileSizes sizes = seg_profile_least_sizes();
	SegWriter	writer = {NULL, 0};
	SegProfileState *state;

	memset(attributes, 0, sizeof(attributes));
	for (uint32_t j = 0; j < d + c; j++)
	{
		order[j] = (uint8_t) j;
		attributes[j].name = "";
	}
	seg_profile_encode(&writer, &options);
	state = calloc(1, seg_profile_state_size(d, c, (uint32_t) writer.size, &sizes));
	seg_profile_state_init(state, d, c, (uint32_t) writer.size);
	writer = (SegWriter) {seg_profile_parts(state).options, 0};
	seg_profile_encode(&writer, &options);
	return state;
}

static inline SegProfileState *
profile_room(SegProfileState *state, const SegProfileState *other, const SegProfileText *texts)
{
	SegProfileSizes sizes;
	SegProfileState *grown;

	if (!seg_profile_room(state, other, texts, &sizes))
		return state;
	grown = calloc(1, seg_profile_state_size(state->d, state->c, state->options_size, &sizes));
	assert_int_equal(seg_profile_grow(state, &sizes, grown), SEG_OK);
	free(state);
	return grown;
}

static inline SegProfileState *
profile_row(SegProfileState *state, const double *row, const SegProfileText *texts)
{
	state = profile_room(state, NULL, texts);
	assert_int_equal(seg_profile_add(state, row, texts), SEG_OK);
	return seg_profile_wants_room(state) ? profile_room(state, NULL, NULL) : state;
}

/* The model and the arena that holds its arrays, to be freed. */
static inline SegProfileModel
fit_profile(const SegProfileState *state, void **room)
{
	SegArena	arena = seg_arena(NULL, seg_profile_fit_size(state) / 16 * 16 + 16);
	SegValueSlot *scratch = calloc((size_t) 1 << SEG_VALUE_TABLE_MAX_LOG2, sizeof(SegValueSlot));
	SegTextSlot *sorted = calloc(SEG_TEXT_TABLE_MOST, sizeof(SegTextSlot));
	SegProfileModel model = {0};

	arena.base = *room = aligned_alloc(16, arena.size);
	assert_int_equal(seg_profile_fit(state, &arena, scratch, sorted, &model), SEG_OK);
	free(sorted);
	free(scratch);
	return model;
}

static inline uint8_t *
profile_bytes(const SegProfileModel *model, size_t *size)
{
	SegWriter	writer = {NULL, 0};
	uint8_t    *bytes;

	seg_profile_encode(&writer, model);
	*size = writer.size;
	bytes = malloc(writer.size);
	writer = (SegWriter) {bytes, 0};
	seg_profile_encode(&writer, model);
	return bytes;
}

#endif							/* SEG_TEST_PROFILE_FIXTURE_H */
