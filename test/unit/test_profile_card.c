/*
 * test_profile_card.c
 *		Numbers of cards in three languages, and cards that are cut off.
 */
#include "unit.h"

#include "profile/profile_card.h"

static void
check(double value, SegProfileUnit unit, int language, const char *wanted)
{
	char		buffer[SEG_PROFILE_NUMBER];

	seg_profile_number(value, unit, language, buffer);
	assert_string_equal(buffer, wanted);
}

static void
numbers_of_each_language(void **state)
{
	check(0, SEG_UNIT_AMOUNT, 0, "0");
	check(-0.001, SEG_UNIT_AMOUNT, 0, "0");
	check(-0.5, SEG_UNIT_AMOUNT, 2, "-0,50");
	check(12, SEG_UNIT_AMOUNT, 0, "12");
	check(999.999, SEG_UNIT_AMOUNT, 0, "1,000");
	check(1234.5, SEG_UNIT_AMOUNT, 0, "1,234.50");
	check(1234.5, SEG_UNIT_AMOUNT, 1, "1234,50");
	check(12345.5, SEG_UNIT_AMOUNT, 1, "12.345,50");
	check(1234.5, SEG_UNIT_AMOUNT, 2, "1.234,50");
	check(-1234567, SEG_UNIT_COUNT, 2, "-1.234.567");
	check(3.14, SEG_UNIT_COUNT, 0, "3.1");
	check(2.96, SEG_UNIT_COUNT, 1, "3");
	check(0.125, SEG_UNIT_SHARE, 0, "12.5%");
	check(0.5, SEG_UNIT_SHARE, 1, "50\xc2\xa0%");
	check(-7.25, SEG_UNIT_CHANGE, 2, "7,25");
	check(1e15, SEG_UNIT_AMOUNT, 0, "1e+15");
	check(DBL_MAX, SEG_UNIT_AMOUNT, 2, "1.8e+308");
	check(-DBL_MAX, SEG_UNIT_SHARE, 0, "-1.8e+308");
	check(999999999999999, SEG_UNIT_AMOUNT, 0, "999,999,999,999,999");
}

/* As snprintf: the length without truncation, and always terminated. */
static void
cards_are_cut_off(void **state)
{
	double		cut = 5;
	uint64_t	counts[] = {1, 1};
	uint8_t		order[] = {0};
	SegProfileAttribute attribute = {.name = "recency_days", .letters = 2, .cuts = &cut, .counts = counts};
	SegProfileModel model = {true, 2, 1, 0, 2, 0, order, &attribute};
	double		row = 3;
	char		whole[200];
	size_t		length = seg_profile_card(&model, &row, NULL, 0, whole, sizeof(whole));

	assert_string_equal(whole, "Profile A. Bought recently: the last purchase was 3 days ago.");
	assert_int_equal(length, strlen(whole));
	for (size_t size = 1; size <= length + 1; size++)
	{
		char	   *buffer = malloc(size);

		assert_int_equal(seg_profile_card(&model, &row, NULL, 0, buffer, size), length);
		assert_int_equal(strlen(buffer), size - 1);
		assert_memory_equal(buffer, whole, size - 1);
		free(buffer);
	}
	assert_int_equal(seg_profile_card(&model, &row, NULL, 0, NULL, 0), length);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_of_each_language),
		cmocka_unit_test(cards_are_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
