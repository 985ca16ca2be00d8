/*
 * rfm_fixture.h
 *		RFM states on the heap, used in the same way as by the aggregate rfm_fit.
 */
#ifndef SEG_TEST_RFM_FIXTURE_H
#define SEG_TEST_RFM_FIXTURE_H

#include "unit.h"

#include "rfm/rfm_state.h"

static inline SegRfmState *
new_state(uint32_t bins)
{
	const uint32_t log2_slots[] = {SEG_VALUE_TABLE_MIN_LOG2, SEG_VALUE_TABLE_MIN_LOG2, SEG_VALUE_TABLE_MIN_LOG2};
	SegRfmOptions options = {.bins = bins};
	SegRfmState *state = calloc(1, seg_rfm_state_size(log2_slots));

	seg_rfm_state_init(state, &options);
	assert_true(seg_rfm_state_is_sound(state, seg_rfm_state_size(log2_slots)));
	return state;
}

static inline SegValueSlot *
new_scratch(void)
{
	return calloc((size_t) 1 << SEG_VALUE_TABLE_MAX_LOG2, sizeof(SegValueSlot));
}

static inline SegRfmState *
make_room(SegRfmState *state, const SegRfmState *other)
{
	uint32_t	log2_slots[SEG_RFM_MEASURES];
	SegRfmState *grown;

	if (!seg_rfm_room(state, other, log2_slots))
		return state;
	grown = calloc(1, seg_rfm_state_size(log2_slots));
	assert_int_equal(seg_rfm_grow(state, log2_slots, grown), SEG_OK);
	assert_true(seg_rfm_state_is_sound(grown, seg_rfm_state_size(log2_slots)));
	free(state);
	return grown;
}

static inline SegRfmState *
count_row(SegRfmState *state, double r, double f, double m)
{
	const double values[] = {r, f, m};

	assert_int_equal(seg_rfm_add(state, values), SEG_OK);
	if (!seg_rfm_wants_room(state))
		return state;
	state = make_room(state, NULL);
	if (seg_rfm_wants_room(state))
	{
		SegValueSlot *scratch = new_scratch();

		for (int i = 0; i < SEG_RFM_MEASURES; i++)
			assert_int_equal(seg_rfm_coarsen(state, i, 0, scratch), SEG_OK);
		free(scratch);
	}
	assert_false(seg_rfm_wants_room(state));
	return state;
}

static inline SegRfmState *
merge_states(SegRfmState *into, SegRfmState *from)
{
	SegValueSlot *scratch = new_scratch();

	into = make_room(into, from);
	assert_int_equal(seg_rfm_merge(into, from, scratch), SEG_OK);
	free(scratch);
	free(from);
	return into;
}

static inline SegRfmModel
fit_state(SegRfmState *state)
{
	SegValueSlot *scratch = new_scratch();
	SegRfmModel model;

	assert_int_equal(seg_rfm_fit(state, scratch, &model), SEG_OK);
	free(scratch);
	free(state);
	return model;
}

static inline void
assert_same_model(const SegRfmModel *a, const SegRfmModel *b)
{
	assert_memory_equal(a, b, sizeof(SegRfmModel));
}

#endif							/* SEG_TEST_RFM_FIXTURE_H */
