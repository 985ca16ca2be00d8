/*
 * test_receipt_part.c
 *		The customers and receipts of a part, compared with sums over single lines.
 */
#include "unit.h"

#include "base/rng.h"
#include "receipt_fixture.h"
#include "receipts/receipt_part.h"

#define LINES 3000
#define CUSTOMERS 40
#define NUMBERS 25
#define SINCE 500

/* A part with room for all customers and receipts. */
static SegReceiptPart
create_part(bool with_numbers)
{
	SegReceiptPart part = {0};

	part.customers = calloc(CUSTOMERS, sizeof(SegCustomer));
	part.customer_room = CUSTOMERS;
	part.receipts = calloc(LINES, sizeof(SegReceipt));
	part.numbers = with_numbers ? calloc(LINES, sizeof(SegKey)) : NULL;
	part.receipt_room = LINES;
	seg_part_rehash(&part, calloc(seg_part_slots(CUSTOMERS), sizeof(uint64_t)), seg_part_slots(CUSTOMERS));
	return part;
}

static void
free_part(SegReceiptPart *part)
{
	free(part->customers);
	free(part->slots);
	free(part->receipts);
	free(part->numbers);
}

/* The expected receipt with a number; lines are added in their order. */
typedef struct Wanted
{
	bool		exists;
	int32_t		day;
	__int128	units;
} Wanted;

static SegReceiptLine
random_line(SegRng *rng, TestPool *pool, __int128 * units)
{
	SegReceiptLine line = {.customer = seg_key_of_integer((int64_t) seg_rng_below(rng, CUSTOMERS))};

	line.hash = seg_key_hash(line.customer);
	line.has_receipt = seg_rng_below(rng, 4) > 0;
	line.receipt = seg_key_of_integer((int64_t) seg_rng_below(rng, NUMBERS));
	line.day = (int32_t) seg_rng_below(rng, 1000);
	line.amount.value = (int64_t) seg_rng_below(rng, 2000) - 800;
	line.amount.scale = 2;
	*units = line.amount.value;
	if (seg_rng_below(rng, 20) == 0)
	{
		*units = line.amount.value * ((__int128) 1 << 70);
		line.amount.value = enter_test_pool(pool, *units);
		line.amount.scale = SEG_AMOUNT_WIDE;
	}
	return line;
}

/* Check the sums of one customer. */
static void
want_receipt(SegCustomer *wanted, __int128 * net, int32_t day, __int128 units)
{
	if (units >= 0 && day > wanted->last_day)
		wanted->last_day = day;
	if (day < SINCE)
		return;
	wanted->count += units >= 0;
	*net += units;
}

static void
sums_are_those_of_the_receipts(void **state)
{
	SegRng		rng = seg_rng(5, 0);
	TestPool   *pool = create_test_pool();
	SegReceiptPart part = create_part(true);
	static Wanted receipts[CUSTOMERS][NUMBERS];
	SegCustomer wanted[CUSTOMERS];
	__int128	nets[CUSTOMERS] = {0};
	size_t		wanted_receipts = 0;
	size_t		slots = seg_part_merge_slots(LINES);
	uint32_t   *scratch = calloc(slots, sizeof(uint32_t));

	memset(receipts, 0, sizeof(receipts));
	memset(wanted, 0, sizeof(wanted));
	for (int c = 0; c < CUSTOMERS; c++)
		wanted[c].last_day = SEG_NO_DAY;
	for (int i = 0; i < LINES; i++)
	{
		__int128	units;
		bool		is_new;
		SegReceiptLine line = random_line(&rng, pool, &units);
		int			c = (int) line.customer.low;
		uint32_t	place = seg_part_customer(&part, line.customer, line.hash, &is_new);

		if (line.has_receipt)
		{
			Wanted	   *receipt = &receipts[c][line.receipt.low];

			receipt->day = receipt->exists && receipt->day < line.day ? receipt->day : line.day;
			receipt->exists = true;
			receipt->units += units;
			seg_part_keep(&part, place, &line, NULL);
		}
		else
		{
			want_receipt(&wanted[c], &nets[c], line.day, units);
			seg_customer_add(&part.customers[place], &pool->functions, line.amount, line.day, SINCE);
		}
	}
	for (int c = 0; c < CUSTOMERS; c++)
		for (int r = 0; r < NUMBERS; r++)
			if (receipts[c][r].exists)
			{
				wanted_receipts++;
				want_receipt(&wanted[c], &nets[c], receipts[c][r].day, receipts[c][r].units);
			}

	seg_part_merge(&part, &pool->functions, scratch, slots, NULL);
	assert_int_equal(part.receipt_count, wanted_receipts);
	seg_part_sum(&part, &pool->functions, SINCE);
	assert_int_equal(part.customer_count, CUSTOMERS);
	for (uint32_t place = 0; place < part.customer_count; place++)
	{
		const SegCustomer *customer = &part.customers[place];
		int			c = (int) customer->key.low;

		assert_true(customer->count == wanted[c].count);
		assert_true(customer->last_day == wanted[c].last_day);
		assert_true(units_of_total(pool, &customer->net) == nets[c]);
	}
	/* every wide amount is in a total, or was released */
	assert_between(pool->in_use, 0, CUSTOMERS);
	free(scratch);
	free_part(&part);
	free(pool);
}

