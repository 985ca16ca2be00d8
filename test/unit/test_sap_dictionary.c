/*
 * test_sap_dictionary.c
 *		The dictionary of SAP fields.
 */
#include "unit.h"

#include "sap/sap_dictionary.h"

static void
key_fields_are_in_their_tables(void **state)
{
	static const char *const tables[] = {
		"KNA1", "VBAK", "VBAP", "VBRK", "VBRP", "BKPF", "BSEG", "BSID", "MARA", "MAKT", "T001", "TCURX",
		"BSAD", "KNVV", "KNVK", "BUT000", "ADRC", "ADR6", "T023T"
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
	assert_int_equal(seg_sap_field(seg_sap_table("BUT000", 6), "BIRTHDT", 7)->type, SEG_SAP_DATS);
	assert_int_equal(seg_sap_field(seg_sap_table("KNVK", 4), "GBDAT", 5)->type, SEG_SAP_DATS);
	assert_string_equal(seg_sap_client_field(seg_sap_table("ADR6", 4)), "CLIENT");
	assert_string_equal(seg_sap_client_field(seg_sap_table("KNVV", 4)), "MANDT");
	assert_string_equal(seg_sap_client_field(seg_sap_table("TCURX", 5)), "MANDT");
	assert_string_equal(seg_sap_client_field(NULL), "MANDT");
	assert_false(seg_sap_needs_field(seg_sap_table("ADR6", 4), "PERSNUMBER"));
	assert_true(seg_sap_needs_field(seg_sap_table("ADR6", 4), "CONSNUMBER"));
	assert_null(seg_sap_table("VBR", 3));
	assert_null(seg_sap_table("VBRKX", 5));
	assert_int_equal(seg_sap_field(NULL, "kunnr", 5)->length, 10);
	assert_int_equal(seg_sap_field(NULL, "NetWr", 5)->type, SEG_SAP_CURR);
	assert_null(seg_sap_field(NULL, "NETWR2", 6));
	assert_true(seg_sap_needs_field(seg_sap_table("VBRP", 4), "POSNR"));
	assert_false(seg_sap_needs_field(seg_sap_table("VBRP", 4), "MANDT"));
	assert_false(seg_sap_needs_field(seg_sap_table("VBRP", 4), "MATNR"));
	assert_false(seg_sap_needs_field(seg_sap_table("BSID", 4), "AUGBL"));
	assert_true(seg_sap_is_number_field("KUNAG") && seg_sap_is_number_field("MATNR"));
	assert_false(seg_sap_is_number_field("MANDT") || seg_sap_is_number_field("SPRAS"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_fields_are_in_their_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
