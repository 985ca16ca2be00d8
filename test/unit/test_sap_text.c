/*
 * test_sap_text.c
 *		Lines of an export file in every encoding.
 */
#include "unit.h"

#include "sap/sap_text.h"

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
		assert_int_equal(seg_sap_decode(text.encoding, raw, raw_size, line, &size), SEG_SAP_OK);
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
	assert_int_equal(seg_sap_decode(SEG_SAP_LATIN1, "\223", 1, line, &size), SEG_SAP_OK);
	assert_true(seg_sap_has_control(line, size));
	assert_true(seg_sap_has_control("a\302\302\237", 4));
	assert_false(seg_sap_has_control("a\302\240", 3));
	assert_false(seg_sap_has_control("\303\202\302", 3));
	assert_false(seg_sap_has_control("", 0));
}

/* The byte order mark of an encoding other than the given one is found. */
static void
byte_order_marks_of_other_encodings(void **state)
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
invalid_bytes(void **state)
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_every_encoding),
		cmocka_unit_test(windows_1252),
		cmocka_unit_test(byte_order_marks_of_other_encodings),
		cmocka_unit_test(invalid_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
