/*
 * engine_bytes_pg.c
 *		What an engine holds as bytes; see engine_bytes_pg.h.
 *
 * The bytes have a block for each part: its customers, their texts and wide totals, its
 * receipts, and their texts and wide amounts.
 */
#include "receipts/engine_bytes_pg.h"

#include "receipts/engine_parts_pg.h"
#include "receipts/wide_pool_pg.h"

typedef struct Head
{
	uint64		lines;
	int32		mode;
	int32		bits;
} Head;

typedef struct Block
{
	int32		part;			/* END_OF_PARTS behind the last one */
	uint32		customers;
	uint64		receipts;
	bool		has_numbers;
	bool		has_details;
} Block;

#define END_OF_PARTS (-1)

/* ---- writing ---- */

static void
put_wide(SegReceiptsEngine *engine, SegBytesOut *out, int64 number)
{
	Numeric		value = seg_wide_pool_value(engine->pool, number);

	seg_bytes_put_text(out, (const char *) value, VARSIZE(value));
}

static void
put_amount(SegReceiptsEngine *engine, SegBytesOut *out, SegAmount amount)
{
	if (amount.scale == SEG_AMOUNT_WIDE)
		put_wide(engine, out, amount.value);
}

static void
write_customers(SegReceiptsEngine *engine, const SegReceiptPart *tables, SegBytesOut *out)
{
	seg_bytes_put(out, tables->customers, tables->customer_count * sizeof(SegCustomer));
	for (uint32 c = 0; c < tables->customer_count; c++)
	{
		const SegCustomer *customer = &tables->customers[c];

		seg_check_step(c);
		seg_bytes_put_key(out, customer->key);
		if (customer->net.wide != 0)
			put_wide(engine, out, customer->net.wide);
	}
}

static void
write_receipts(SegReceiptsEngine *engine, const SegReceiptPart *tables, SegBytesOut *out)
{
	size_t		n = tables->receipt_count;

	seg_bytes_put(out, tables->receipts, n * sizeof(SegReceipt));
	if (tables->numbers != NULL)
		seg_bytes_put(out, tables->numbers, n * sizeof(SegKey));
	if (tables->details != NULL)
		seg_bytes_put(out, tables->details, n * sizeof(SegReceiptDetails));
	for (size_t i = 0; i < n; i++)
	{
		seg_check_step(i);
		if (tables->receipts[i].has_number)
			seg_bytes_put_key(out, tables->numbers[i]);
		put_amount(engine, out, seg_receipt_amount(&tables->receipts[i]));
		if (tables->details == NULL)
			continue;
		put_amount(engine, out, seg_details_quantity(&tables->details[i]));
		put_amount(engine, out, seg_details_discount(&tables->details[i]));
	}
}

void
seg_engine_settle(SegReceiptsEngine *engine)
{
	for (int p = 0; p < engine->part_count; p++)
		seg_engine_flush(engine, &engine->parts[p]);
}

void
seg_engine_write(SegReceiptsEngine *engine, SegBytesOut *out)
{
	const Head	head = {engine->use.lines, engine->mode, engine->bits};
	Block		block = {.part = END_OF_PARTS};

	seg_bytes_put(out, &head, sizeof(head));
	for (int p = 0; p < engine->part_count; p++)
	{
		const SegReceiptPart *tables = &engine->parts[p].tables;

		Assert(engine->parts[p].buffered == 0 && engine->parts[p].spilled == NULL);
		if (tables->customer_count == 0)
			continue;
		block = (Block) {p, tables->customer_count, tables->receipt_count, tables->numbers != NULL, tables->details != NULL};
		seg_bytes_put(out, &block, sizeof(block));
		write_customers(engine, tables, out);
		write_receipts(engine, tables, out);
		if (out->at != NULL)
			seg_engine_forget(engine, &engine->parts[p]);
	}
	block = (Block) {.part = END_OF_PARTS};
	seg_bytes_put(out, &block, sizeof(block));
}

/* ---- reading ---- */

static int64
get_wide(SegReceiptsEngine *engine, SegBytesIn *in)
{
	size_t		size;
	const char *text = seg_bytes_get_text(in, &size);
	Numeric		value = palloc(size);
	int64		number;

	/* the bytes stand anywhere */
	memcpy(value, text, size);
	number = seg_wide_pool_enter(engine->pool, value);
	pfree(value);
	return number;
}

static SegAmount
get_amount(SegReceiptsEngine *engine, SegBytesIn *in, SegAmount amount)
{
	if (amount.scale == SEG_AMOUNT_WIDE)
		amount.value = get_wide(engine, in);
	return amount;
}