static void
receipts_are_ordered_by_customer_and_day(void **state)
{
	SegRng		rng = seg_rng(6, 0);
	TestPool   *pool = create_test_pool();
	SegReceiptPart part = create_part(false);
	SegReceipt *ordered = calloc(LINES, sizeof(SegReceipt));
	uint32_t	starts[CUSTOMERS + 1];
	int			counts[CUSTOMERS] = {0};
	int64_t		sums[CUSTOMERS] = {0};

	for (int i = 0; i < LINES; i++)
	{
		bool		is_new;

		/* one customer has most of the receipts */
		SegKey		key = seg_key_of_integer((int64_t) (i % 3 == 0 ? seg_rng_below(&rng, CUSTOMERS) : 7));
		SegReceiptLine line = {.customer = key, .hash = seg_key_hash(key)};

		line.day = (int32_t) seg_rng_below(&rng, 1000);
		line.amount.value = i;
		counts[key.low]++;
		sums[key.low] += i;
		seg_part_keep(&part, seg_part_customer(&part, key, line.hash, &is_new), &line, NULL);
	}
	seg_part_order(&part, ordered, starts);
	assert_int_equal(starts[0], 0);
	assert_int_equal(starts[part.customer_count], LINES);
	for (uint32_t place = 0; place < part.customer_count; place++)
	{
		int64_t		sum = 0;

		assert_int_equal(starts[place + 1] - starts[place], counts[part.customers[place].key.low]);
		for (uint32_t i = starts[place]; i < starts[place + 1]; i++)
		{
			assert_int_equal(ordered[i].customer, place);
			assert_true(i == starts[place] || ordered[i - 1].day <= ordered[i].day);
			sum += ordered[i].value;
		}
		assert_true(sum == sums[part.customers[place].key.low]);
	}
	free(ordered);
	free_part(&part);
	free(pool);
}

