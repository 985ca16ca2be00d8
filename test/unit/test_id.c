/*
 * test_id.c
 *		Ids and text without meaning.
 */
#include "unit.h"

#include "base/id.h"

static bool
meaningful(const char *text, const char *no_break_space)
{
	return seg_id_is_meaningful(text, strlen(text), no_break_space);
}

static void
blanks_and_number_sign_are_not_ids(void **state)
{
	const char *const nothing[] = {"", " ", "   ", "\t\r\n", "#", " #", "# ", " # "};
	const char *const something[] = {"0", "0000000000", "4711", " 4711 ", "##", "# #", "#1", "1#", "-", "\xC3\xA4"};

	for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++)
		assert_false(meaningful(nothing[i], "\xC2\xA0"));
	for (size_t i = 0; i < sizeof(something) / sizeof(something[0]); i++)
		assert_true(meaningful(something[i], "\xC2\xA0"));
}

static void
no_break_space_is_a_blank(void **state)
{
	assert_false(meaningful("\xC2\xA0", "\xC2\xA0"));
	assert_false(meaningful("\xC2\xA0#\xC2\xA0 ", "\xC2\xA0"));
	assert_true(meaningful("\xC2", "\xC2\xA0"));
	assert_true(meaningful("\xC2\xA1", "\xC2\xA0"));
	assert_false(meaningful("\xA0", "\xA0"));
	assert_true(meaningful("\xA0", ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blanks_and_number_sign_are_not_ids),
		cmocka_unit_test(no_break_space_is_a_blank),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
