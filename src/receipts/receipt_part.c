/*
 * receipt_part.c
 *		The customers and receipts of one part of the hash space; see receipt_part.h.
 */
#include "receipts/receipt_part.h"

#include "base/sort.h"

#define MIN_SLOTS 16

static uint32_t
slots_for(uint64_t entries)
{
	uint64_t	slots = MIN_SLOTS;

	while (slots < entries + entries / 3 + 1)
		slots *= 2;
	return (uint32_t) slots;
}

uint32_t
seg_part_slots(uint32_t customers)
{
	Assert(customers <= SEG_PART_MAX_CUSTOMERS);
	return slots_for(customers);
}

/* ---- customers ---- */

/* The low half finds the first slot, the high half tells hashes apart. */
static uint64_t
slot_of(uint64_t hash, uint32_t place)
{
	return (hash & ~(uint64_t) UINT32_MAX) | (place + 1);
}

void
seg_part_rehash(SegReceiptPart *part, uint64_t *slots, uint32_t slot_count)
{
	for (uint32_t c = 0; c < part->customer_count; c++)
	{
		uint64_t	hash = seg_key_hash(part->customers[c].key);
		uint32_t	at = (uint32_t) hash & (slot_count - 1);

		seg_check_step(c);
		while (slots[at] != 0)
			at = (at + 1) & (slot_count - 1);
		slots[at] = slot_of(hash, c);
	}
	part->slots = slots;
	part->slot_count = slot_count;
}

uint32_t
seg_part_customer(SegReceiptPart *part, SegKey key, uint64_t hash, bool *is_new)
{
	uint32_t	at = (uint32_t) hash & (part->slot_count - 1);
	uint32_t	place = part->customer_count;

	*is_new = false;
	for (; part->slots[at] != 0; at = (at + 1) & (part->slot_count - 1))
		if ((part->slots[at] ^ hash) >> 32 == 0)
		{
			uint32_t	found = (uint32_t) part->slots[at] - 1;

			if (seg_key_equal(part->customers[found].key, key))
				return found;
		}
	Assert(place < part->customer_room);
	*is_new = true;
	part->slots[at] = slot_of(hash, place);
	memset(&part->customers[place], 0, sizeof(SegCustomer));
	part->customers[place].key = key;
	part->customers[place].last_day = SEG_NO_DAY;
	part->customer_count++;
	return place;
}

void
seg_customer_add(SegCustomer *customer, SegWidePool *pool, SegAmount amount, int32_t day, int32_t since)
{
	bool		bought = !seg_amount_is_negative(pool, amount);

	if (bought && day > customer->last_day)
		customer->last_day = day;
	if (day >= since)
	{
		customer->count += bought;
		seg_total_add(pool, &customer->net, amount);
	}
	else if (amount.scale == SEG_AMOUNT_WIDE)
		pool->drop(pool, amount.value);
}

void
seg_customer_merge(SegCustomer *customer, SegWidePool *pool, const SegCustomer *other)
{
	customer->count += other->count;
	if (other->last_day > customer->last_day)
		customer->last_day = other->last_day;
	seg_total_merge(pool, &customer->net, &other->net);
}

/* ---- receipts ---- */

void
seg_part_keep(SegReceiptPart *part, uint32_t customer, const SegReceiptLine *line, const SegReceiptDetails *details)
{
	SegReceipt *receipt = &part->receipts[part->receipt_count];

	Assert(part->receipt_count < part->receipt_room);
	receipt->customer = customer;
	receipt->has_number = line->has_receipt;
	receipt->scale = line->amount.scale;
	receipt->day = line->day;
	receipt->value = line->amount.value;
	if (part->numbers != NULL)
		part->numbers[part->receipt_count] = line->receipt;
	if (part->details != NULL)
		part->details[part->receipt_count] = *details;
	part->receipt_count++;
}

size_t
seg_part_merge_slots(size_t receipts)
{
	return slots_for(receipts);
}

static void
merge_receipt(SegReceipt *into, const SegReceipt *other, SegWidePool *pool)
{
	SegAmount	amount = seg_receipt_amount(into);

	seg_amount_add(pool, &amount, seg_receipt_amount(other));
	into->value = amount.value;
	into->scale = amount.scale;
	if (other->day < into->day)
		into->day = other->day;
}

/* Add the details of a receipt to those of another one, before merge_receipt. */
static void
merge_details(SegReceiptPart *part, SegWidePool *pool, size_t at, size_t from)
{
	SegReceiptDetails *into = &part->details[at];
	const SegReceiptDetails *other = &part->details[from];
	SegAmount	quantity = seg_details_quantity(into);
	SegAmount	discount = seg_details_discount(into);
	int32_t		day = part->receipts[at].day;
	int32_t		other_day = part->receipts[from].day;

	if (other_day < day || (other_day == day && other->second < into->second))
		into->second = other->second;
	seg_amount_add(pool, &quantity, seg_details_quantity(other));
	seg_amount_add(pool, &discount, seg_details_discount(other));
	into->quantity = quantity.value;
	into->quantity_scale = quantity.scale;
	into->discount = discount.value;
	into->discount_scale = discount.scale;
}

/* Each line as an item of the receipt at its own place. */
static void
make_items(const SegReceiptPart *part, SegWidePool *pool, SegReceiptItem *items)
{
	for (size_t i = 0; i < part->receipt_count; i++)
	{
		seg_check_step(i);
		items[i].receipt = (uint32_t) i;
		items[i].code = part->details[i].code;
		items[i].amount = seg_amount_value(pool, seg_receipt_amount(&part->receipts[i]));
	}
}

