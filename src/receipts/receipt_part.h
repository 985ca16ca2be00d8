/*
 * receipt_part.h
 *		The customers and receipts of one part of the hash space.
 *
 * Lines come in any order.  A line without receipt number is a receipt of its own; lines
 * with the same customer and number are one receipt, dated by its first line.  Lines
 * are spread over parts by the hash of their customer, so a part knows all lines of its
 * customers, and its tables are small enough for the processor's cache.
 *
 * Two things can be made of the receipts.  SEG_RECEIPTS_SUMS keeps a sum for each
 * customer: lines without number are summed as they come, receipts with numbers are
 * kept until all their lines are there.  SEG_RECEIPTS_LIST keeps all receipts, which
 * are then read customer by customer in the order of their days.
 *
 * With details, which are for LIST alone, each line also has a quantity, a discount, a time of day
 * and a code of the caller's.  Details stand in an array beside the receipts, so nobody else
 * pays for them.  Lines then stay apart as items of their receipt.
 *
 * The part owns no memory.  The caller asks how much room the next lines need, gives
 * it, and then adds them.
 */
#ifndef SEG_RECEIPTS_RECEIPT_PART_H
#define SEG_RECEIPTS_RECEIPT_PART_H

#include "receipts/amount.h"
#include "receipts/receipt_key.h"

typedef enum SegReceiptsMode
{
	SEG_RECEIPTS_SUMS,
	SEG_RECEIPTS_LIST,
} SegReceiptsMode;

/* One line, or several of one receipt that came one behind the other. */
typedef struct SegReceiptLine
{
	SegKey		customer;
	SegKey		receipt;		/* where has_receipt */
	uint64_t	hash;			/* of the customer */
	SegAmount	amount;
	int32_t		day;			/* of the first of them; days since 2000-01-01, as PostgreSQL's date */
	bool		has_receipt;
} SegReceiptLine;

#define SEG_NO_DAY INT32_MIN

typedef struct SegCustomer
{
	SegTotal	net;			/* of the receipts since the first day that counts */
	SegKey		key;
	int64_t		count;			/* those of them whose total is not negative */
	int32_t		last_day;		/* of any receipt whose total is not negative; SEG_NO_DAY: none */
	uint32_t	unused[3];		/* fills a line of the cache */
} SegCustomer;

/* Customers of a part; the number stands in 25 bits of a receipt. */
#define SEG_PART_MAX_CUSTOMERS ((uint32_t) 1 << 25)

typedef struct SegReceipt
{
	uint32_t	customer:25;	/* its place in the part */
	uint32_t	has_number:1;
	uint32_t	scale:6;		/* of the amount, or SEG_AMOUNT_WIDE */
	int32_t		day;
	int64_t		value;
} SegReceipt;

/* What a line has beside its amount, or the lines of a receipt have together. */
typedef struct SegReceiptDetails
{
	int64_t		quantity;		/* an amount as of money, in pieces */
	int64_t		discount;
	uint32_t	code;			/* of a line; 0: none */
	uint32_t	second:17;		/* of the day; of a receipt: that of its first line */
	uint32_t	quantity_scale:6;
	uint32_t	discount_scale:6;
} SegReceiptDetails;

/* A receipt with details, as it is read. */
typedef struct SegDetailedReceipt
{
	SegReceipt	receipt;
	SegReceiptDetails details;
	double		amount;			/* the nearest double */
	uint32_t	place;			/* in the part */
} SegDetailedReceipt;

/* A line with details, as it is read. */
typedef struct SegReceiptItem
{
	uint32_t	receipt;		/* which one of the customer's */
	uint32_t	code;
	double		amount;			/* the nearest double */
} SegReceiptItem;

typedef struct SegReceiptPart
{
	SegCustomer *customers;		/* best at the begin of a line of the cache */
	uint32_t	customer_count;
	uint32_t	customer_room;
	uint64_t   *slots;			/* half of a hash, and the place of its customer + 1; 0: free */
	uint32_t	slot_count;		/* a power of two, above 4/3 customer_room; or 0 */
	SegReceipt *receipts;
	SegKey	   *numbers;		/* of the receipts; NULL where lines have none */
	SegReceiptDetails *details; /* of the receipts; NULL where they have none */
	size_t		receipt_count;
	size_t		receipt_room;
} SegReceiptPart;

