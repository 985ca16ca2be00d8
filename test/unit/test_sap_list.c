/*
 * test_sap_list.c
 *		Rows of the list text of SAP lists.
 */
#include "unit.h"

#include "sap/sap_list.h"

static SegSapCell cells[SEG_SAP_MAX_FIELDS];
static SegSapList list;

#define assert_cell(i, want) \
	do { \
		const char *want_ = (want); \
		assert_int_equal(cells[i].size, strlen(want_)); \
		assert_memory_equal(cells[i].text, want_, cells[i].size); \
	} while (0)

static SegSapStatus
cut(const char *line)
{
	return seg_sap_list_cut(&list, line, strlen(line), cells);
}

static void
list_rows(void **state)
{
	const char *header = " |  |VBELN |NAME    |";

	assert_int_equal(seg_sap_list_header(&list, header, strlen(header), cells), SEG_SAP_OK);
	assert_int_equal(list.fields, 3);
	assert_cell(0, "");
	assert_cell(1, "VBELN");
	assert_cell(2, "NAME");
	assert_int_equal(cut(" |  |90 1  |a|b     |  "), SEG_SAP_OK);	/* a bar inside a cell */
	assert_cell(1, "90 1");
	assert_cell(2, "a|b");
	assert_int_equal(cut(" |* |||||  |gr\303\266\303\237e   |"), SEG_SAP_OK);	/* characters, not bytes */
	assert_cell(1, "||||");
	assert_cell(2, "gr\303\266\303\237e");
	assert_int_equal(cut(" |  |1     |\346\235\261|\344\272\254   |"), SEG_SAP_OK); /* characters of two columns */
	assert_cell(2, "\346\235\261|\344\272\254");
	assert_int_equal(cut(" |  |1     |gr\366\337|e  |"), SEG_SAP_OK);	/* Latin-1 that is not converted */
	assert_cell(2, "gr\366\337|e");
	assert_int_equal(cut("|X|1|b|"), SEG_SAP_NO_FIT);	/* of another table */
	assert_int_equal(cut("|X|1|\303\266|"), SEG_SAP_OK);	/* of unknown width */
	assert_int_equal(seg_sap_list_header(&list, header, strlen(header), cells), SEG_SAP_OK);
	assert_int_equal(cut("|X|1|b|"), SEG_SAP_OK);	/* not padded, but with as many bars */
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_rows),
		cmocka_unit_test(rules_of_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
