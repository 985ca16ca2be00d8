/*
 * shop.c
 *		Generate customers and their purchases, returns and cancellations; number the
 *		documents.
 *
 * Every customer and every basket has a separate stream of random numbers, so the
 * documents of a customer do not depend on the number of customers.
 */
#include "shop.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

#define LAST_YEAR 2025			/* the last year of the period */

const char *const odd_names[ODD_KINDS] = {"", "returns everything", "one giant receipt", "buys daily"};

typedef enum Stream
{
	MASTER_STREAM = 1, VISIT_STREAM, BASKET_STREAM, BIRTH_STREAM
} Stream;

static SegRng
stream_of(const Shop *shop, Stream stream, uint32_t customer, uint32_t basket)
{
	return seg_rng(shop->seed, (uint64_t) stream << 56 | (uint64_t) customer << 24 | basket);
}

static int32_t
below(SegRng *rng, int32_t limit)
{
	return (int32_t) seg_rng_below(rng, (uint64_t) (limit > 1 ? limit : 1));
}

static bool
happens(SegRng *rng, int permille)
{
	return below(rng, 1000) < permille;
}

/* A random number in 1 .. 2 * mean, most often near mean. */
static int32_t
gap(SegRng *rng, int32_t mean)
{
	int32_t		days = mean * (below(rng, 1001) + below(rng, 1001) + below(rng, 1001)) / 1500;

	return days > 0 ? days : 1;
}

Birth
shop_birth(const Shop *shop, uint32_t customer, int32_t *day)
{
	SegRng		rng = stream_of(shop, BIRTH_STREAM, customer, 0);
	int			percent = below(&rng, 100);

	*day = days_from_date(1940, 1, 1) + below(&rng, 365 * 65);
	if (percent < 8)
	{
		*day = days_from_date(1900, 1, 1);
		return BIRTH_PLACEHOLDER;
	}
	return percent < 70 ? BIRTH_KNOWN : BIRTH_UNKNOWN;
}

static bool
in_season(const Shop *shop, SegRng *rng, int32_t day)
{
	int			year,
				month,
				of_month;

	date_from_days(shop->base + day, &year, &month, &of_month);
	return below(rng, 100) < season_percent[month - 1];
}

/* ---- customers ---------------------------------------------------------- */

static int
draw_behaviour(SegRng *rng)
{
	int			at = below(rng, 1000),
				b = 0;

	while (at >= behaviours[b].permille)
		at -= behaviours[b++].permille;
	return b;
}

static int
draw_place(SegRng *rng)
{
	int			at = below(rng, 100),
				p = 0;

	while (at >= places[p].percent)
		at -= places[p++].percent;
	return p;
}

/* Half of the customers bought before the period; the others begin within it. */
static void
draw_history(const Shop *shop, Customer *customer, SegRng *rng)
{
	int			interval = behaviours[customer->behaviour].interval;

	customer->lapses = NO_DAY;
	if (customer->behaviour == LAPSED)
	{
		customer->first_day = below(rng, shop->days / 4);
		customer->lapses = shop->days - shop->days * (25 + below(rng, 35)) / 100;
	}
	else if (interval > 0 && happens(rng, 450))
		customer->first_day = below(rng, interval < 60 ? interval : 60);
	else
		customer->first_day = below(rng, shop->days);

	customer->created = customer->first_day - below(rng, customer->first_day < 60 ? 2500 : 10);
	if (happens(rng, 30))
		customer->created = NO_DAY;
}

static void
draw_customer(Shop *shop, uint32_t index, uint32_t number, int client, bool alphanumeric)
{
	Customer   *customer = &shop->customers[index];
	SegRng		rng = stream_of(shop, MASTER_STREAM, number, client);

	memset(customer, 0, sizeof(*customer));
	customer->number = number;
	customer->payer = index;
	customer->client = client;
	customer->alphanumeric = alphanumeric;
	customer->behaviour = draw_behaviour(&rng);
	customer->place = draw_place(&rng);
	if (customer->behaviour == REGULAR && happens(&rng, 16))
		customer->odd = 1 + below(&rng, ODD_KINDS - 1);
	draw_history(shop, customer, &rng);
	if (customer->behaviour == DEALER && index > 0 && happens(&rng, 200))
		customer->payer = index - 1 - below(&rng, index < 50 ? index : 50);
}

