/*
 * test_profile_state.c
 *		profile_fit: parts in any order, letters, nulls, checks of states, bytes of models.
 */
#include "profile_fixture.h"

#include <stdio.h>

static SegProfileText
text(const char *value)
{
	return (SegProfileText) {value, strlen(value)};
}

static SegProfileState *
add(SegProfileState *state, int i)
{
	char		name[20];
	const double row[] = {i % 100 == 7 ? NAN : i * 37 % 1009, (i % 13) / 4.0};
	SegProfileText texts[2];

	snprintf(name, sizeof(name), "k%d", i * i % 71);
	texts[0] = text(name);
	texts[1] = text(i % 5 == 0 ? "" : i % 2 == 0 ? "even" : "odd");
	return profile_row(state, row, texts);
}

static SegProfileState *
merge(SegProfileState *into, SegProfileState *from)
{
	SegValueSlot *scratch = calloc((size_t) 1 << SEG_VALUE_TABLE_MAX_LOG2, sizeof(SegValueSlot));

	into = profile_room(into, from, NULL);
	assert_int_equal(seg_profile_merge(into, from, scratch), SEG_OK);
	free(scratch);
	free(from);
	return into;
}

static void
parts_give_the_same_bytes(void **state)
{
	SegProfileState *all = new_profile_state(2, 2, 4);
	SegProfileState *parts[3];
	SegProfileModel model;
	void	   *room;
	uint8_t    *bytes;
	uint8_t    *merged;
	size_t		size;
	size_t		merged_size;

	for (int p = 0; p < 3; p++)
		parts[p] = new_profile_state(2, 2, 4);
	for (int i = 0; i < 3000; i++)
	{
		all = add(all, i);
		parts[i * 7 % 3] = add(parts[i * 7 % 3], 2999 - i);
	}
	assert_true(seg_profile_state_is_sound(all, profile_state_size(all)));
	model = fit_profile(all, &room);
	assert_int_equal(model.rows_used, 3000);
	assert_int_equal(model.attributes[0].missing, 30);
	assert_int_equal(model.attributes[2].letters, SEG_PROFILE_OWN);
	assert_int_equal(model.attributes[2].others, 36 - SEG_PROFILE_OWN);
	assert_int_equal(model.attributes[3].missing, 600);
	bytes = profile_bytes(&model, &size);
	free(room);
	parts[2] = merge(merge(parts[2], parts[0]), parts[1]);
	assert_true(seg_profile_state_is_sound(parts[2], profile_state_size(parts[2])));
	model = fit_profile(parts[2], &room);
	merged = profile_bytes(&model, &merged_size);
	assert_int_equal(merged_size, size);
	assert_memory_equal(merged, bytes, size);
	free(room);
	free(merged);
	free(bytes);
	free(parts[2]);
	free(all);
}

/* The smallest input in which each rule of the letters counts. */
static void
letters(void **state)
{
	const double cuts[] = {10, 20};
	uint64_t	counts[] = {1, 0, 2};
	SegProfileText categories[] = {text("email"), text("telephone call"), text("telephone mail")};
	uint64_t	keys[3];
	uint64_t	hashes[] = {seg_text_hash("post", 4)};
	SegProfileAttribute number = {.letters = 3, .cuts = (double *) cuts, .counts = counts};
	SegProfileAttribute category = {.letters = 3, .categories = categories, .keys = keys, .others = 1, .other_hashes = hashes};

	for (int i = 0; i < 3; i++)
		keys[i] = seg_profile_key(categories[i].text, categories[i].length);
	assert_int_equal(seg_profile_number_letter(&number, -DBL_MAX), 'A');
	assert_int_equal(seg_profile_number_letter(&number, 10), 'A');
	assert_int_equal(seg_profile_number_letter(&number, nextafter(10, 11)), 'B');
	assert_int_equal(seg_profile_number_letter(&number, 20), 'B');
	assert_int_equal(seg_profile_number_letter(&number, DBL_MAX), 'C');
	assert_int_equal(seg_profile_number_letter(&number, NAN), '-');
	number.letters = 0;
	assert_int_equal(seg_profile_number_letter(&number, 3), '*');

	assert_int_equal(seg_profile_category_letter(&category, text("email")), 'A');
	assert_int_equal(seg_profile_category_letter(&category, text("telephone call")), 'B');
	assert_int_equal(seg_profile_category_letter(&category, text("telephone mail")), 'C');
	assert_int_equal(seg_profile_category_letter(&category, text("telephone cell")), '*');
	assert_int_equal(seg_profile_category_letter(&category, text("post")), 'Z');
	assert_int_equal(seg_profile_category_letter(&category, text("e")), '*');
	assert_int_equal(seg_profile_category_letter(&category, text("")), '-');
}

/* A short text and its key tell each other apart. */
static void
keys_of_short_texts(void **state)
{
	for (size_t n = 1; n <= 8; n++)
		for (size_t at = 0; at < n; at++)
		{
			char		one[] = "aaaaaaaa";
			char		other[] = "aaaaaaaa";

			other[at] = 'b';
			assert_true(seg_profile_key(one, n) != seg_profile_key(other, n));
		}
}

static void
damaged_states_are_refused(void **state)
{
	SegProfileState *good = new_profile_state(2, 2, 4);
	size_t		size;

	for (int i = 0; i < 100; i++)
		good = add(good, i);
	size = profile_state_size(good);
	assert_true(seg_profile_state_is_sound(good, size));
	assert_false(seg_profile_state_is_sound(good, size - 8));
	assert_false(seg_profile_state_is_sound(good, 8));
	good->d = 3;
	assert_false(seg_profile_state_is_sound(good, size));
	good->d = 2;
	good->rows_used++;
	assert_false(seg_profile_state_is_sound(good, size));
	good->rows_used--;
	seg_profile_parts(good).missing[0]++;
	assert_false(seg_profile_state_is_sound(good, size));
	seg_profile_parts(good).missing[0]--;
	good->options_size = UINT32_MAX;
	assert_false(seg_profile_state_is_sound(good, size));
	free(good);
}

/* Every cut-off payload is refused. */
static void
bytes_round_trip(void **state)
{
	SegProfileState *counted = new_profile_state(2, 2, 3);
	SegProfileModel model;
	void	   *room;
	uint8_t    *bytes;
	size_t		size;

	for (int i = 0; i < 200; i++)
		counted = add(counted, i);
	model = fit_profile(counted, &room);
	bytes = profile_bytes(&model, &size);
	for (size_t cut = 0; cut <= size; cut++)
	{
		SegReader	reader = seg_reader(bytes, cut);
		SegArena	arena = seg_arena(NULL, seg_profile_decoded_size(cut) / 16 * 16 + 16);
		SegProfileModel again;

		arena.base = aligned_alloc(16, arena.size);
		assert_int_equal(seg_profile_read(&reader, true, &arena, &again), cut == size ? SEG_OK : SEG_MALFORMED_MODEL);
		free(arena.base);
	}
	free(bytes);
	free(room);
	free(counted);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_give_the_same_bytes),
		cmocka_unit_test(letters),
		cmocka_unit_test(keys_of_short_texts),
		cmocka_unit_test(damaged_states_are_refused),
		cmocka_unit_test(bytes_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
