/*
 * test_sap_currency.c
 *		Decimals of currencies, signs of billing documents.
 */
#include "unit.h"

#include "sap/sap_currency.h"

/* Every entry is found, so the table is sorted for the binary search. */
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
signs_of_document_categories(void **state)
{
	const char	categories[] = "MPSNOU5";
	const int	signs[] = {1, 1, 1, -1, -1, 0, 0};

	for (int i = 0; i < 7; i++)
		assert_int_equal(seg_sap_billing_sign(categories + i, 1), signs[i]);
	assert_int_equal(seg_sap_billing_sign("", 0), 0);
	assert_int_equal(seg_sap_billing_sign("MM", 2), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decimals_of_currencies),
		cmocka_unit_test(signs_of_document_categories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
