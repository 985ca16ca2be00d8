/*
 * test_sap_convert.c
 *		Dates, times and numbers of SAP.
 */
#include "unit.h"

#include "sap/sap_convert.h"

static SegSapDate
date_of(const char *value, SegSapDateFormat format)
{
	SegSapDate	date;

	assert_int_equal(seg_sap_date(value, strlen(value), format, &date), SEG_SAP_OK);
	return date;
}

static void
dates_in_every_format(void **state)
{
	static const char *const written[] = {
		"20240229", "29.02.2024", "02/29/2024", "02-29-2024", "2024.02.29", "2024/02/29", "2024-02-29"
	};

	for (int f = 0; f < 7; f++)
	{
		SegSapDate	date = date_of(written[f], f);

		assert_int_equal(date.year * 10000 + date.month * 100 + date.day, 20240229);
		assert_true(date_of("00000000", f).is_null);
		assert_true(date_of(" 0 ", f).is_null);
		assert_true(date_of("", f).is_null);
		for (int other = 0; other < 7; other++)
			if (other != f)
				assert_int_equal(seg_sap_date(written[other], strlen(written[other]), f, &date), SEG_SAP_NOT_A_DATE);
	}
	assert_int_equal(date_of("99991231", SEG_SAP_DATE_INTERNAL).year, 9999);
}

static void
invalid_dates(void **state)
{
	static const char *const wrong[] = {
		"20230229", "19000229", "20240431", "20240001", "20240100", "20241301", "00000101", "2024022", "2024022a", "202402291"
	};
	SegSapDate	date;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(seg_sap_date(wrong[i], strlen(wrong[i]), SEG_SAP_DATE_INTERNAL, &date), SEG_SAP_NOT_A_DATE);
	assert_int_equal(seg_sap_date("20000229", 8, SEG_SAP_DATE_INTERNAL, &date), SEG_SAP_OK);
	assert_int_equal(seg_sap_date("----------", 10, SEG_SAP_DATE_MDY_DASH, &date), SEG_SAP_NOT_A_DATE);
}

static void
times_of_day(void **state)
{
	SegSapTime	time;

	assert_int_equal(seg_sap_time("235958", 6, &time), SEG_SAP_OK);
	assert_int_equal(time.hour * 10000 + time.minute * 100 + time.second, 235958);
	assert_int_equal(seg_sap_time("23:59:58", 8, &time), SEG_SAP_OK);
	assert_int_equal(time.second, 58);
	assert_int_equal(seg_sap_time("240000", 6, &time), SEG_SAP_OK);
	assert_int_equal(seg_sap_time("  ", 2, &time), SEG_SAP_OK);
	assert_true(time.is_null);
	assert_int_equal(seg_sap_time("240001", 6, &time), SEG_SAP_NOT_A_TIME);
	assert_int_equal(seg_sap_time("126000", 6, &time), SEG_SAP_NOT_A_TIME);
	assert_int_equal(seg_sap_time("12-00-00", 8, &time), SEG_SAP_NOT_A_TIME);
}

static SegSapNumber
number_of(const char *value, SegSapNotation notation)
{
	SegSapNumber number;

	assert_int_equal(seg_sap_number(value, strlen(value), notation, &number), SEG_SAP_OK);
	return number;
}

static void
numbers_in_every_notation(void **state)
{
	static const char *const written[] = {"1.234.567,890-", "1,234,567.890-", "1 234 567,890-", "1234567.890-"};
	SegSapNumber number;

	for (int n = 0; n < 4; n++)
	{
		number = number_of(written[n], n);
		assert_string_equal(number.text, "-1234567.890");
		assert_true(number.is_small);
		assert_true(number.mantissa == INT64_C(-1234567890));
		assert_int_equal(number.scale, 3);
		assert_int_equal(number.decimals, 2);
		assert_int_equal(number.magnitude, 7);
	}
	assert_true(number_of("   ", SEG_SAP_PLAIN).is_null);
	assert_string_equal(number_of("-0,50", SEG_SAP_POINT_COMMA).text, "-0.50");
	assert_string_equal(number_of("007", SEG_SAP_NO_NOTATION).text, "7");
	assert_string_equal(number_of("1,5E+02", SEG_SAP_POINT_COMMA).text, "150");
	assert_true(number_of("999999999999999999", SEG_SAP_PLAIN).is_small);
	assert_false(number_of("1000000000000000000", SEG_SAP_PLAIN).is_small);
}

