/*
 * test_sap_key.c
 *		Character fields of SAP in internal form, and the conversion exit ALPHA.
 */
#include "unit.h"

#include "sap/sap_key.h"

/* Valid and invalid values, marks that are removed, values that mean "not assigned". */
static void
character_fields(void **state)
{
	static const struct
	{
		SegSapType	type;
		size_t		length;
		const char *value;
		const char *want;		/* NULL: status */
		SegSapStatus status;
	}			cases[] = {
		{SEG_SAP_ALPHA, 10, "4711", "0000004711", SEG_SAP_OK},
		{SEG_SAP_ALPHA, 10, "'4711", "0000004711", SEG_SAP_OK},
		{SEG_SAP_ALPHA, 10, "=\"4711\"", "0000004711", SEG_SAP_OK},
		{SEG_SAP_ALPHA, 10, "4711\302\240", "0000004711", SEG_SAP_OK},
		{SEG_SAP_ALPHA, 10, "\342\200\213 4711 \343\200\200", "0000004711", SEG_SAP_OK},
		{SEG_SAP_ALPHA, 10, "\240" "4711\240", "0000004711", SEG_SAP_OK},
		{SEG_SAP_ALPHA, 10, "=\"'4711\302\240\"", "0000004711", SEG_SAP_OK},
		{SEG_SAP_ALPHA, 10, "'CA301", "CA301", SEG_SAP_OK},
		{SEG_SAP_ALPHA, 10, "\303\240 la carte", "\303\240 la carte", SEG_SAP_OK},
		{SEG_SAP_ALPHA, 10, "caf\303\240", "caf\303\240", SEG_SAP_OK},
		{SEG_SAP_ALPHA, 10, "#", "", SEG_SAP_OK},
		{SEG_SAP_ALPHA, 10, "=\"\"", "", SEG_SAP_OK},
		{SEG_SAP_ALPHA, 10, "\302\240", "", SEG_SAP_OK},
		{SEG_SAP_ALPHA, 10, "4711.0", NULL, SEG_SAP_KEY_DECIMALS},
		{SEG_SAP_ALPHA, 10, "4.711", NULL, SEG_SAP_KEY_DECIMALS},
		{SEG_SAP_ALPHA, 10, "4,711E+03", NULL, SEG_SAP_EXPONENT},
		{SEG_SAP_ALPHA, 10, "9e-07", NULL, SEG_SAP_EXPONENT},
		{SEG_SAP_ALPHA, 10, "9E07", "9E07", SEG_SAP_OK},
		{SEG_SAP_ALPHA, 10, "*", NULL, SEG_SAP_ASTERISK},
		{SEG_SAP_ALPHA, 10, "** 4711", NULL, SEG_SAP_ASTERISK},
		{SEG_SAP_ALPHA, 10, "100-4", "100-4", SEG_SAP_OK},
		{SEG_SAP_MATERIAL, 18, "100.5", "100.5", SEG_SAP_OK},
		{SEG_SAP_MATERIAL, 18, "4711.0", NULL, SEG_SAP_KEY_DECIMALS},
		{SEG_SAP_MATERIAL, 18, "1,5E+05", NULL, SEG_SAP_EXPONENT},
		{SEG_SAP_MATERIAL, 18, "1234567890123456789", "1234567890123456789", SEG_SAP_OK},
		{SEG_SAP_NUMC, 6, "10", "000010", SEG_SAP_OK},
		{SEG_SAP_NUMC, 6, "00000010", "000010", SEG_SAP_OK},
		{SEG_SAP_NUMC, 6, "10.0", NULL, SEG_SAP_KEY_DECIMALS},
		{SEG_SAP_NUMC, 6, "1,0", NULL, SEG_SAP_KEY_DECIMALS},
		{SEG_SAP_NUMC, 6, "abc", NULL, SEG_SAP_NOT_DIGITS},
		{SEG_SAP_NUMC, 6, "-10", NULL, SEG_SAP_NOT_DIGITS},
		{SEG_SAP_NUMC, 6, "1 0", NULL, SEG_SAP_NOT_DIGITS},
		{SEG_SAP_NUMC, 6, "1234567", NULL, SEG_SAP_TOO_LONG},
		{SEG_SAP_CLNT, 3, "1", "001", SEG_SAP_OK},
		{SEG_SAP_CLNT, 3, "A00", NULL, SEG_SAP_NOT_DIGITS},
		{SEG_SAP_CUKY, 5, "eur", "EUR", SEG_SAP_OK},
		{SEG_SAP_CUKY, 5, "#", "", SEG_SAP_OK},
		{SEG_SAP_CUKY, 5, "1,5", NULL, SEG_SAP_NOT_A_CURRENCY},
		{SEG_SAP_CUKY, 5, "TOOLONG", NULL, SEG_SAP_NOT_A_CURRENCY},
		{SEG_SAP_CUKY, 5, "\342\202\254", NULL, SEG_SAP_NOT_A_CURRENCY},
		{SEG_SAP_UNIT, 6, "PC", "PC", SEG_SAP_OK},
		{SEG_SAP_UNIT, 6, "1.234,50", NULL, SEG_SAP_TOO_LONG},
		{SEG_SAP_CHAR, 4, "gr\303\266\303\237", "gr\303\266\303\237", SEG_SAP_OK},
		{SEG_SAP_CHAR, 4, "12345", NULL, SEG_SAP_TOO_LONG},
		{SEG_SAP_CHAR, 0, "of any length", "of any length", SEG_SAP_OK},
	};
	char		result[64];
	size_t		size;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		assert_int_equal(seg_sap_internal(cases[i].type, cases[i].length, cases[i].value, strlen(cases[i].value), result, &size),
						 cases[i].status);
		if (seg_sap_is_internal(cases[i].type, cases[i].length, cases[i].value, strlen(cases[i].value)))
			assert_string_equal(cases[i].value, cases[i].want);
		if (cases[i].status != SEG_SAP_OK)
			continue;
		assert_int_equal(size, strlen(cases[i].want));
		assert_memory_equal(result, cases[i].want, size);
	}
}

static void
alpha_in_and_out(void **state)
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
		assert_int_equal(seg_sap_alpha_in(pairs[i][0], strlen(pairs[i][0]), 10, key, &size), SEG_SAP_OK);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(character_fields),
		cmocka_unit_test(alpha_in_and_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
