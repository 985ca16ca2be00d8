/*
 * sap_currency.c
 *		Decimals of currencies, signs of billing documents; see sap_currency.h.
 */
#include "sap/sap_currency.h"

#include "sap/sap_convert.h"

typedef struct CurrencyDecimals
{
	char		key[6];
	int			decimals;
} CurrencyDecimals;

/* sorted in the order of memcmp */
static const CurrencyDecimals currency_decimals[] = {
	{"ADP", 0}, {"AFA", 0}, {"BEF", 0}, {"BHD", 3}, {"BIF", 0}, {"BYB", 0}, {"BYR", 0},
	{"CLP", 0}, {"COP", 0}, {"DEM3", 3}, {"DJF", 0}, {"ECS", 0}, {"ESP", 0}, {"GNF", 0},
	{"GRD", 0}, {"HUF", 0}, {"IDR", 0}, {"IQD", 3}, {"ITL", 0}, {"JOD", 3}, {"JPY", 0},
	{"KMF", 0}, {"KRW", 0}, {"KWD", 3}, {"LAK", 0}, {"LUF", 0}, {"LYD", 3}, {"MGF", 0},
	{"MZM", 0}, {"OMR", 3}, {"PTE", 0}, {"PYG", 0}, {"ROL", 0}, {"RWF", 0}, {"TJR", 0},
	{"TMM", 0}, {"TND", 3}, {"TPE", 0}, {"TRL", 0}, {"TWD", 0}, {"UGX", 0}, {"USDN", 5},
	{"VND", 0}, {"VUV", 0}, {"XAF", 0}, {"XOF", 0}, {"XPF", 0},
};

int
seg_sap_currency_decimals(const char *currency, size_t size)
{
	char		key[6] = {0};
	size_t		low = 0;
	size_t		high = sizeof(currency_decimals) / sizeof(currency_decimals[0]);

	seg_sap_trim(&currency, &size);
	if (size == 0 || size > 5)
		return 2;
	for (size_t i = 0; i < size; i++)
		key[i] = currency[i] >= 'a' && currency[i] <= 'z' ? currency[i] - 'a' + 'A' : currency[i];
	while (low < high)
	{
		size_t		middle = (low + high) / 2;
		int			order = memcmp(key, currency_decimals[middle].key, sizeof(key));

		if (order == 0)
			return currency_decimals[middle].decimals;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return 2;
}

int
seg_sap_billing_sign(const char *category, size_t size)
{
	seg_sap_trim(&category, &size);
	if (size != 1)
		return 0;
	switch (*category)
	{
		case 'M':				/* invoice */
		case 'P':				/* debit memo */
		case 'S':				/* cancelled credit memo */
			return 1;
		case 'N':				/* cancelled invoice */
		case 'O':				/* credit memo */
			return -1;
		default:
			return 0;
	}
}
