/*
 * test_chart_write.c
 *		Escaped text and numbers of pictures.
 */
#include "unit.h"

#include "chart/chart_write.h"

static const char *
escaped(const char *text, size_t bytes)
{
	static char buffer[400];
	SegWriter	writer = {buffer, sizeof(buffer) - 1, 0};

	seg_write_text(&writer, text, bytes);
	buffer[writer.length] = '\0';
	return buffer;
}

static const char *
number(double value)
{
	static char buffer[40];
	SegWriter	writer = {buffer, sizeof(buffer) - 1, 0};

	seg_write_number(&writer, value);
	buffer[writer.length] = '\0';
	return buffer;
}

static void
markup_is_escaped(void **state)
{
	const char *text = "<a href=\"x\">'&'</a>";

	assert_string_equal(escaped(text, strlen(text)), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
	assert_string_equal(escaped("\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80", 9), "&#233;&#20013;&#128512;");
}

static void
what_xml_forbids_is_replaced(void **state)
{
	assert_string_equal(escaped("a\x01\x1F" "b", 4), "a&#65533;&#65533;b");
	assert_string_equal(escaped("a\tb\nc", 5), "a b c");
	assert_string_equal(escaped("\xEF\xBF\xBE\xEF\xBF\xBF", 6), "&#65533;&#65533;");
	/* bytes that are no UTF-8, and a character that is cut off */
	assert_string_equal(escaped("\xFF" "a\xC3", 3), "&#65533;a&#65533;");
	assert_string_equal(escaped("\xED\xA0\x80", 3), "&#65533;");
	/* marks of direction are left out */
	assert_string_equal(escaped("\xE2\x80\xAE" "ab\xE2\x80\xAC", 8), "ab");
}

static void
coordinates_have_two_decimals(void **state)
{
	assert_string_equal(number(12), "12");
	assert_string_equal(number(12.5), "12.5");
	assert_string_equal(number(12.345), "12.35");
	assert_string_equal(number(0.004), "0");
	assert_string_equal(number(-0.004), "0");
	assert_string_equal(number(-1.05), "-1.05");
	assert_string_equal(number(1e300), "10000000");
	assert_string_equal(number(NAN), "10000000");
}

/* A short buffer gets the beginning; the length is that of the whole. */
static void
a_short_buffer_counts_on(void **state)
{
	char		buffer[4] = "xyz";
	SegWriter	writer = {buffer, 2, 0};

	seg_write(&writer, "abcdef");
	assert_int_equal(writer.length, 6);
	assert_memory_equal(buffer, "abz", 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(markup_is_escaped),
		cmocka_unit_test(what_xml_forbids_is_replaced),
		cmocka_unit_test(coordinates_have_two_decimals),
		cmocka_unit_test(a_short_buffer_counts_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