static void
invalid_numbers(void **state)
{
	static const struct
	{
		const char *value;
		SegSapNotation notation;
		SegSapStatus status;
	}			wrong[] = {
		{"1.23", SEG_SAP_POINT_COMMA, SEG_SAP_NOT_A_NUMBER},
		{"1.2345", SEG_SAP_POINT_COMMA, SEG_SAP_NOT_A_NUMBER},
		{"1234.567", SEG_SAP_POINT_COMMA, SEG_SAP_NOT_A_NUMBER},
		{"1,23", SEG_SAP_COMMA_POINT, SEG_SAP_NOT_A_NUMBER},
		{"1 23", SEG_SAP_SPACE_COMMA, SEG_SAP_NOT_A_NUMBER},
		{"1,2", SEG_SAP_PLAIN, SEG_SAP_NOT_A_NUMBER},
		{"1,2,3", SEG_SAP_POINT_COMMA, SEG_SAP_NOT_A_NUMBER},
		{"--1", SEG_SAP_PLAIN, SEG_SAP_NOT_A_NUMBER},
		{"-1-", SEG_SAP_PLAIN, SEG_SAP_NOT_A_NUMBER},
		{"-", SEG_SAP_PLAIN, SEG_SAP_NOT_A_NUMBER},
		{"1e", SEG_SAP_PLAIN, SEG_SAP_NOT_A_NUMBER},
		{"1e1234", SEG_SAP_PLAIN, SEG_SAP_NOT_A_NUMBER},
		{"inf", SEG_SAP_PLAIN, SEG_SAP_NOT_A_NUMBER},
		{"1.5", SEG_SAP_NO_NOTATION, SEG_SAP_NOTATION_NEEDED},
		{"1,5", SEG_SAP_NO_NOTATION, SEG_SAP_NOTATION_NEEDED},
		{"1 500", SEG_SAP_NO_NOTATION, SEG_SAP_NOTATION_NEEDED},
		{"x", SEG_SAP_NO_NOTATION, SEG_SAP_NOT_A_NUMBER},
	};
	char		longest[200];
	SegSapNumber number;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(seg_sap_number(wrong[i].value, strlen(wrong[i].value), wrong[i].notation, &number),
						 wrong[i].status);
	memset(longest, '9', sizeof(longest));
	assert_int_equal(seg_sap_number(longest, sizeof(longest), SEG_SAP_PLAIN, &number), SEG_SAP_NOT_A_NUMBER);
	assert_int_equal(seg_sap_number(longest, 112, SEG_SAP_PLAIN, &number), SEG_SAP_OK);
}

/* Digits before and after the decimal mark, with and without an exponent. */
static void
sizes_of_numbers(void **state)
{
	static const struct
	{
		const char *value;
		const char *text;
		int			scale;
		int			decimals;
		int			magnitude;
		bool		has_exponent;
	}			want[] = {
		{"0.00123", "0.00123", 5, 5, -2, false},
		{"1200", "1200", 0, -2, 4, false},
		{"1200.50", "1200.50", 2, 1, 4, false},
		{"0.5", "0.5", 1, 1, 0, false},
		{"1.2345E+02", "123.45", 2, 2, 3, true},
		{"1.5E-05", "0.000015", 6, 6, -4, true},
		{"15e-1", "1.5", 1, 1, 1, true},
		{"0.0012e3", "1.2", 1, 1, 1, true},
		{"0.001e2", "0.1", 1, 1, 0, true},
		{"9E+07", "90000000", 0, -7, 8, true},
		{"-2.50e1", "-25.0", 1, 0, 2, true},
	};
	SegSapNumber number;

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
	{
		number = number_of(want[i].value, SEG_SAP_PLAIN);
		assert_string_equal(number.text, want[i].text);
		assert_int_equal(number.scale, want[i].scale);
		assert_int_equal(number.decimals, want[i].decimals);
		assert_int_equal(number.magnitude, want[i].magnitude);
		assert_int_equal(number.has_exponent, want[i].has_exponent);
		assert_true(number.is_small && !number.is_zero);
	}
	assert_true(number_of("0.000", SEG_SAP_PLAIN).is_zero);
	assert_int_equal(number_of("0.000", SEG_SAP_PLAIN).decimals, 0);
	assert_true(number_of("0E+09", SEG_SAP_PLAIN).is_zero);
	assert_int_equal(number_of("1E+100", SEG_SAP_PLAIN).magnitude, 101);
	assert_false(number_of("1E-100", SEG_SAP_PLAIN).is_small);
	assert_int_equal(seg_sap_number("1E+200", 6, SEG_SAP_PLAIN, &number), SEG_SAP_NOT_A_NUMBER);
	number = number_of("1.23", SEG_SAP_PLAIN);
	seg_sap_shift_number(&number, 2);
	assert_true(number.mantissa == 123 && number.scale == 0 && number.decimals == 0 && number.magnitude == 3);
	number = number_of("120", SEG_SAP_PLAIN);
	seg_sap_shift_number(&number, -3);
	assert_true(number.mantissa == 120 && number.scale == 3 && number.decimals == 2 && number.magnitude == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_in_every_format),
		cmocka_unit_test(invalid_dates),
		cmocka_unit_test(times_of_day),
		cmocka_unit_test(numbers_in_every_notation),
		cmocka_unit_test(invalid_numbers),
		cmocka_unit_test(sizes_of_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