/* Details of lines are added up in their receipt, and each line finds it. */
static void
details_go_with_their_receipts(void **state)
{
	SegRng		rng = seg_rng(7, 0);
	TestPool   *pool = create_test_pool();
	SegReceiptPart part = create_part(true);
	size_t		slots = seg_part_merge_slots(LINES);
	uint32_t   *scratch = calloc(slots, sizeof(uint32_t));
	SegReceiptItem *items = calloc(LINES, sizeof(SegReceiptItem));
	SegReceiptItem *ordered_items = calloc(LINES, sizeof(SegReceiptItem));
	SegDetailedReceipt *ordered = calloc(LINES, sizeof(SegDetailedReceipt));
	uint32_t   *places = calloc(LINES, sizeof(uint32_t));
	uint32_t	starts[CUSTOMERS + 1];
	uint32_t	item_starts[CUSTOMERS + 1];
	size_t		items_seen = 0;

	part.details = calloc(LINES, sizeof(SegReceiptDetails));
	for (int i = 0; i < LINES; i++)
	{
		int64_t		customer = (int64_t) seg_rng_below(&rng, CUSTOMERS);
		int64_t		number = (int64_t) seg_rng_below(&rng, NUMBERS);
		int64_t		time = (int64_t) seg_rng_below(&rng, 1000);
		SegReceiptDetails details = {.quantity = i, .discount = 2 * i, .code = (uint32_t) (1000 * customer + number),
		.second = (uint32_t) time % 10};
		SegReceiptLine line = {.customer = seg_key_of_integer(customer), .receipt = seg_key_of_integer(number),
		.day = (int32_t) time / 10, .has_receipt = number != 0, .amount = {time, 2}};
		bool		is_new;

		line.hash = seg_key_hash(line.customer);
		seg_part_keep(&part, seg_part_customer(&part, line.customer, line.hash, &is_new), &line, &details);
	}
	seg_part_merge(&part, &pool->functions, scratch, slots, items);
	seg_part_order_detailed(&part, &pool->functions, ordered, starts, places);
	seg_part_order_items(&part, items, LINES, starts, places, ordered_items, item_starts);
	for (uint32_t place = 0; place < part.customer_count; place++)
	{
		int64_t		customer = (int64_t) part.customers[place].key.low;
		const SegDetailedReceipt *receipts = ordered + starts[place];
		size_t		n = starts[place + 1] - starts[place];
		double		amounts[LINES] = {0};

		for (uint32_t i = item_starts[place]; i < item_starts[place + 1]; i++, items_seen++)
		{
			const SegReceiptItem *item = &ordered_items[i];

			/* the code says to whom the line belongs */
			assert_true(item->receipt < n && item->code / 1000 == customer);
			assert_int_equal(receipts[item->receipt].receipt.has_number, item->code % 1000 != 0);
			assert_int_equal(receipts[item->receipt].details.code % 1000, item->code % 1000);
			amounts[item->receipt] += item->amount;
		}
		for (size_t i = 0; i < n; i++)
		{
			assert_true(fabs(amounts[i] - receipts[i].amount) < 1e-12);
			assert_true(receipts[i].details.discount == 2 * receipts[i].details.quantity);
			assert_true(i == 0 || receipts[i - 1].receipt.day * 10 + (int) receipts[i - 1].details.second <=
						receipts[i].receipt.day * 10 + (int) receipts[i].details.second);
			/* a receipt without number is a line, whose amount is its time */
			if (!receipts[i].receipt.has_number)
				assert_true(receipts[i].receipt.day * 10 + (int) receipts[i].details.second == receipts[i].receipt.value);
		}
	}
	assert_int_equal(items_seen, LINES);
	free(scratch);
	free(items);
	free(ordered_items);
	free(ordered);
	free(places);
	free(part.details);
	free_part(&part);
	free(pool);
}

static void
customers_are_found_after_a_rehash(void **state)
{
	SegReceiptPart part = create_part(false);
	bool		is_new;

	for (int c = 0; c < CUSTOMERS; c++)
		(void) seg_part_customer(&part, seg_key_of_integer(c), seg_key_hash(seg_key_of_integer(c)), &is_new);
	free(part.slots);
	seg_part_rehash(&part, calloc(1024, sizeof(uint64_t)), 1024);
	for (int c = 0; c < CUSTOMERS; c++)
	{
		assert_int_equal(seg_part_customer(&part, seg_key_of_integer(c), seg_key_hash(seg_key_of_integer(c)), &is_new), c);
		assert_false(is_new);
	}
	free_part(&part);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_are_those_of_the_receipts),
		cmocka_unit_test(receipts_are_ordered_by_customer_and_day),
		cmocka_unit_test(details_go_with_their_receipts),
		cmocka_unit_test(customers_are_found_after_a_rehash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
