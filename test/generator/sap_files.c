/*
 * sap_files.c
 *		KNA1 as list text, BUT000, VBRK and VBRP as CSV, MAKT as UTF-16, and the currencies.
 *
 * The list has the form that SE16N saves as "unconverted": Latin-1, a title and a
 * header on every page, padded cells, a selection column, keys without leading
 * zeros and dates in display format.  The delimited files contain database values:
 * keys with leading zeros, YYYYMMDD, and amounts with two decimals in every currency,
 * so that 100 yen are 1.00.
 */
#include "files.h"

#include <string.h>

#define ROWS_PER_PAGE 60

const char *const clients[2] = {"100", "200"};

/* OUT key: in internal form; digits get leading zeros, other keys do not change. */
void
customer_key(const Customer *customer, char key[KEY_SIZE])
{
	if (customer->one_time)
		snprintf(key, KEY_SIZE, "CPD-%s", customer->number % 2 ? "DE" : "EXPORT");
	else if (customer->alphanumeric)
		snprintf(key, KEY_SIZE, "WEB%06u", customer->number % 1000000);
	else
		snprintf(key, KEY_SIZE, "%010u", 100000 + customer->number);
}

void
sap_date(const Shop *shop, int32_t day, char text[DATE_SIZE])
{
	int			y,
				m,
				d;

	if (day == NO_DAY)
	{
		snprintf(text, DATE_SIZE, "00000000");
		return;
	}
	date_from_days(shop->base + day, &y, &m, &d);
	snprintf(text, DATE_SIZE, "%04d%02d%02d", y, m, d);
}

/* ---- list text ---------------------------------------------------------- */

typedef struct Column
{
	const char *name;
	int			width;
} Column;

static const Column kna1_columns[] = {
	{"MANDT", 5}, {"KUNNR", 10}, {"LAND1", 5}, {"NAME1", 35}, {"ORT01", 25},
	{"PSTLZ", 10}, {"STRAS", 30}, {"KTOKD", 5}, {"XCPDK", 5}, {"ERDAT", 10},
};

#define KNA1_COLUMNS ((int) (sizeof(kna1_columns) / sizeof(kna1_columns[0])))

/* Print UTF-8 as Latin-1, padded to width characters. */
static void
latin1_cell(FILE *out, const char *text, int width)
{
	for (; *text != '\0'; text++, width--)
	{
		unsigned char c = (unsigned char) *text;

		if (c >= 0xC0)
			c = (unsigned char) (c << 6 | (*++text & 0x3F));
		putc(c, out);
	}
	for (; width > 0; width--)
		putc(' ', out);
}

static void
list_rule(FILE *out)
{
	int			width = KNA1_COLUMNS + 6;

	for (int c = 0; c < KNA1_COLUMNS; c++)
		width += kna1_columns[c].width;
	for (; width > 0; width--)
		putc('-', out);
	fputs("\r\n", out);
}

static void
list_row(FILE *out, const char *const *cells)
{
	fputs("|    |", out);
	for (int c = 0; c < KNA1_COLUMNS; c++)
	{
		latin1_cell(out, cells[c], kna1_columns[c].width);
		putc('|', out);
	}
	fputs("\r\n", out);
}

static void
list_page(FILE *out, size_t page)
{
	const char *names[KNA1_COLUMNS];

	for (int c = 0; c < KNA1_COLUMNS; c++)
		names[c] = kna1_columns[c].name;
	fprintf(out, "%s31.12.2025%*sDynamische Listenausgabe%*s%zu\r\n\r\n", page > 1 ? "\r\n" : "", 50, "", 50, "", page);
	list_rule(out);
	list_row(out, names);
	list_rule(out);
}

static void
displayed_date(const Shop *shop, int32_t day, char text[DATE_SIZE])
{
	int			y = 0,
				m = 0,
				d = 0;

	if (day != NO_DAY)
		date_from_days(shop->base + day, &y, &m, &d);
	snprintf(text, DATE_SIZE, "%02d.%02d.%04d", d, m, y);
}

static void
fill_postcode(const char *pattern, uint32_t digits, char postcode[16])
{
	snprintf(postcode, 16, "%s", pattern);
	for (char *p = postcode; *p != '\0'; p++)
		if (*p == '9')
		{
			*p = '1' + digits % 9;
			digits /= 9;
		}
}

static void
customer_name(const Customer *customer, char name[64])
{
	const Place *place = &places[customer->place];
	uint32_t	n = customer->number;
	const char *last = place->last_names[n * 7 % 10];

	if (customer->one_time)
		snprintf(name, 64, "Einmalkunde");
	else if (customer->client == 1)
		snprintf(name, 64, "Testkunde %u", n);
	else if (n == 7)
		snprintf(name, 64, "Rad|Werk %s", last);	/* a bar inside a cell */
	else if (customer->behaviour == DEALER)
		snprintf(name, 64, place->shop_format, last);
	else
		snprintf(name, 64, "%s %s", place->first_names[n / 3 % 8], last);
}