/* Add the customers of a block; returns their keys, in the current context. */
static SegKey *
merge_customers(SegReceiptsEngine *engine, SegEnginePart *part, SegBytesIn *in, uint32 n)
{
	const char *customers = seg_bytes_next(in, n * sizeof(SegCustomer));
	SegKey	   *keys = MemoryContextAllocHuge(CurrentMemoryContext, n * sizeof(SegKey));
	SegCustomer sums[SEG_ENGINE_BUFFER];
	uint32		count = 0;

	for (uint32 c = 0; c < n; c++)
	{
		SegCustomer *customer = &sums[count++];

		seg_check_step(c);
		memcpy(customer, customers + c * sizeof(SegCustomer), sizeof(SegCustomer));
		customer->key = keys[c] = seg_bytes_get_key(in, customer->key);
		if (customer->net.wide != 0)
			customer->net.wide = (uint32) get_wide(engine, in);
		if (count == SEG_ENGINE_BUFFER || c + 1 == n)
		{
			if (engine->mode == SEG_RECEIPTS_SUMS)
				seg_engine_take_sums(engine, part, sums, count);
			count = 0;
		}
	}
	return keys;
}

/* Where the receipts of a block stand. */
typedef struct Receipts
{
	const char *receipts;
	const char *numbers;
	const char *details;
} Receipts;

static void
get_receipt(SegReceiptsEngine *engine, SegBytesIn *in, const Receipts *from, size_t i, const SegKey *keys, SegReceiptLine *line)
{
	SegReceipt	receipt;

	memcpy(&receipt, from->receipts + i * sizeof(SegReceipt), sizeof(receipt));
	*line = (SegReceiptLine) {.customer = keys[receipt.customer], .day = receipt.day, .has_receipt = receipt.has_number};
	line->hash = seg_key_hash(line->customer);
	if (line->has_receipt)
	{
		memcpy(&line->receipt, from->numbers + i * sizeof(SegKey), sizeof(SegKey));
		line->receipt = seg_bytes_get_key(in, line->receipt);
	}
	line->amount = get_amount(engine, in, seg_receipt_amount(&receipt));
}

static void
get_details(SegReceiptsEngine *engine, SegBytesIn *in, const Receipts *from, size_t i, const uint32 *codes, SegReceiptDetails *details)
{
	memcpy(details, from->details + i * sizeof(SegReceiptDetails), sizeof(SegReceiptDetails));
	details->quantity = get_amount(engine, in, seg_details_quantity(details)).value;
	details->discount = get_amount(engine, in, seg_details_discount(details)).value;
	if (codes != NULL)
		details->code = codes[details->code];
}

static void
merge_receipts(SegReceiptsEngine *engine, SegEnginePart *part, SegBytesIn *in, const Block *block, const SegKey *keys,
			   const uint32 *codes)
{
	size_t		n = block->receipts;
	Receipts	from = {.receipts = seg_bytes_next(in, n * sizeof(SegReceipt))};
	SegReceiptLine lines[SEG_ENGINE_BUFFER];
	SegReceiptDetails details[SEG_ENGINE_BUFFER];
	uint32		count = 0;

	if (block->has_numbers)
		from.numbers = seg_bytes_next(in, n * sizeof(SegKey));
	if (block->has_details)
		from.details = seg_bytes_next(in, n * sizeof(SegReceiptDetails));
	for (size_t i = 0; i < n; i++)
	{
		seg_check_step(i);
		get_receipt(engine, in, &from, i, keys, &lines[count]);
		if (block->has_details)
			get_details(engine, in, &from, i, codes, &details[count]);
		if (++count == SEG_ENGINE_BUFFER || i + 1 == n)
		{
			seg_engine_take(engine, part, lines, block->has_details ? details : NULL, count);
			count = 0;
		}
	}
}

void
seg_engine_merge(SegReceiptsEngine *engine, SegBytesIn *in, const uint32 *codes)
{
	Head		head;
	Block		block;

	seg_bytes_get(in, &head, sizeof(head));
	if (head.mode != engine->mode || head.bits != engine->bits)
		elog(ERROR, "state of receipts is of another engine");
	engine->use.lines += head.lines;
	engine->use.workers++;
	for (;;)
	{
		SegEnginePart *part;
		SegKey	   *keys;

		seg_bytes_get(in, &block, sizeof(block));
		if (block.part == END_OF_PARTS)
			return;
		if (block.part < 0 || block.part >= engine->part_count || block.has_details != engine->with_details)
			elog(ERROR, "state of receipts is of another engine");
		part = &engine->parts[block.part];
		keys = merge_customers(engine, part, in, block.customers);
		merge_receipts(engine, part, in, &block, keys, codes);
		pfree(keys);
		seg_engine_relieve(engine);
	}
}