static void
open_one_time_account(Shop *shop, uint32_t index, uint32_t number)
{
	Customer   *customer = &shop->customers[index];

	memset(customer, 0, sizeof(*customer));
	customer->number = number;
	customer->payer = index;
	customer->behaviour = ONE_OFF;
	customer->created = -3000;
	customer->lapses = NO_DAY;
	customer->alphanumeric = true;
	customer->one_time = true;
}

/* ---- documents ---------------------------------------------------------- */

/* Returns the index of the document, or NO_DOCUMENT when there is no memory. */
static uint32_t
add_document(Shop *shop, Document document)
{
	if (shop->document_count == shop->document_room)
	{
		uint32_t	room = shop->document_room ? shop->document_room * 2 : 4096;
		Document   *grown = room > shop->document_room ? realloc(shop->documents, room * sizeof(Document)) : NULL;

		if (grown == NULL)
			return NO_DOCUMENT;
		shop->documents = grown;
		shop->document_room = room;
	}
	shop->documents[shop->document_count] = document;
	return shop->document_count++;
}

/* Cancel a document some days later; neither of the two is a receipt. */
static bool
cancel(Shop *shop, uint32_t cancelled, SegRng *rng)
{
	Document	document = shop->documents[cancelled];

	document.day += below(rng, 6);
	if (document.day >= shop->days)
		return true;
	shop->documents[cancelled].cancelled = true;
	document.category = document.category == 'M' ? 'N' : 'S';
	document.reference = cancelled;
	return add_document(shop, document) != NO_DOCUMENT;
}

static bool
give_back(Shop *shop, uint32_t invoice, SegRng *rng)
{
	Document	credit = shop->documents[invoice];
	uint32_t	at;

	credit.day += 4 + below(rng, 15);
	if (credit.day >= shop->days)
		return true;
	credit.category = 'O';
	credit.reference = invoice;
	credit.part = RETURNED;
	at = add_document(shop, credit);
	if (at == NO_DOCUMENT)
		return false;
	return happens(rng, 10) ? cancel(shop, at, rng) : true;
}

/*
 * One purchase and its later documents.  A cancelled invoice is usually billed again
 * on the day of its cancellation.
 */
static bool
buy(Shop *shop, uint32_t index, uint32_t basket, int32_t day, SegRng *rng)
{
	const Customer *customer = &shop->customers[index];
	const Behaviour *behaviour = &behaviours[customer->behaviour];
	Document	invoice = {.customer = index, .reference = NO_DOCUMENT, .basket = basket, .day = day, .category = 'M'};
	Document	extra = invoice;
	uint32_t	at;

	if (customer->behaviour == DEALER && happens(rng, 50))
	{
		extra.category = 'U';
		if (add_document(shop, extra) == NO_DOCUMENT)
			return false;
	}
	at = add_document(shop, invoice);
	if (at == NO_DOCUMENT)
		return false;
	if (happens(rng, 12))
	{
		if (!cancel(shop, at, rng))
			return false;
		if (!happens(rng, 700) || !shop->documents[at].cancelled)
			return true;
		invoice.day = shop->documents[shop->document_count - 1].day;
		at = add_document(shop, invoice);
		if (at == NO_DOCUMENT)
			return false;
	}
	if (happens(rng, 4))
	{
		extra.category = 'P';
		extra.part = SURCHARGE;
		if (add_document(shop, extra) == NO_DOCUMENT)
			return false;
	}
	if (happens(rng, customer->odd == RETURNS_EVERYTHING ? 1000 : behaviour->return_permille))
		return give_back(shop, at, rng);
	return true;
}

