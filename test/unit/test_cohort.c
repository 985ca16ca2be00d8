/*
 * test_cohort.c
 *		Labels and numbers of calendar periods, compared with a calendar that counts days.
 */
#include "unit.h"

#include <stdio.h>

#include "cohort/cohort.h"

static void
assert_label(SegGrain grain, int64_t day, const char *expected)
{
	char		label[SEG_LABEL_SIZE + 1];
	size_t		size = seg_cohort_label(grain, day, label);

	assert_true(size <= SEG_LABEL_SIZE);
	label[size] = '\0';
	assert_string_equal(label, expected);
}

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Every day of 2,100 years from 1 January of year 1. */
static void
days_follow_each_other(void **state)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t		day = -730119;
	int64_t		week = seg_period_of_day(SEG_GRAIN_WEEK, day);	/* a Monday */

	for (int year = 1; year <= 2100; year++)
		for (int month = 0; month < 12; month++)
		{
			int			length = lengths[month] + (month == 1 && is_leap(year));

			for (int i = 1; i <= length; i++, day++)
			{
				char		expected[SEG_LABEL_SIZE];

				assert_true(seg_period_of_day(SEG_GRAIN_MONTH, day) == 12 * year + month);
				assert_true(seg_period_of_day(SEG_GRAIN_QUARTER, day) == 4 * year + month / 3);
				assert_true(seg_period_of_day(SEG_GRAIN_YEAR, day) == year);
				assert_true(seg_period_of_day(SEG_GRAIN_WEEK, day) == week + (day + 730119) / 7);
				if (i == 1 || i == length)
				{
					snprintf(expected, sizeof(expected), "%04d-%02d-%02d", year, month + 1, i);
					assert_label(SEG_GRAIN_DAY, day, expected);
				}
			}
		}
	assert_true(day == 36890);	/* 2101-01-01 */
}

/* the examples of ISO 8601 */
static void
weeks_belong_to_their_thursday(void **state)
{
	assert_label(SEG_GRAIN_WEEK, 0, "1999-W52");	/* 2000-01-01 */
	assert_label(SEG_GRAIN_WEEK, 2, "2000-W01");
	assert_label(SEG_GRAIN_WEEK, 3285, "2009-W01"); /* 2008-12-29 */
	assert_label(SEG_GRAIN_WEEK, 3655, "2009-W53"); /* 2010-01-03 */
}

static void
labels_at_the_ends(void **state)
{
	assert_label(SEG_GRAIN_YEAR, -730120, "0000");
	assert_label(SEG_GRAIN_MONTH, -730120 - 366, "-0001-12");
	assert_label(SEG_GRAIN_QUARTER, 2921939, "9999-Q4");
	assert_label(SEG_GRAIN_DAY, 2921940, "10000-01-01");
	/* labels of days up to 2^40, which no 64-bit timestamp reaches, fit the buffer */
	for (int grain = SEG_GRAIN_DAY; grain <= SEG_GRAIN_YEAR; grain++)
	{
		char		label[SEG_LABEL_SIZE];

		assert_true(seg_cohort_label(grain, INT64_C(1) << 40, label) <= SEG_LABEL_SIZE);
		assert_true(seg_cohort_label(grain, -(INT64_C(1) << 40), label) <= SEG_LABEL_SIZE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_follow_each_other),
		cmocka_unit_test(weeks_belong_to_their_thursday),
		cmocka_unit_test(labels_at_the_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
