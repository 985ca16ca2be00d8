/*
 * test_rfm_state.c
 *		The flat state of rfm_fit: levels, order, merges, damage.
 */
#include "rfm_fixture.h"

static double
awkward(int i)
{
	return (i % 2 ? -1 : 1) * sqrt(i) * (i % 5 ? 1 : 1e-6);
}

/* The level is the smallest at which all distinct values fit, in any order and split. */
static void
levels_do_not_depend_on_order(void **state)
{
	enum
	{
		N = 250000
	};
	SegRfmState *forward = new_state(5);
	SegRfmState *backward = new_state(5);
	SegRfmState *parts[3] = {new_state(5), new_state(5), new_state(5)};
	SegRfmModel one;
	SegRfmModel other;

	for (int i = 0; i < N; i++)
	{
		int			part = i < 1000 ? 0 : 1 + i % 2;

		forward = count_row(forward, i % 700, 1 + i % 9, awkward(i));
		backward = count_row(backward, (N - 1 - i) % 700, 1 + (N - 1 - i) % 9, awkward(N - 1 - i));
		parts[part] = count_row(parts[part], i % 700, 1 + i % 9, awkward(i));
	}
	parts[0] = merge_states(parts[0], parts[1]);
	parts[2] = merge_states(parts[2], parts[0]);
	one = fit_state(forward);
	other = fit_state(backward);
	assert_same_model(&one, &other);
	other = fit_state(parts[2]);
	assert_same_model(&one, &other);

	assert_int_equal(one.measures[SEG_RECENCY].level, 0);
	assert_true(one.measures[SEG_MONETARY].level > 0);
	assert_between(one.measures[SEG_MONETARY].distinct, SEG_VALUE_TABLE_MOST / 3, SEG_VALUE_TABLE_MOST);
	for (int i = 0; i < 4; i++)
	{
		double		below = 0;

		for (int j = 0; j < N; j++)
			below += awkward(j) < one.measures[SEG_MONETARY].cuts[i];
		assert_true(one.measures[SEG_MONETARY].errors[i] > 0);
		assert_close(below / N, (i + 1) / 5.0, one.measures[SEG_MONETARY].errors[i] + 1.0 / N);
	}
}

/* As many distinct values as the limit allows are kept exactly; with one more, bits are dropped. */
static void
limit_of_values_is_exact(void **state)
{
	SegRfmState *s = new_state(9);
	SegRfmModel model;
	SegRfmState *more;

	for (int i = 0; i < SEG_VALUE_TABLE_MOST; i++)
		s = count_row(s, 1, 1, i + 0.1);
	more = calloc(1, seg_rfm_state_size((uint32_t[]) {4, 4, 17}));
	memcpy(more, s, seg_rfm_state_size((uint32_t[]) {4, 4, 17}));
	model = fit_state(s);
	assert_int_equal(model.measures[SEG_MONETARY].level, 0);
	assert_int_equal(model.measures[SEG_MONETARY].distinct, SEG_VALUE_TABLE_MOST);
	more = count_row(more, 1, 1, -0.1);
	model = fit_state(more);
	assert_true(model.measures[SEG_MONETARY].level > 0);
}

static void
damaged_states_are_refused(void **state)
{
	const uint32_t log2_slots[] = {SEG_VALUE_TABLE_MIN_LOG2, SEG_VALUE_TABLE_MIN_LOG2, SEG_VALUE_TABLE_MIN_LOG2};
	size_t		size = seg_rfm_state_size(log2_slots);
	SegRfmState *s = new_state(5);
	SegValueSlot *scratch = new_scratch();
	SegRfmModel model;

	assert_false(seg_rfm_state_is_sound(s, size - 1));
	assert_false(seg_rfm_state_is_sound(s, 8));
	s->tables[1].log2_slots = 63;
	assert_false(seg_rfm_state_is_sound(s, size));
	s->tables[1].log2_slots = SEG_VALUE_TABLE_MIN_LOG2;
	s->tables[2].distinct = 14;
	assert_false(seg_rfm_state_is_sound(s, size));
	s->tables[2].distinct = 0;
	s = count_row(s, 1, 1, 1);
	assert_true(seg_rfm_state_is_sound(s, size));
	for (SegValueSlot *slot = s->slots; slot < s->slots + (3 << SEG_VALUE_TABLE_MIN_LOG2); slot++)
	{
		SegValueSlot good = *slot;

		slot->count ^= 1;
		assert_false(seg_rfm_state_is_sound(s, size));
		*slot = good;
		if (good.count == 0)
			continue;
		slot->key ^= UINT64_C(1) << 40;
		assert_false(seg_rfm_state_is_sound(s, size));
		*slot = good;
	}
	s->tables[0].min = NAN;
	assert_false(seg_rfm_state_is_sound(s, size));
	s->tables[0].min = 1;
	s->options.cuts[1][3] = 5;
	assert_false(seg_rfm_state_is_sound(s, size));
	s->options.cuts[1][3] = 0;
	assert_true(seg_rfm_state_is_sound(s, size));
	s->rows_used = 2;
	assert_false(seg_rfm_state_is_sound(s, size));
	assert_int_equal(seg_rfm_fit(s, scratch, &model), SEG_MALFORMED_STATE);
	/* a table without a free slot that claims to have one */
	for (int i = 0; i < 3 << SEG_VALUE_TABLE_MIN_LOG2; i++)
		s->slots[i] = (SegValueSlot) {i, 1};
	assert_int_equal(seg_rfm_add(s, (double[]) {1.5, 1.5, 1.5}), SEG_MALFORMED_STATE);
	free(scratch);
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_do_not_depend_on_order),
		cmocka_unit_test(limit_of_values_is_exact),
		cmocka_unit_test(damaged_states_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