/* Two or three purchases in the weeks before each Christmas from the first one on. */
static bool
buy_before_christmas(Shop *shop, uint32_t index, SegRng *rng)
{
	const Customer *customer = &shop->customers[index];
	int			first_year,
				month,
				day;
	uint32_t	basket = 0;

	date_from_days(shop->base + customer->first_day, &first_year, &month, &day);
	for (int year = first_year; year <= LAST_YEAR; year++)
	{
		int			visits = 2 + below(rng, 2);
		int32_t		at = days_from_date(year, 11, 12) - shop->base + below(rng, 12);

		for (int visit = 0; visit < visits; visit++)
		{
			if (at >= 0 && at < shop->days && !buy(shop, index, basket++, at, rng))
				return false;
			at += 4 + below(rng, 9);
		}
	}
	return true;
}

/* One-time accounts have a few purchases every day, each of another buyer. */
static bool
buy_over_the_counter(Shop *shop, uint32_t index, SegRng *rng)
{
	uint32_t	basket = 0;

	for (int32_t day = 0; day < shop->days; day++)
		for (int left = below(rng, 2 + shop->customer_count / 2000); left > 0; left--)
			if (!buy(shop, index, basket++, day, rng))
				return false;
	return true;
}

static bool
visit(Shop *shop, uint32_t index)
{
	const Customer *customer = &shop->customers[index];
	SegRng		rng = stream_of(shop, VISIT_STREAM, customer->number, customer->client);
	int			interval = behaviours[customer->behaviour].interval;
	int32_t		end = customer->lapses == NO_DAY ? shop->days : customer->lapses;
	uint32_t	basket = 0;

	if (customer->one_time)
		return buy_over_the_counter(shop, index, &rng);
	if (interval < 0)
		return buy_before_christmas(shop, index, &rng);
	if (interval == 0)
		return buy(shop, index, basket, customer->first_day, &rng);
	if (customer->odd == BUYS_DAILY)
		interval = 1;

	/* about three of four planned purchases happen, by season */
	for (int32_t day = customer->first_day; day < end; day += gap(&rng, (interval * 3 + 3) / 4))
		if (basket == 0 || in_season(shop, &rng, day))
			if (!buy(shop, index, basket++, day, &rng))
				return false;
	return true;
}

/* Number the documents by client and day: a stable counting sort. */
static bool
number_documents(Shop *shop)
{
	size_t		buckets = 2 * (size_t) shop->days + 1;
	uint32_t   *start = calloc(buckets, sizeof(uint32_t));
	uint32_t	first_of_tests;

	shop->order = malloc(shop->document_count * sizeof(uint32_t));
	shop->number = malloc(shop->document_count * sizeof(uint32_t));
	if (start == NULL || shop->order == NULL || shop->number == NULL)
	{
		free(start);
		return false;
	}
	for (uint32_t i = 0; i < shop->document_count; i++)
	{
		const Document *document = &shop->documents[i];

		start[shop->customers[document->customer].client * shop->days + document->day + 1]++;
	}
	for (size_t b = 1; b < buckets; b++)
		start[b] += start[b - 1];
	first_of_tests = start[shop->days];

	for (uint32_t i = 0; i < shop->document_count; i++)
	{
		const Document *document = &shop->documents[i];
		int			client = shop->customers[document->customer].client;
		uint32_t	at = start[client * shop->days + document->day]++;

		shop->order[at] = i;
		shop->number[i] = at + 1 - (client == 0 ? 0 : first_of_tests);
	}
	free(start);
	return true;
}

/*
 * Generate a shop with that many customers over the months that end with LAST_YEAR,
 * and in addition two one-time accounts and a client with test data.
 *
 * Returns false when there is no memory; call shop_close() in both cases.
 */