void
seg_part_merge(SegReceiptPart *part, SegWidePool *pool, uint32_t *scratch, size_t scratch_size, SegReceiptItem *items)
{
	size_t		kept = 0;

	if (items != NULL)
		make_items(part, pool, items);
	if (part->numbers == NULL)
		return;
	memset(scratch, 0, scratch_size * sizeof(uint32_t));
	for (size_t i = 0; i < part->receipt_count; i++)
	{
		const SegReceipt *receipt = &part->receipts[i];
		SegKey		number = part->numbers[i];
		size_t		into = kept;
		bool		merged = false;

		seg_check_step(i);
		if (receipt->has_number)
		{
			uint64_t	hash = seg_hash_finish(seg_hash_word(seg_key_hash(number), receipt->customer));
			size_t		at = hash & (scratch_size - 1);

			for (; scratch[at] != 0 && !merged; at = (at + 1) & (scratch_size - 1))
			{
				size_t		found = scratch[at] - 1;

				if (part->receipts[found].customer == receipt->customer && seg_key_equal(part->numbers[found], number))
				{
					if (part->details != NULL)
						merge_details(part, pool, found, i);
					merge_receipt(&part->receipts[found], receipt, pool);
					into = found;
					merged = true;
				}
			}
			if (!merged)
				scratch[at] = (uint32_t) kept + 1;
		}
		if (items != NULL)
			items[i].receipt = (uint32_t) into;
		if (!merged)
		{
			part->receipts[kept] = *receipt;
			if (part->details != NULL)
				part->details[kept] = part->details[i];
			part->numbers[kept++] = number;
		}
	}
	part->receipt_count = kept;
}

void
seg_part_sum(SegReceiptPart *part, SegWidePool *pool, int32_t since)
{
	for (size_t i = 0; i < part->receipt_count; i++)
	{
		const SegReceipt *receipt = &part->receipts[i];

		seg_check_step(i);
		seg_customer_add(&part->customers[receipt->customer], pool, seg_receipt_amount(receipt), receipt->day, since);
	}
	part->receipt_count = 0;
}

/* ---- order ---- */

static bool
is_earlier(const void *a, const void *b, const void *argument)
{
	return ((const SegReceipt *) a)->day < ((const SegReceipt *) b)->day;
}

/* Counts of customers become ends; going backwards from them, the caller makes starts. */
static void
ends_of_counts(uint32_t *counts, uint32_t customers)
{
	for (uint32_t c = 1; c <= customers; c++)
		counts[c] += counts[c - 1];
}

static void
ends_of_receipts(const SegReceiptPart *part, uint32_t *ends)
{
	memset(ends, 0, ((size_t) part->customer_count + 1) * sizeof(uint32_t));
	for (size_t i = 0; i < part->receipt_count; i++)
	{
		seg_check_step(i);
		ends[part->receipts[i].customer]++;
	}
	ends_of_counts(ends, part->customer_count);
}

void
seg_part_order(const SegReceiptPart *part, SegReceipt *ordered, uint32_t *starts)
{
	ends_of_receipts(part, starts);
	for (size_t i = part->receipt_count; i-- > 0;)
	{
		seg_check_step(i);
		ordered[--starts[part->receipts[i].customer]] = part->receipts[i];
	}
	for (uint32_t c = 0; c < part->customer_count; c++)
		seg_sort(ordered + starts[c], starts[c + 1] - starts[c], sizeof(SegReceipt), is_earlier, NULL);
}

static bool
is_earlier_detailed(const void *a, const void *b, const void *argument)
{
	const SegDetailedReceipt *one = a;
	const SegDetailedReceipt *other = b;

	if (one->receipt.day != other->receipt.day)
		return one->receipt.day < other->receipt.day;
	if (one->details.second != other->details.second)
		return one->details.second < other->details.second;
	return one->amount < other->amount;
}

void
seg_part_order_detailed(const SegReceiptPart *part, SegWidePool *pool, SegDetailedReceipt *ordered,
						uint32_t *starts, uint32_t *places)
{
	ends_of_receipts(part, starts);
	for (size_t i = part->receipt_count; i-- > 0;)
	{
		SegDetailedReceipt *to = &ordered[--starts[part->receipts[i].customer]];

		seg_check_step(i);
		to->receipt = part->receipts[i];
		to->details = part->details[i];
		to->amount = seg_amount_value(pool, seg_receipt_amount(&to->receipt));
		to->place = (uint32_t) i;
	}
	for (uint32_t c = 0; c < part->customer_count; c++)
	{
		seg_sort(ordered + starts[c], starts[c + 1] - starts[c], sizeof(SegDetailedReceipt), is_earlier_detailed, NULL);
		for (uint32_t i = starts[c]; i < starts[c + 1]; i++)
			places[ordered[i].place] = i;
	}
}

void
seg_part_order_items(const SegReceiptPart *part, const SegReceiptItem *items, size_t n, const uint32_t *receipt_starts,
					 const uint32_t *places, SegReceiptItem *ordered, uint32_t *starts)
{
	memset(starts, 0, ((size_t) part->customer_count + 1) * sizeof(uint32_t));
	for (size_t i = 0; i < n; i++)
	{
		seg_check_step(i);
		starts[part->receipts[items[i].receipt].customer]++;
	}
	ends_of_counts(starts, part->customer_count);
	for (size_t i = n; i-- > 0;)
	{
		uint32_t	customer = part->receipts[items[i].receipt].customer;
		SegReceiptItem *to = &ordered[--starts[customer]];

		seg_check_step(i);
		*to = items[i];
		to->receipt = places[items[i].receipt] - receipt_starts[customer];
	}
}