size_t
write_kna1_list(FILE *out, const Shop *shop)
{
	for (uint32_t i = 0; i < shop->customer_count; i++)
	{
		const Customer *customer = &shop->customers[i];
		const Place *place = &places[customer->place];
		char		key[KEY_SIZE],
					name[64],
					postcode[16],
					street[64],
					created[DATE_SIZE];
		const char *shown = key;
		const char *cells[KNA1_COLUMNS];

		if (i % ROWS_PER_PAGE == 0)
		{
			if (i > 0)
				list_rule(out);
			list_page(out, i / ROWS_PER_PAGE + 1);
		}
		customer_key(customer, key);
		while (*shown == '0')
			shown++;
		customer_name(customer, name);
		fill_postcode(place->postcode, customer->number * UINT32_C(2654435761), postcode);
		snprintf(street, sizeof(street), "%s %u", place->street, customer->number % 120 + 1);
		displayed_date(shop, customer->created, created);

		cells[0] = clients[customer->client];
		cells[1] = shown;
		cells[2] = place->land1;
		cells[3] = name;
		cells[4] = place->cities[customer->number / 5 % 6];
		cells[5] = postcode;
		cells[6] = street;
		cells[7] = customer->one_time ? "CPD" : customer->behaviour == DEALER ? "0001" : "ZWEB";
		cells[8] = customer->one_time ? "X" : "";
		cells[9] = created;
		list_row(out, cells);
	}
	list_rule(out);
	return shop->customer_count;
}

/* ---- delimited text ----------------------------------------------------- */

static void
csv_text(FILE *out, const char *text)
{
	if (strpbrk(text, ",\"\n") == NULL)
	{
		fputs(text, out);
		return;
	}
	putc('"', out);
	for (; *text != '\0'; text++)
	{
		if (*text == '"')
			putc('"', out);
		putc(*text, out);
	}
	putc('"', out);
}

static int64_t
document_amount(const Shop *shop, const Document *document)
{
	Item		items[MAX_ITEMS];
	int			count = shop_items(shop, document, items);
	int64_t		amount = 0;

	for (int i = 0; i < count; i++)
		amount += items[i].amount;
	return amount;
}

/* Write an amount as SAP stores it: with two decimals, even in yen. */
static void
stored_amount(FILE *out, int64_t amount)
{
	fprintf(out, "%lld.%02lld", (long long) (amount / 100), (long long) (amount % 100));
}

static const char *
billing_type(const Document *document)
{
	switch (document->category)
	{
		case 'M':
			return "F2,A";
		case 'N':
			return "S1,A";
		case 'O':
			return "RE,A";
		case 'P':
			return "L2,A";
		case 'S':
			return "S2,A";
		default:
			return "F8,P";
	}
}

size_t
write_vbrk(FILE *out, const Shop *shop)
{
	fputs("MANDT,VBELN,FKART,FKTYP,VBTYP,WAERK,VKORG,VTWEG,BUKRS,FKDAT,VALDT,NETWR,ERDAT,ERNAM,"
		  "KUNRG,KUNAG,LAND1,SFAKN,FKSTO\n", out);
	for (uint32_t at = 0; at < shop->document_count; at++)
	{
		const Document *document = &shop->documents[shop->order[at]];
		const Customer *customer = &shop->customers[document->customer];
		const Place *place = &places[customer->place];
		char		sold_to[KEY_SIZE],
					payer[KEY_SIZE],
					date[DATE_SIZE],
					cancelled[KEY_SIZE] = "";

		customer_key(customer, sold_to);
		customer_key(&shop->customers[customer->payer], payer);
		sap_date(shop, document->day, date);
		if (document->category == 'N' || document->category == 'S')
			snprintf(cancelled, sizeof(cancelled), "%010u", 90000000 + shop->number[document->reference]);
		fprintf(out, "%s,%010u,%s,%c,%s,%s,%s,%s,%s,00000000,",
				clients[customer->client], 90000000 + shop->number[shop->order[at]],
				billing_type(document), document->category, place->waerk, place->vkorg,
				customer->behaviour == DEALER ? "10" : "20", place->bukrs, date);
		stored_amount(out, document_amount(shop, document));
		fprintf(out, ",%s,BATCH,%s,%s,%s,%s,%s\n", date, payer, sold_to, place->land1, cancelled,
				document->cancelled ? "X" : "");
	}
	return shop->document_count;
}

/* Invalid values: a letter O in a number, month 13, a word as a number. */
static void
damaged_line(FILE *out, unsigned which)
{
	static const char *const lines[] = {
		"100,0090000001,900010,1.000,ST,12.5O,000000000000200101,Helm,ACC,20250415\n",
		"100,0090000001,900020,1.000,ST,12.50,000000000000200101,Helm,ACC,20251331\n",
		"100,0090000001,900030,zwei,ST,12.50,000000000000200101,Helm,ACC,20250415\n",
	};

	fputs(lines[which % 3], out);
}

