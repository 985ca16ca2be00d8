/*
 * test_sap_record.c
 *		Records of delimited text.
 */
#include "unit.h"

#include "sap/sap_record.h"

static SegSapCell cells[SEG_SAP_MAX_FIELDS];

#define assert_cell(i, want) \
	do { \
		const char *want_ = (want); \
		assert_int_equal(cells[i].size, strlen(want_)); \
		assert_memory_equal(cells[i].text, want_, cells[i].size); \
	} while (0)

static SegSapStatus
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

	assert_int_equal(split(quoted, ',', '"', &count), SEG_SAP_OK);
	assert_int_equal(count, 5);
	assert_cell(0, "a");
	assert_cell(1, "b");
	assert_cell(2, "c \"d\", e");
	assert_cell(3, "");
	assert_cell(4, "");
	assert_int_equal(split(inner, ';', '\0', &count), SEG_SAP_OK);
	assert_int_equal(count, 3);
	assert_cell(0, "5\" pipe");
	assert_cell(2, "\"y");
	assert_int_equal(split(inner, ';', '"', &count), SEG_SAP_OPEN_QUOTE);
	assert_int_equal(split(one, ',', '"', &count), SEG_SAP_OK);
	assert_int_equal(count, 1);
	assert_int_equal(split(after, ',', '"', &count), SEG_SAP_AFTER_QUOTE);
	assert_int_equal(seg_sap_split((SegSapDialect) {',', '"'}, one, 0, cells, 0, &count), SEG_SAP_TOO_MANY_FIELDS);
}

static void
quotes_that_stay_open(void **state)
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(delimited_records),
		cmocka_unit_test(quotes_that_stay_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
