/*
 * test_chart_text.c
 *		Widths, lines, numbers and dates of charts.
 */
#include "unit.h"

#include "chart/chart_text.h"

#define EN 0
#define ES 1
#define DE 2

static const SegFont plain = {10, false};

static const char *
number(double value, const char *format, int language)
{
	static char text[SEG_NUMBER_TEXT];
	SegNumberFormat read;

	assert_true(seg_number_format(format, &read));
	seg_number_text(value, read, language, text);
	return text;
}

static void
widths_are_those_of_the_font(void **state)
{
	/* fc-query and ttx of DejaVu Sans 2.37: A 1401, i 569, W 2025 of 2048 units */
	assert_close(seg_text_width("A", 1, plain), 6.9, 0.06);
	assert_close(seg_text_width("i", 1, plain), 2.8, 0.06);
	assert_close(seg_text_width("W", 1, plain), 9.9, 0.06);
	assert_true(seg_text_width("A", 1, (SegFont) {10, true}) > seg_text_width("A", 1, plain));
	assert_same_double(seg_text_width("", 0, plain), 0);
	/* combining marks and marks of direction have no width */
	assert_same_double(seg_text_width("e\xCC\x81", 3, plain), seg_text_width("e", 1, plain));
	assert_same_double(seg_text_width("\xE2\x80\xAE" "e", 4, plain), seg_text_width("e", 1, plain));
}

static void
lines_break_at_blanks(void **state)
{
	SegLine		lines[3];
	const char *text = "one two three";

	assert_int_equal(seg_text_wrap(text, plain, 1000, lines, 3), 1);
	assert_int_equal(lines[0].bytes, strlen(text));
	assert_int_equal(seg_text_wrap(text, plain, seg_text_width("one two", 7, plain), lines, 3), 2);
	assert_int_equal(lines[0].bytes, 7);
	assert_string_equal(lines[1].start, "three");
	assert_false(lines[1].cut);
}

static void
the_last_line_is_cut(void **state)
{
	SegLine		lines[2];

	assert_int_equal(seg_text_wrap("one two three four", plain, seg_text_width("one two", 7, plain), lines, 2), 2);
	assert_true(lines[1].cut);
	assert_true(seg_text_width(lines[1].start, lines[1].bytes, plain) + 10 <= seg_text_width("one two", 7, plain));
	assert_int_equal(seg_text_wrap("mmmm", plain, 5, lines, 1), 0);
	assert_int_equal(seg_text_wrap("i", plain, 5, lines, 1), 1);
	assert_int_equal(seg_text_wrap("", plain, 100, lines, 1), 0);
}

static void
a_percent_sign_stays_with_its_number(void **state)
{
	SegLine		lines[3];

	assert_int_equal(seg_text_wrap("ab 15 % x", plain, seg_text_width("ab 15 ", 6, plain), lines, 3), 3);
	assert_int_equal(lines[0].bytes, 2);
	assert_int_equal(lines[1].bytes, 4);
}

/* Every line is no wider than the width, and together they are the text, for all widths. */
static void
lines_fit_and_lose_nothing(void **state)
{
	const char *text = "Gr\xC3\xB6\xC3\x9F" "e \xE4\xB8\xAD\xE6\x96\x87 \xF0\x9F\x98\x80 aaaaaaaaaaaaaaaaaaaaaaaaaaaaa b c";

	for (double width = 20; width < 300; width++)
	{
		SegLine		lines[40];
		size_t		count = seg_text_wrap(text, plain, width, lines, 40);
		size_t		letters = 0;

		for (size_t i = 0; i < count; i++)
		{
			assert_true(seg_text_width(lines[i].start, lines[i].bytes, plain) <= width);
			for (size_t j = 0; j < lines[i].bytes; j++)
				letters += lines[i].start[j] != ' ';
		}
		assert_int_equal(letters, strlen(text) - 5);
	}
}