static inline SegAmount
seg_receipt_amount(const SegReceipt *receipt)
{
	SegAmount	amount = {receipt->value, receipt->scale};

	return amount;
}

static inline SegAmount
seg_details_quantity(const SegReceiptDetails *details)
{
	SegAmount	amount = {details->quantity, details->quantity_scale};

	return amount;
}

static inline SegAmount
seg_details_discount(const SegReceiptDetails *details)
{
	SegAmount	amount = {details->discount, details->discount_scale};

	return amount;
}

/* Slots for that many customers. */
extern uint32_t seg_part_slots(uint32_t customers);

/*
 * Move the slots into OUT slots[slot_count], all zero: for more customers than before.
 * The customers themselves have been moved by the caller.
 */
extern void seg_part_rehash(SegReceiptPart *part, uint64_t *slots, uint32_t slot_count);

/* Have the processor fetch what seg_part_customer will read: first the slot, later the customer that it names. */
static inline void
seg_part_prefetch_slot(const SegReceiptPart *part, uint64_t hash)
{
	__builtin_prefetch(&part->slots[(uint32_t) hash & (part->slot_count - 1)]);
}

static inline void
seg_part_prefetch_customer(const SegReceiptPart *part, uint64_t hash)
{
	uint32_t	mask = part->slot_count - 1;

	for (uint32_t at = (uint32_t) hash & mask; part->slots[at] != 0; at = (at + 1) & mask)
		if ((part->slots[at] ^ hash) >> 32 == 0)
		{
			__builtin_prefetch(&part->customers[(uint32_t) part->slots[at] - 1], 1);
			return;
		}
}

/* The place of a customer, who is entered when new (*is_new); there must be room for one. */
extern uint32_t seg_part_customer(SegReceiptPart *part, SegKey key, uint64_t hash, bool *is_new);

/*
 * Add a receipt to the sums of a customer.  Receipts before `since` count for last_day
 * alone.  A wide amount is used up.
 */
extern void seg_customer_add(SegCustomer *customer, SegWidePool *pool, SegAmount amount, int32_t day, int32_t since);

/* Add to a customer what another part of the lines has summed; a wide total is used up. */
extern void seg_customer_merge(SegCustomer *customer, SegWidePool *pool, const SegCustomer *other);

/* Keep a receipt; there must be room for one.  IN details: NULL where the part has none. */
extern void seg_part_keep(SegReceiptPart *part, uint32_t customer, const SegReceiptLine *line,
						  const SegReceiptDetails *details);

/* Slots of the scratch that seg_part_merge needs for so many receipts. */
extern size_t seg_part_merge_slots(size_t receipts);

/*
 * Make one receipt of those that have customer and number in common.
 * INOUT scratch[scratch_size], a power of two from seg_part_merge_slots.  O(receipts).
 * OUT items[receipt_count as before]: the lines and the places of their receipts; with details only, else NULL.
 */
extern void seg_part_merge(SegReceiptPart *part, SegWidePool *pool, uint32_t *scratch, size_t scratch_size,
						   SegReceiptItem *items);

/* Add all receipts that were kept to the sums of their customers; none is kept afterwards. */
extern void seg_part_sum(SegReceiptPart *part, SegWidePool *pool, int32_t since);

/*
 * Order the receipts by customer and day.  OUT ordered[receipt_count]; OUT starts[customer_count + 1]:
 * those of customer c stand at starts[c] .. starts[c + 1] - 1.  O(receipts), plus a sort of
 * each customer's own.
 */
extern void seg_part_order(const SegReceiptPart *part, SegReceipt *ordered, uint32_t *starts);

/*
 * The same with details: by customer, day, second and amount.
 * SCRATCH places[receipt_count].
 */
extern void seg_part_order_detailed(const SegReceiptPart *part, SegWidePool *pool, SegDetailedReceipt *ordered,
									uint32_t *starts, uint32_t *places);

/*
 * Order the items by customer, after seg_part_order_detailed.  IN items[n] of seg_part_merge; OUT ordered[n],
 * whose receipts are numbers among those of the customer; OUT starts[customer_count + 1]; IN the starts of
 * the receipts, and places, as the function before left them.
 */
extern void seg_part_order_items(const SegReceiptPart *part, const SegReceiptItem *items, size_t n,
								 const uint32_t *receipt_starts, const uint32_t *places,
								 SegReceiptItem *ordered, uint32_t *starts);

#endif							/* SEG_RECEIPTS_RECEIPT_PART_H */