/*
 * The items, with that many damaged lines among them.  Damaged lines are additional
 * and not counted, so that the valid lines are complete.
 */
size_t
write_vbrp(FILE *out, const Shop *shop, unsigned damaged)
{
	size_t		rows = 0;

	fputs("MANDT,VBELN,POSNR,FKIMG,VRKME,NETWR,MATNR,ARKTX,MATKL,ERDAT\n", out);
	for (uint32_t at = 0; at < shop->document_count; at++)
	{
		const Document *document = &shop->documents[shop->order[at]];
		Item		items[MAX_ITEMS];
		int			count = shop_items(shop, document, items);
		char		date[DATE_SIZE];

		sap_date(shop, document->day, date);
		for (int i = 0; i < count; i++, rows++)
		{
			const Product *product = &products[items[i].product];

			fprintf(out, "%s,%010u,%06d,%d.000,ST,", clients[shop->customers[document->customer].client],
					90000000 + shop->number[shop->order[at]], 10 * (i + 1), items[i].quantity);
			stored_amount(out, items[i].amount);
			fprintf(out, ",%s,", product->matnr);
			csv_text(out, product->german);
			fprintf(out, ",%s,%s\n", product->matkl, date);
		}
		if (damaged > 0 && (at + 1) % (shop->document_count / (damaged + 1) + 1) == 0)
			damaged_line(out, at / (shop->document_count / (damaged + 1) + 1));
	}
	return rows;
}

/* Write UTF-8 as UTF-16LE; the texts have only characters of the basic plane. */
static void
utf16(FILE *out, const char *text)
{
	while (*text != '\0')
	{
		unsigned	c = (unsigned char) *text++;
		int			more = c < 0xC0 ? 0 : c < 0xE0 ? 1 : 2;

		if (more > 0)
			c &= 0x3F >> more;
		while (more-- > 0)
			c = c << 6 | ((unsigned char) *text++ & 0x3F);
		putc((int) (c & 0xFF), out);
		putc((int) (c >> 8), out);
	}
}

static void
makt_row(FILE *out, const Product *product, const char *language, const char *text)
{
	utf16(out, "100\t");
	utf16(out, product->matnr);
	utf16(out, "\t");
	utf16(out, language);
	utf16(out, "\t");
	utf16(out, text);
	utf16(out, "\r\n");
}

/* Tab-delimited, in the form of a "text with tabs" of a Unicode system (code page 4103). */
size_t
write_makt(FILE *out)
{
	size_t		rows = 0;

	fputs("\xFF\xFE", out);
	utf16(out, "MANDT\tMATNR\tSPRAS\tMAKTX\r\n");
	for (int p = 0; p < product_count; p++)
	{
		makt_row(out, &products[p], "D", products[p].german);
		makt_row(out, &products[p], "E", products[p].english);
		if (products[p].japanese != NULL)
			makt_row(out, &products[p], "J", products[p].japanese);
		rows += products[p].japanese != NULL ? 3 : 2;
	}
	return rows;
}

/* Customers are business partners of the same key; one-time accounts are none. */
size_t
write_but000(FILE *out, const Shop *shop)
{
	size_t		rows = 0;

	fputs("CLIENT,PARTNER,BIRTHDT\n", out);
	for (uint32_t i = 0; i < shop->customer_count; i++)
	{
		const Customer *customer = &shop->customers[i];
		int32_t		day;
		char		key[KEY_SIZE],
					date[DATE_SIZE] = "00000000";

		if (customer->one_time)
			continue;
		customer_key(customer, key);
		if (shop_birth(shop, i, &day) != BIRTH_UNKNOWN)
			sap_date(shop, day - shop->base, date);
		fprintf(out, "%s,%s,%s\n", clients[customer->client], key, date);
		rows++;
	}
	return rows;
}

size_t
write_tcurx(FILE *out)
{
	fputs("CURRKEY,CURRDEC\nJPY,0\nKRW,0\nKWD,3\nTND,3\n", out);
	return 4;
}

/* Euros for one unit of a currency, from the first of each month on. */
size_t
write_rates(FILE *out, const Shop *shop)
{
	size_t		rows = 1;
	int			y,
				m,
				d;

	fputs("currency,valid_from,rate\nEUR,1900-01-01,1\n", out);
	for (int32_t day = 0; day < shop->days; day++)
	{
		date_from_days(shop->base + day, &y, &m, &d);
		if (d != 1)
			continue;
		fprintf(out, "USD,%04d-%02d-01,0.%04d\n", y, m, 9100 + (y * 12 + m) * 37 % 250);
		fprintf(out, "JPY,%04d-%02d-01,0.00%04d\n", y, m, 5950 + (y * 12 + m) * 53 % 300);
		rows += 2;
	}
	return rows;
}
