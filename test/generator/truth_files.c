/*
 * truth_files.c
 *		The expected results of a correct reading of the exports.
 *
 * Amounts are in display form: whole yen, euros and dollars with cents.
 */
#include <string.h>

#include "files.h"

/* The totals of the receipts of a customer. */
typedef struct Account
{
	uint32_t	frequency;		/* receipts other than credit memos */
	uint32_t	lines;			/* of receipts and credit memos */
	int32_t		last_day;
	int64_t		amount;			/* net of returns */
} Account;

/* Cancelled documents, their cancellations and pro-forma invoices do not count. */
static bool
counts(const Document *document)
{
	return !document->cancelled && strchr("MPO", document->category) != NULL;
}

static void
book(const Shop *shop, const Document *document, Account *account)
{
	Item		items[MAX_ITEMS];
	int			count = shop_items(shop, document, items);

	account->lines += count;
	for (int i = 0; i < count; i++)
		account->amount += document->category == 'O' ? -items[i].amount : items[i].amount;
	if (document->category == 'O')
		return;
	account->frequency++;
	if (document->day > account->last_day)
		account->last_day = document->day;
}

/* The totals of the customer whose documents begin at INOUT *next. */
static Account
settle(const Shop *shop, uint32_t customer, uint32_t *next)
{
	Account		account = {.last_day = NO_DAY};

	for (; *next < shop->document_count && shop->documents[*next].customer == customer; ++*next)
		if (counts(&shop->documents[*next]))
			book(shop, &shop->documents[*next], &account);
	return account;
}

static void
print_amount(FILE *out, int64_t amount, const char *currency)
{
	int64_t		size = amount < 0 ? -amount : amount;

	if (strcmp(currency, "JPY") == 0)
		fprintf(out, "%lld", (long long) amount);
	else
		fprintf(out, "%s%lld.%02lld", amount < 0 ? "-" : "", (long long) (size / 100), (long long) (size % 100));
}

void
write_true_customers(FILE *out, const Shop *shop)
{
	uint32_t	next = 0;

	fputs("mandt,customer_id,behaviour,currency,lapses_on,odd,one_time,frequency,last_receipt,amount\n", out);
	for (uint32_t i = 0; i < shop->customer_count; i++)
	{
		const Customer *customer = &shop->customers[i];
		const char *currency = places[customer->place].waerk;
		Account		account = settle(shop, i, &next);
		char		key[KEY_SIZE],
					lapses[DATE_SIZE] = "",
					last[DATE_SIZE] = "";

		customer_key(customer, key);
		if (customer->lapses != NO_DAY)
			sap_date(shop, customer->lapses, lapses);
		if (account.last_day != NO_DAY)
			sap_date(shop, account.last_day, last);
		fprintf(out, "%s,%s,%s,%s,%s,%s,%s,%u,%s,", clients[customer->client], key,
				behaviours[customer->behaviour].name, currency, lapses, odd_names[customer->odd],
				customer->one_time ? "true" : "false", account.frequency, last);
		print_amount(out, account.amount, currency);
		putc('\n', out);
	}
}

/* Products that are often bought together. */
void
write_true_pairs(FILE *out)
{
	fputs("antecedent,consequent,percent\n", out);
	for (int p = 0; p < product_count; p++)
		if (products[p].companion != 0)
			fprintf(out, "%s,%s,%d\n", products[p].matnr, products[p + products[p].companion].matnr,
					products[p].companion_percent);
}

/* Birth dates that are no placeholders. */
void
write_true_birthdays(FILE *out, const Shop *shop)
{
	fputs("mandt,customer_id,birth_date\n", out);
	for (uint32_t i = 0; i < shop->customer_count; i++)
	{
		const Customer *customer = &shop->customers[i];
		int32_t		day;
		char		key[KEY_SIZE],
					date[DATE_SIZE];

		if (customer->one_time || shop_birth(shop, i, &day) != BIRTH_KNOWN)
			continue;
		customer_key(customer, key);
		sap_date(shop, day - shop->base, date);
		fprintf(out, "%s,%s,%s\n", clients[customer->client], key, date);
	}
}

static void
write_document_facts(FILE *out, const Shop *shop)
{
	uint32_t	productive = 0,
				cancelled = 0,
				cancellations = 0,
				pro_forma = 0;

	for (uint32_t i = 0; i < shop->document_count; i++)
	{
		const Document *document = &shop->documents[i];

		if (shop->customers[document->customer].client != 0)
			continue;
		productive++;
		cancelled += document->cancelled;
		cancellations += document->category == 'N' || document->category == 'S';
		pro_forma += document->category == 'U';
	}
	fprintf(out, "documents,%u\ncancelled documents,%u\ncancellations,%u\npro-forma invoices,%u\n",
			productive, cancelled, cancellations, pro_forma);
}

/* Figures of the production client; one-time accounts are separate. */
void
write_facts(FILE *out, const Shop *shop)
{
	static const char *const currencies[] = {"EUR", "USD", "JPY"};
	int64_t		amounts[3] = {0};
	uint32_t	next = 0,
				buyers = 0,
				lines = 0,
				one_time_lines = 0;

	fputs("fact,value\n", out);
	write_document_facts(out, shop);
	for (uint32_t i = 0; i < shop->customer_count; i++)
	{
		const Customer *customer = &shop->customers[i];
		Account		account = settle(shop, i, &next);

		if (customer->client != 0)
			continue;
		if (customer->one_time)
		{
			one_time_lines += account.lines;
			continue;
		}
		buyers += account.frequency > 0;
		lines += account.lines;
		for (int c = 0; c < 3; c++)
			if (strcmp(places[customer->place].waerk, currencies[c]) == 0)
				amounts[c] += account.amount;
	}
	fprintf(out, "buyers,%u\nreceipt lines,%u\none-time receipt lines,%u\n", buyers, lines, one_time_lines);
	for (int c = 0; c < 3; c++)
	{
		fprintf(out, "amount %s,", currencies[c]);
		print_amount(out, amounts[c], currencies[c]);
		putc('\n', out);
	}
}
