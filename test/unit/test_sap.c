/*
 * test_sap.c
 *		SAP values, encodings and records.
 */
#include "unit.h"

#include "sap/sap_convert.h"
#include "sap/sap_dictionary.h"
#include "sap/sap_key.h"
#include "sap/sap_record.h"
#include "sap/sap_text.h"

static SegSapCell cells[SEG_SAP_MAX_FIELDS];
static SegSapList list;

#define assert_cell(i, want) \
	do { \
		const char *want_ = (want); \
		assert_int_equal(cells[i].size, strlen(want_)); \
		assert_memory_equal(cells[i].text, want_, cells[i].size); \
	} while (0)

/* ---- values ------------------------------------------------------------------ */

static SegSapDate
date_of(const char *value, SegSapDateFormat format)
{
	SegSapDate	date;

	assert_int_equal(seg_sap_date(value, strlen(value), format, &date), SEG_OK);
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
no_days_of_the_calendar(void **state)
{
	static const char *const wrong[] = {
		"20230229", "19000229", "20240431", "20240001", "20240100", "20241301", "00000101", "2024022", "2024022a", "202402291"
	};
	SegSapDate	date;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(seg_sap_date(wrong[i], strlen(wrong[i]), SEG_SAP_DATE_INTERNAL, &date), SEG_SAP_NOT_A_DATE);
	assert_int_equal(seg_sap_date("20000229", 8, SEG_SAP_DATE_INTERNAL, &date), SEG_OK);
	assert_int_equal(seg_sap_date("----------", 10, SEG_SAP_DATE_MDY_DASH, &date), SEG_SAP_NOT_A_DATE);
}

static void
times_of_day(void **state)
{
	SegSapTime	time;

	assert_int_equal(seg_sap_time("235958", 6, &time), SEG_OK);
	assert_int_equal(time.hour * 10000 + time.minute * 100 + time.second, 235958);
	assert_int_equal(seg_sap_time("23:59:58", 8, &time), SEG_OK);
	assert_int_equal(time.second, 58);
	assert_int_equal(seg_sap_time("240000", 6, &time), SEG_OK);
	assert_int_equal(seg_sap_time("  ", 2, &time), SEG_OK);
	assert_true(time.is_null);
	assert_int_equal(seg_sap_time("240001", 6, &time), SEG_SAP_NOT_A_TIME);
	assert_int_equal(seg_sap_time("126000", 6, &time), SEG_SAP_NOT_A_TIME);
	assert_int_equal(seg_sap_time("12-00-00", 8, &time), SEG_SAP_NOT_A_TIME);
}

static SegSapNumber
number_of(const char *value, SegSapNotation notation)
{
	SegSapNumber number;

	assert_int_equal(seg_sap_number(value, strlen(value), notation, &number), SEG_OK);
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
no_numbers(void **state)
{
	static const struct
	{
		const char *value;
		SegSapNotation notation;
		SegStatus	status;
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
	assert_int_equal(seg_sap_number(longest, 112, SEG_SAP_PLAIN, &number), SEG_OK);
}

/* What a column of numbers needs to know, with and without an exponent. */
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

/* Fields of characters: what they may hold, what is taken off, what means nothing. */
static void
fields_of_characters(void **state)
{
	static const struct
	{
		SegSapType	type;
		size_t		length;
		const char *value;
		const char *want;		/* NULL: status */
		SegStatus	status;
	}			cases[] = {
		{SEG_SAP_ALPHA, 10, "4711", "0000004711", SEG_OK},
		{SEG_SAP_ALPHA, 10, "'4711", "0000004711", SEG_OK},
		{SEG_SAP_ALPHA, 10, "=\"4711\"", "0000004711", SEG_OK},
		{SEG_SAP_ALPHA, 10, "4711\302\240", "0000004711", SEG_OK},
		{SEG_SAP_ALPHA, 10, "\342\200\213 4711 \343\200\200", "0000004711", SEG_OK},
		{SEG_SAP_ALPHA, 10, "\240" "4711\240", "0000004711", SEG_OK},
		{SEG_SAP_ALPHA, 10, "=\"'4711\302\240\"", "0000004711", SEG_OK},
		{SEG_SAP_ALPHA, 10, "'CA301", "CA301", SEG_OK},
		{SEG_SAP_ALPHA, 10, "\303\240 la carte", "\303\240 la carte", SEG_OK},
		{SEG_SAP_ALPHA, 10, "caf\303\240", "caf\303\240", SEG_OK},
		{SEG_SAP_ALPHA, 10, "#", "", SEG_OK},
		{SEG_SAP_ALPHA, 10, "=\"\"", "", SEG_OK},
		{SEG_SAP_ALPHA, 10, "\302\240", "", SEG_OK},
		{SEG_SAP_ALPHA, 10, "4711.0", NULL, SEG_SAP_KEY_DECIMALS},
		{SEG_SAP_ALPHA, 10, "4.711", NULL, SEG_SAP_KEY_DECIMALS},
		{SEG_SAP_ALPHA, 10, "4,711E+03", NULL, SEG_SAP_EXPONENT},
		{SEG_SAP_ALPHA, 10, "9e-07", NULL, SEG_SAP_EXPONENT},
		{SEG_SAP_ALPHA, 10, "9E07", "9E07", SEG_OK},
		{SEG_SAP_ALPHA, 10, "*", NULL, SEG_SAP_ASTERISK},
		{SEG_SAP_ALPHA, 10, "** 4711", NULL, SEG_SAP_ASTERISK},
		{SEG_SAP_ALPHA, 10, "100-4", "100-4", SEG_OK},
		{SEG_SAP_MATERIAL, 18, "100.5", "100.5", SEG_OK},
		{SEG_SAP_MATERIAL, 18, "4711.0", NULL, SEG_SAP_KEY_DECIMALS},
		{SEG_SAP_MATERIAL, 18, "1,5E+05", NULL, SEG_SAP_EXPONENT},
		{SEG_SAP_MATERIAL, 18, "1234567890123456789", "1234567890123456789", SEG_OK},
		{SEG_SAP_NUMC, 6, "10", "000010", SEG_OK},
		{SEG_SAP_NUMC, 6, "00000010", "000010", SEG_OK},
		{SEG_SAP_NUMC, 6, "10.0", NULL, SEG_SAP_KEY_DECIMALS},
		{SEG_SAP_NUMC, 6, "1,0", NULL, SEG_SAP_KEY_DECIMALS},
		{SEG_SAP_NUMC, 6, "abc", NULL, SEG_SAP_NOT_DIGITS},
		{SEG_SAP_NUMC, 6, "-10", NULL, SEG_SAP_NOT_DIGITS},
		{SEG_SAP_NUMC, 6, "1 0", NULL, SEG_SAP_NOT_DIGITS},
		{SEG_SAP_NUMC, 6, "1234567", NULL, SEG_SAP_TOO_LONG},
		{SEG_SAP_CLNT, 3, "1", "001", SEG_OK},
		{SEG_SAP_CLNT, 3, "A00", NULL, SEG_SAP_NOT_DIGITS},
		{SEG_SAP_CUKY, 5, "eur", "EUR", SEG_OK},
		{SEG_SAP_CUKY, 5, "#", "", SEG_OK},
		{SEG_SAP_CUKY, 5, "1,5", NULL, SEG_SAP_NOT_A_CURRENCY},
		{SEG_SAP_CUKY, 5, "TOOLONG", NULL, SEG_SAP_NOT_A_CURRENCY},
		{SEG_SAP_CUKY, 5, "\342\202\254", NULL, SEG_SAP_NOT_A_CURRENCY},
		{SEG_SAP_UNIT, 6, "PC", "PC", SEG_OK},
		{SEG_SAP_UNIT, 6, "1.234,50", NULL, SEG_SAP_TOO_LONG},
		{SEG_SAP_CHAR, 4, "gr\303\266\303\237", "gr\303\266\303\237", SEG_OK},
		{SEG_SAP_CHAR, 4, "12345", NULL, SEG_SAP_TOO_LONG},
		{SEG_SAP_CHAR, 0, "of any length", "of any length", SEG_OK},
	};
	char		result[64];
	size_t		size;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		assert_int_equal(seg_sap_internal(cases[i].type, cases[i].length, cases[i].value, strlen(cases[i].value), result, &size),
						 cases[i].status);
		if (seg_sap_is_internal(cases[i].type, cases[i].length, cases[i].value, strlen(cases[i].value)))
			assert_string_equal(cases[i].value, cases[i].want);
		if (cases[i].status != SEG_OK)
			continue;
		assert_int_equal(size, strlen(cases[i].want));
		assert_memory_equal(result, cases[i].want, size);
	}
}

static void
keys_in_and_out(void **state)
{
	static const char *const pairs[][2] = {
		{"4711", "0000004711"}, {" 0000004711 ", "0000004711"}, {"00000000000004711", "0000004711"},
		{"CA301", "CA301"}, {"0", "0000000000"}, {"", ""}, {"\303\226\303\226\303\226\303\226\303\226\303\226\303\226\303\226\303\226\303\226",
		"\303\226\303\226\303\226\303\226\303\226\303\226\303\226\303\226\303\226\303\226"}
	};
	char		key[64];
	const char *out;
	size_t		size;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
	{
		assert_int_equal(seg_sap_alpha_in(pairs[i][0], strlen(pairs[i][0]), 10, key, &size), SEG_OK);
		assert_int_equal(size, strlen(pairs[i][1]));
		assert_memory_equal(key, pairs[i][1], size);
	}
	assert_int_equal(seg_sap_alpha_in("12345678901", 11, 10, key, &size), SEG_SAP_TOO_LONG);
	assert_int_equal(seg_sap_alpha_in("ABCDEFGHIJK", 11, 10, key, &size), SEG_SAP_TOO_LONG);
	out = "0000000000";
	size = 10;
	seg_sap_alpha_out(&out, &size);
	assert_int_equal(size, 1);
	out = " 00A1 ";
	size = 6;
	seg_sap_alpha_out(&out, &size);
	assert_int_equal(size, 4);
}

/* The binary search needs the table in order: every entry is found. */
static void
decimals_of_currencies(void **state)
{
	static const char *const none[] = {
		"ADP", "AFA", "BEF", "BIF", "BYB", "BYR", "CLP", "COP", "DJF", "ECS", "ESP", "GNF", "GRD", "HUF", "IDR", "ITL", "JPY",
		"KMF", "KRW", "LAK", "LUF", "MGF", "MZM", "PTE", "PYG", "ROL", "RWF", "TJR", "TMM", "TPE", "TRL", "TWD", "UGX", "VND",
		"VUV", "XAF", "XOF", "XPF"
	};
	static const char *const three[] = {"BHD", "DEM3", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(seg_sap_currency_decimals(none[i], 3), 0);
	for (size_t i = 0; i < sizeof(three) / sizeof(three[0]); i++)
		assert_int_equal(seg_sap_currency_decimals(three[i], strlen(three[i])), 3);
	assert_int_equal(seg_sap_currency_decimals("USDN", 4), 5);
	assert_int_equal(seg_sap_currency_decimals(" jpy ", 5), 0);
	assert_int_equal(seg_sap_currency_decimals("EUR", 3), 2);
	assert_int_equal(seg_sap_currency_decimals("USD", 3), 2);
	assert_int_equal(seg_sap_currency_decimals("", 0), 2);
	assert_int_equal(seg_sap_currency_decimals("AAA", 3), 2);
	assert_int_equal(seg_sap_currency_decimals("ZZZ", 3), 2);
}

static void
signs_of_categories(void **state)
{
	const char	categories[] = "MPSNOU5";
	const int	signs[] = {1, 1, 1, -1, -1, 0, 0};

	for (int i = 0; i < 7; i++)
		assert_int_equal(seg_sap_billing_sign(categories + i, 1), signs[i]);
	assert_int_equal(seg_sap_billing_sign("", 0), 0);
	assert_int_equal(seg_sap_billing_sign("MM", 2), 0);
}

/* ---- text -------------------------------------------------------------------- */

static void
assert_lines(SegSapText text, const char *const *want, size_t count)
{
	const char *raw;
	size_t		raw_size;
	char		line[64];
	size_t		size;

	for (size_t i = 0; i < count; i++)
	{
		assert_true(seg_sap_next_line(&text, &raw, &raw_size));
		assert_true(seg_sap_decoded_size(raw_size) <= sizeof(line));
		assert_int_equal(seg_sap_decode(text.encoding, raw, raw_size, line, &size), SEG_OK);
		assert_int_equal(size, strlen(want[i]));
		assert_memory_equal(line, want[i], size);
	}
	assert_false(seg_sap_next_line(&text, &raw, &raw_size));
}

static void
lines_of_every_encoding(void **state)
{
	static const char *const want[] = {"a\303\226", "", "b"};
	static const char *const smile[] = {"\360\237\230\212\346\235\261"};
	const char	utf8[] = "\xEF\xBB\xBF" "a\303\226\r\n\nb";
	const char	latin1[] = "a\326\r\rb\r";
	const char	le[] = "\377\376a\0\326\0\r\0\n\0\n\0b\0";
	const char	be[] = "\0a\0\326\0\n\0\n\0b\0\n";
	const char	pair[] = "\330\75\336\12\147\161";	/* the byte 0x0A is half of a character */

	assert_lines(seg_sap_text(utf8, sizeof(utf8) - 1, SEG_SAP_UTF8), want, 3);
	assert_lines(seg_sap_text(latin1, sizeof(latin1) - 1, SEG_SAP_LATIN1), want, 3);
	assert_lines(seg_sap_text(le, sizeof(le) - 1, SEG_SAP_UTF16LE), want, 3);
	assert_lines(seg_sap_text(be, sizeof(be) - 1, SEG_SAP_UTF16BE), want, 3);
	assert_lines(seg_sap_text(pair, sizeof(pair) - 1, SEG_SAP_UTF16BE), smile, 1);
	assert_lines(seg_sap_text("", 0, SEG_SAP_UTF16BE), NULL, 0);
}

static void
windows_1252(void **state)
{
	static const char *const want[] = {"\342\202\254 \342\200\236a\342\200\234 \303\204"};
	const char	bytes[] = "\200 \204a\223 \304";
	char		line[16];
	size_t		size;

	assert_lines(seg_sap_text(bytes, sizeof(bytes) - 1, SEG_SAP_WIN1252), want, 1);
	assert_int_equal(seg_sap_decode(SEG_SAP_WIN1252, "\201", 1, line, &size), SEG_SAP_NOT_TEXT);
	assert_int_equal(seg_sap_decode(SEG_SAP_LATIN1, "\223", 1, line, &size), SEG_OK);
	assert_true(seg_sap_has_control(line, size));
	assert_true(seg_sap_has_control("a\302\302\237", 4));
	assert_false(seg_sap_has_control("a\302\240", 3));
	assert_false(seg_sap_has_control("\303\202\302", 3));
	assert_false(seg_sap_has_control("", 0));
}

/* A byte order mark says more than the caller. */
static void
marks_of_other_encodings(void **state)
{
	static const struct
	{
		const char *bytes;
		SegSapEncoding own;
	}			marks[] = {
		{"\357\273\277", SEG_SAP_UTF8}, {"\377\376", SEG_SAP_UTF16LE}, {"\376\377", SEG_SAP_UTF16BE}
	};

	for (size_t m = 0; m < 3; m++)
		for (SegSapEncoding e = SEG_SAP_UTF8; e <= SEG_SAP_WIN1252; e++)
			assert_int_equal(seg_sap_other_mark(marks[m].bytes, strlen(marks[m].bytes), e) != NULL, e != marks[m].own);
	assert_null(seg_sap_other_mark("\357\273", 2, SEG_SAP_LATIN1));
	assert_null(seg_sap_other_mark("", 0, SEG_SAP_UTF8));
}

static void
bytes_that_are_no_text(void **state)
{
	static const struct
	{
		SegSapEncoding encoding;
		const char *bytes;
		size_t		size;
	}			wrong[] = {
		{SEG_SAP_UTF8, "\377", 1}, {SEG_SAP_UTF8, "a\0b", 3}, {SEG_SAP_UTF8, "\300\200", 2}, {SEG_SAP_UTF8, "\303", 1},
		{SEG_SAP_UTF8, "\340\200\200", 3}, {SEG_SAP_UTF8, "\355\240\200", 3}, {SEG_SAP_UTF8, "\364\220\200\200", 4},
		{SEG_SAP_LATIN1, "\0", 1}, {SEG_SAP_UTF16LE, "a", 1}, {SEG_SAP_UTF16LE, "\0\0", 2},
		{SEG_SAP_UTF16BE, "\330\75", 2}, {SEG_SAP_UTF16BE, "\336\12", 2}, {SEG_SAP_UTF16BE, "\330\75\0a", 4},
	};
	char		line[16];
	size_t		size;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(seg_sap_decode(wrong[i].encoding, wrong[i].bytes, wrong[i].size, line, &size), SEG_SAP_NOT_TEXT);
}

/* ---- records ----------------------------------------------------------------- */

static SegStatus
split(char *line, char delimiter, char quote, size_t *count)
{
	return seg_sap_split((SegSapDialect) {delimiter, quote}, line, strlen(line), cells, SEG_SAP_MAX_FIELDS, count);
}

static void
delimited_records(void **state)
{
	char		quoted[] = "a, b ,\"c \"\"d\"\", e\" ,\"\",";
	char		inner[] = "5\" pipe;'x';\"y";
	char		one[] = "";
	char		after[] = "\"a\"b,c";
	size_t		count;

	assert_int_equal(split(quoted, ',', '"', &count), SEG_OK);
	assert_int_equal(count, 5);
	assert_cell(0, "a");
	assert_cell(1, "b");
	assert_cell(2, "c \"d\", e");
	assert_cell(3, "");
	assert_cell(4, "");
	assert_int_equal(split(inner, ';', '\0', &count), SEG_OK);
	assert_int_equal(count, 3);
	assert_cell(0, "5\" pipe");
	assert_cell(2, "\"y");
	assert_int_equal(split(inner, ';', '"', &count), SEG_SAP_OPEN_QUOTE);
	assert_int_equal(split(one, ',', '"', &count), SEG_OK);
	assert_int_equal(count, 1);
	assert_int_equal(split(after, ',', '"', &count), SEG_SAP_AFTER_QUOTE);
	assert_int_equal(seg_sap_split((SegSapDialect) {',', '"'}, one, 0, cells, 0, &count), SEG_SAP_TOO_MANY_FIELDS);
}

static void
quotes_over_lines(void **state)
{
	const SegSapDialect dialect = {',', '"'};

	assert_true(seg_sap_quote_is_open(dialect, "a,\"b", 4, false));
	assert_false(seg_sap_quote_is_open(dialect, "a,b\"", 4, false));
	assert_true(seg_sap_quote_is_open(dialect, "c \"\" d", 6, true));
	assert_false(seg_sap_quote_is_open(dialect, "c\",d", 4, true));
	assert_true(seg_sap_quote_is_open(dialect, "c\",\"d", 5, true));
	assert_false(seg_sap_quote_is_open((SegSapDialect) {',', '\0'}, "\"", 1, false));
	assert_int_equal(seg_sap_guess_delimiter("\"a;b;c\",d", 9, '"'), ',');
	assert_int_equal(seg_sap_guess_delimiter("a|b|c", 5, '"'), '|');
	assert_int_equal(seg_sap_guess_delimiter("a", 1, '"'), ',');
}

static SegStatus
cut(const char *line)
{
	return seg_sap_list_cut(&list, line, strlen(line), cells);
}

static void
list_rows(void **state)
{
	const char *header = " |  |VBELN |NAME    |";

	assert_int_equal(seg_sap_list_header(&list, header, strlen(header), cells), SEG_OK);
	assert_int_equal(list.fields, 3);
	assert_cell(0, "");
	assert_cell(1, "VBELN");
	assert_cell(2, "NAME");
	assert_int_equal(cut(" |  |90 1  |a|b     |  "), SEG_OK);	/* a bar inside a cell */
	assert_cell(1, "90 1");
	assert_cell(2, "a|b");
	assert_int_equal(cut(" |* |||||  |gr\303\266\303\237e   |"), SEG_OK);	/* characters, not bytes */
	assert_cell(1, "||||");
	assert_cell(2, "gr\303\266\303\237e");
	assert_int_equal(cut(" |  |1     |\346\235\261|\344\272\254   |"), SEG_OK);	/* two columns each */
	assert_cell(2, "\346\235\261|\344\272\254");
	assert_int_equal(cut(" |  |1     |gr\366\337|e  |"), SEG_OK);	/* Latin-1, not converted */
	assert_cell(2, "gr\366\337|e");
	assert_int_equal(cut("|X|1|b|"), SEG_SAP_NO_FIT);	/* of another table */
	assert_int_equal(cut("|X|1|\303\266|"), SEG_OK);	/* of unknown width */
	assert_int_equal(seg_sap_list_header(&list, header, strlen(header), cells), SEG_OK);
	assert_int_equal(cut("|X|1|b|"), SEG_OK);	/* not padded, but as many bars */
	assert_cell(1, "1");
	assert_int_equal(cut(" |  |1     |a|b|"), SEG_SAP_NO_FIT);
	assert_int_equal(cut(" |  |1     |a"), SEG_SAP_NO_FIT);
	assert_int_equal(cut(""), SEG_SAP_NO_FIT);
	assert_int_equal(seg_sap_list_header(&list, "VBELN", 5, cells), SEG_SAP_NO_FIT);
}

static void
rules_of_lists(void **state)
{
	assert_true(seg_sap_is_list_rule("-----", 5));
	assert_true(seg_sap_is_list_rule(" |---+---| ", 11));
	assert_false(seg_sap_is_list_rule("|- |", 4));
	assert_false(seg_sap_is_list_rule("--", 2));
	assert_false(seg_sap_is_list_rule("", 0));
	assert_true(seg_sap_is_list_row("|a|", 3));
	assert_false(seg_sap_is_list_row("|", 1));
}

static void
dictionary_knows_its_keys(void **state)
{
	static const char *const tables[] = {
		"KNA1", "VBAK", "VBAP", "VBRK", "VBRP", "BKPF", "BSEG", "BSID", "MARA", "MAKT", "T001", "TCURX"
	};

	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
	{
		const SegSapTable *table = seg_sap_table(tables[t], strlen(tables[t]));

		assert_non_null(table);
		for (int i = 0; table->key[i] != NULL; i++)
			assert_non_null(seg_sap_field(table, table->key[i], strlen(table->key[i])));
		for (int i = 0; table->header != NULL && table->header_key[i] != NULL; i++)
			assert_non_null(seg_sap_field(table, table->header_key[i], strlen(table->header_key[i])));
	}
	assert_null(seg_sap_table("VBR", 3));
	assert_null(seg_sap_table("VBRKX", 5));
	assert_int_equal(seg_sap_field(NULL, "kunnr", 5)->length, 10);
	assert_int_equal(seg_sap_field(NULL, "NetWr", 5)->type, SEG_SAP_CURR);
	assert_null(seg_sap_field(NULL, "NETWR2", 6));
	assert_true(seg_sap_needs_field(seg_sap_table("VBRP", 4), "POSNR"));
	assert_false(seg_sap_needs_field(seg_sap_table("VBRP", 4), "MANDT"));
	assert_false(seg_sap_needs_field(seg_sap_table("VBRP", 4), "MATNR"));
	assert_false(seg_sap_needs_field(seg_sap_table("BSID", 4), "AUGBL"));
	assert_true(seg_sap_names_something("KUNAG") && seg_sap_names_something("MATNR"));
	assert_false(seg_sap_names_something("MANDT") || seg_sap_names_something("SPRAS"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_in_every_format),
		cmocka_unit_test(no_days_of_the_calendar),
		cmocka_unit_test(times_of_day),
		cmocka_unit_test(numbers_in_every_notation),
		cmocka_unit_test(no_numbers),
		cmocka_unit_test(keys_in_and_out),
		cmocka_unit_test(decimals_of_currencies),
		cmocka_unit_test(signs_of_categories),
		cmocka_unit_test(lines_of_every_encoding),
		cmocka_unit_test(bytes_that_are_no_text),
		cmocka_unit_test(delimited_records),
		cmocka_unit_test(quotes_over_lines),
		cmocka_unit_test(sizes_of_numbers),
		cmocka_unit_test(fields_of_characters),
		cmocka_unit_test(windows_1252),
		cmocka_unit_test(marks_of_other_encodings),
		cmocka_unit_test(list_rows),
		cmocka_unit_test(rules_of_lists),
		cmocka_unit_test(dictionary_knows_its_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