static void
numbers_in_three_languages(void **state)
{
	assert_string_equal(number(1234567.891, ",.2f", EN), "1,234,567.89");
	assert_string_equal(number(1234567.891, ",.2f", ES), "1.234.567,89");
	assert_string_equal(number(1234567.891, ",.2f", DE), "1.234.567,89");
	/* Spanish separates groups from five digits on */
	assert_string_equal(number(1234, ",.0f", ES), "1234");
	assert_string_equal(number(12345, ",.0f", ES), "12.345");
	assert_string_equal(number(1234, ",d", DE), "1.234");
	assert_string_equal(number(0.155, ".0%", EN), "16 %");
	assert_string_equal(number(0.1234, ".1%", DE), "12,3 %");
	assert_string_equal(number(-0.4, ".0f", EN), "0");
	assert_string_equal(number(-0.6, ".0f", EN), "-1");
	assert_string_equal(number(-0.0, "", EN), "0");
	assert_string_equal(number(999.9, ".0f", EN), "1000");
}

static void
three_figures_without_a_format(void **state)
{
	assert_string_equal(number(3.14159, "", EN), "3.14");
	assert_string_equal(number(31.4159, "", EN), "31.4");
	assert_string_equal(number(314.159, "", EN), "314");
	assert_string_equal(number(2, "", EN), "2");
	assert_string_equal(number(2.5, "", DE), "2,5");
	assert_string_equal(number(0.0001, "", EN), "0");
}

static void
very_large_numbers_are_short(void **state)
{
	assert_string_equal(number(1.5e12, ",.0f", EN), "1.50e12");
	assert_string_equal(number(-2e300, ",.0f", DE), "-2,00e300");
	assert_string_equal(number(999999999999.0, ",.0f", EN), "999,999,999,999");
	assert_string_equal(number(INFINITY, "", EN), "-");
	assert_string_equal(number(NAN, "", EN), "-");
}

static void
other_formats_are_refused(void **state)
{
	static const char *const wrong[] = {"s", "~s", "$,.2f", ".9f", ".2", "+.2f", ",", "dd", ".2fx", "%", "5d"};
	SegNumberFormat format;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(seg_number_format(wrong[i], &format));
}

static void
dates_are_read(void **state)
{
	double		days;

	assert_true(seg_date_days("1970-01-01", &days));
	assert_same_double(days, 0);
	assert_true(seg_date_days("2020-02-29", &days));
	assert_same_double(days, 18321);	/* date -u -d 2020-02-29 +%s, / 86400 */
	assert_true(seg_date_days("1899-12", &days));
	assert_same_double(days, -25598);
	assert_true(seg_date_days("1970-01-02T12:00:00", &days));
	assert_same_double(days, 1.5);
	assert_false(seg_date_days("1970", &days));
	assert_false(seg_date_days("1970-13-01", &days));
	assert_false(seg_date_days("1970-01-01Z", &days));
	assert_false(seg_date_days("", &days));
}

/* Each day of 9,999 years comes back. */
static void
civil_dates_come_back(void **state)
{
	for (int64_t day = seg_month_start(1, 1); day < seg_month_start(10000, 1); day++)
	{
		int			year,
					month,
					of_month;

		seg_civil(day, &year, &month, &of_month);
		assert_true(seg_month_start(year, month) + of_month - 1 == day);
	}
}

static void
dates_in_three_languages(void **state)
{
	char		text[SEG_DATE_TEXT];

	seg_date_text(18200, SEG_DATE_MONTH, EN, text);
	assert_string_equal(text, "Oct 2019");
	seg_date_text(18200, SEG_DATE_MONTH, DE, text);
	assert_string_equal(text, "Okt 2019");
	seg_date_text(18200, SEG_DATE_LONG, ES, text);
	assert_string_equal(text, "31 de octubre de 2019");
	seg_date_text(18200, SEG_DATE_LONG, DE, text);
	assert_string_equal(text, "31. Oktober 2019");
	seg_date_text(18200, SEG_DATE_YEAR, EN, text);
	assert_string_equal(text, "2019");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(widths_are_those_of_the_font),
		cmocka_unit_test(lines_break_at_blanks),
		cmocka_unit_test(the_last_line_is_cut),
		cmocka_unit_test(a_percent_sign_stays_with_its_number),
		cmocka_unit_test(lines_fit_and_lose_nothing),
		cmocka_unit_test(numbers_in_three_languages),
		cmocka_unit_test(three_figures_without_a_format),
		cmocka_unit_test(very_large_numbers_are_short),
		cmocka_unit_test(other_formats_are_refused),
		cmocka_unit_test(dates_are_read),
		cmocka_unit_test(civil_dates_come_back),
		cmocka_unit_test(dates_in_three_languages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
