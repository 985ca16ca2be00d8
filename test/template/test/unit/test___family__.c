/*
 * test___family__.c
 *		__family__: sums in any order, means, bytes.
 */
#include "unit.h"

#include "__family__/__family__.h"
#include "__family__/__family___model.h"

static Seg__Family__State *
new_state(size_t d)
{
	Seg__Family__State *state = calloc(1, seg___family___state_size(d));

	state->fit.state.magic = SEG___FAMILY___STATE_MAGIC;
	state->fit.d = d;
	return state;
}

static void
means_of_parts(void **test_state)
{
	const double rows[3][2] = {{1, 10}, {2, 20}, {6, -3}};
	Seg__Family__State *all = new_state(2);
	Seg__Family__State *part = new_state(2);
	double		means[2];
	double		merged[2];
	size_t		position = 0;

	assert_int_equal(seg___family___means(all, means, &position), SEG_NO_ROWS);
	for (int i = 0; i < 3; i++)
		seg___family___add(all, rows[i]);
	assert_int_equal(seg___family___means(all, means, &position), SEG_OK);
	assert_close(means[0], 3, 0);
	assert_close(means[1], 9, 0);

	seg___family___add(part, rows[2]);
	seg___family___add(part, rows[0]);
	memset(all->sums, 0, 2 * sizeof(Seg__Family__Sum));
	all->rows_used = 0;
	seg___family___add(all, rows[1]);
	seg___family___merge(all, part);
	assert_int_equal(all->rows_used, 3);
	assert_int_equal(seg___family___means(all, merged, &position), SEG_OK);
	assert_memory_equal(merged, means, sizeof(means));

	assert_close(seg___family___distance(means, rows[0], 2), sqrt(5), 1e-15);
	free(part);
	free(all);
}

static void
too_wide(void **test_state)
{
	const double row[2] = {1, 1e308};
	Seg__Family__State *state = new_state(2);
	double		means[2];
	size_t		position = 0;

	for (int i = 0; i < 3; i++)
		seg___family___add(state, row);
	assert_int_equal(seg___family___means(state, means, &position), SEG_RANGE_TOO_WIDE);
	assert_int_equal(position, 2);
	free(state);
}

static void
states_are_checked(void **test_state)
{
	Seg__Family__State *state = new_state(3);
	size_t		size = seg___family___state_size(3);

	assert_true(seg___family___state_is_sound(state, size));
	assert_false(seg___family___state_is_sound(state, size - 1));
	state->fit.d = 2;
	assert_false(seg___family___state_is_sound(state, size));
	state->fit.d = 3;
	state->null_policy = SEG_NULL_MEAN;
	assert_false(seg___family___state_is_sound(state, size));
	/* rows without features only: the head alone */
	state->fit.d = 0;
	assert_true(seg___family___state_is_sound(state, sizeof(SegFitHead)));
	assert_false(seg___family___state_is_sound(state, size));
	free(state);
}

static void
bytes_round_trip(void **test_state)
{
	double		means[] = {1.5, -2};
	Seg__Family__Model model = {SEG_NULL_SKIP, 7, 1, 2, means};
	uint8_t		bytes[256];
	_Alignas(16) char room[256];
	SegWriter	writer = {bytes, 0};

	seg___family___encode(&writer, &model);
	assert_true(seg___family___decoded_size(writer.size) <= sizeof(room));
	for (size_t size = 0; size <= writer.size; size++)
	{
		SegReader	reader = seg_reader(bytes, size);
		SegArena	arena = seg_arena(room, seg___family___decoded_size(size));
		Seg__Family__Model again = {0};
		SegStatus	status = seg___family___decode(&reader, SEG___FAMILY___VERSION, &arena, &again);

		assert_int_equal(status, size == writer.size ? SEG_OK : SEG_MALFORMED_MODEL);
		if (status == SEG_OK)
		{
			assert_int_equal(again.rows_used, 7);
			assert_memory_equal(again.means, means, sizeof(means));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(means_of_parts),
		cmocka_unit_test(too_wide),
		cmocka_unit_test(states_are_checked),
		cmocka_unit_test(bytes_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