bool
shop_open(Shop *shop, uint32_t customers, int months, uint64_t seed)
{
	uint32_t	test_customers = 5 + customers / 50;
	uint32_t	alphanumeric = customers / 16;
	uint32_t	at = 0;

	memset(shop, 0, sizeof(*shop));
	shop->seed = seed;
	shop->base = days_from_date(LAST_YEAR - (months - 1) / 12, 12 - (months - 1) % 12, 1);
	shop->days = days_from_date(LAST_YEAR, 12, 31) - shop->base + 1;
	shop->customer_count = customers + 2 + test_customers;
	shop->customers = calloc(shop->customer_count, sizeof(Customer));
	if (shop->customers == NULL)
		return false;

	for (uint32_t i = 0; i < customers; i++)
		draw_customer(shop, at++, i + 1, 0, i >= customers - alphanumeric);
	for (uint32_t i = 0; i < 2; i++)
		open_one_time_account(shop, at++, customers + 1 + i);
	for (uint32_t i = 0; i < test_customers; i++)
		draw_customer(shop, at++, i + 1, 1, false);

	for (uint32_t i = 0; i < shop->customer_count; i++)
		if (!visit(shop, i))
			return false;
	return number_documents(shop);
}

void
shop_close(Shop *shop)
{
	free(shop->customers);
	free(shop->documents);
	free(shop->order);
	free(shop->number);
}

/* ---- items -------------------------------------------------------------- */

static int64_t
amount_of(const Product *product, int32_t quantity, int discount_percent, const char *currency)
{
	int64_t		cents = ((int64_t) product->price * quantity * (100 - discount_percent) + 50) / 100;

	if (strcmp(currency, "USD") == 0)
		return (cents * 108 + 50) / 100;
	if (strcmp(currency, "JPY") == 0)
		return (cents * 165 + 50) / 100;
	return cents;
}

static bool
has_product(const Item *items, int count, int product)
{
	for (int i = 0; i < count; i++)
		if (items[i].product == product)
			return true;
	return false;
}

static int
draw_product(SegRng *rng, int ranges)
{
	int			product;

	do
		product = below(rng, product_count);
	while ((products[product].range & ranges) == 0);
	return product;
}

/* The basket, without amounts. */
static int
draw_basket(const Customer *customer, uint32_t basket, SegRng *rng, Item *items)
{
	const Behaviour *behaviour = &behaviours[customer->behaviour];
	int			wanted = behaviour->min_items + below(rng, behaviour->max_items - behaviour->min_items + 1);
	int			count = 0;

	if (customer->odd == BUYS_DAILY)
		wanted = 1;
	while (wanted-- > 0)
	{
		int			ranges = customer->odd == BUYS_DAILY ? SNACKS : behaviour->ranges;
		int			product = draw_product(rng, ranges);
		int32_t		quantity = 1 + below(rng, behaviour->max_quantity);
		bool		companion = below(rng, 100) < products[product].companion_percent;

		if (customer->odd == GIANT_RECEIPT && basket == 2)
			quantity *= 120;
		if (!has_product(items, count, product))
			items[count++] = (Item) {product, quantity, 0};
		product += products[product].companion;
		if (companion && !has_product(items, count, product))
			items[count++] = (Item) {product, quantity, 0};
	}
	return count;
}

/*
 * OUT items: those of a document: the whole basket, the returned part, or only the
 * surcharge.  Returns their number, at least 1.
 */
int
shop_items(const Shop *shop, const Document *document, Item items[MAX_ITEMS])
{
	const Customer *customer = &shop->customers[document->customer];
	const char *currency = places[customer->place].waerk;
	int			discount = behaviours[customer->behaviour].discount_percent;
	SegRng		rng = stream_of(shop, BASKET_STREAM, document->customer, document->basket);
	int			count = draw_basket(customer, document->basket, &rng, items);

	if (document->part == SURCHARGE)
	{
		items[0] = (Item) {product_count - 1, 1, 0};
		count = 1;
		discount = 0;
	}
	else if (document->part == RETURNED && customer->odd != RETURNS_EVERYTHING)
	{
		int			kept = 1;

		for (int i = 1; i < count; i++)
			if (happens(&rng, 600))
				items[kept++] = items[i];
		count = kept;
	}
	for (int i = 0; i < count; i++)
		items[i].amount = amount_of(&products[items[i].product], items[i].quantity, discount, currency);
	return count;
}
