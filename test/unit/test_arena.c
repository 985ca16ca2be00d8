/*
 * test_arena.c
 *		The arena: aligned pieces, and NULL if a piece does not fit.
 */
#include "unit.h"

#include "base/arena.h"

static void
arena_refuses_what_does_not_fit(void **state)
{
	_Alignas(16) char buffer[64];
	SegArena	arena = seg_arena(buffer, sizeof(buffer));

	assert_ptr_equal(seg_arena_take(&arena, 3, 8), buffer);
	assert_ptr_equal(seg_arena_take(&arena, 4, 8), buffer + 32);
	assert_null(seg_arena_take(&arena, 1, 1));
	assert_null(seg_arena_take(&arena, SIZE_MAX, 2));
	assert_null(seg_arena_take(&arena, SIZE_MAX, 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_refuses_what_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
