/*
 * engine_parts_pg.c
 *		The parts of the engine: memory, batches of lines, files; see engine_parts_pg.h.
 *
 * When a table would grow beyond segment.fit_memory, the part that holds most goes to
 * a file: its sums, its receipts, and from then on its lines as they come.
 */
#include "receipts/engine_parts_pg.h"

#include "utils/memutils.h"

#include "receipts/wide_pool_pg.h"
#include "server/error.h"
#include "server/settings.h"

#define FIRST_CUSTOMERS 64
#define FIRST_RECEIPTS 256
#define TEXT_CHUNK ((size_t) 8192)
#define MOST_USED_BITS 40

/* So much of the memory of parts stays free, because the C library has gaps between them. */
#define GAP_SHARE 12

/* A numeric of this size is reserved for each wide amount before it is made. */
#define WIDE_BYTES ((size_t) 256)

/* ---- memory ---- */

/* Empty a part; its buffer and its files stay. */
void
seg_engine_forget(SegReceiptsEngine *engine, SegEnginePart *part)
{
	if (part->context != NULL)
		MemoryContextDelete(part->context);
	seg_budget_release(engine->budget, part->reserved);
	engine->reserved -= part->reserved;
	part->context = NULL;
	part->reserved = 0;
	part->text_left = 0;
	part->customers = NULL;
	memset(&part->tables, 0, sizeof(part->tables));
}

void
seg_engine_discard(SegReceiptsEngine *engine, SegEnginePart *part)
{
	size_t		bytes = part->reserved;

	seg_engine_forget(engine, part);
	seg_budget_freed(bytes);
}

/* Write the customers of a part to a file, and give their wide totals back. */
void
seg_engine_move_customers(SegReceiptsEngine *engine, SegEnginePart *part, SegSpill *file)
{
	for (uint32 c = 0; c < part->tables.customer_count; c++)
	{
		const SegCustomer *customer = &part->tables.customers[c];

		seg_spill_customer(file, engine->pool, customer);
		if (customer->net.wide != 0)
			engine->pool->drop(engine->pool, customer->net.wide);
	}
}

static void
drop_wide(SegReceiptsEngine *engine, SegAmount amount)
{
	if (amount.scale == SEG_AMOUNT_WIDE)
		engine->pool->drop(engine->pool, amount.value);
}

/* Write a line to the file of its part, and give wide amounts back. */
static void
write_line(SegReceiptsEngine *engine, SegEnginePart *part, const SegReceiptLine *line, const SegReceiptDetails *details)
{
	seg_spill_line(part->spilled, engine->pool, line, details);
	drop_wide(engine, line->amount);
	if (details == NULL)
		return;
	drop_wide(engine, seg_details_quantity(details));
	drop_wide(engine, seg_details_discount(details));
}

/* A part of one customer, of whom `bytes` more do not fit. */
static _Noreturn void
refuse_customer(const SegEnginePart *part, size_t bytes)
{
	/* what took the memory is something else: the result, or another fit of the session */
	if (part->reserved + bytes < (size_t) seg_fit_memory_kb * 1024 / 4)
		seg_budget_check(bytes);
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("receipts of one customer do not fit into segment.fit_memory, which is %d kB", seg_fit_memory_kb),
			 errdetail("They take more than %zu kB, and as much again while they are put in order.", part->reserved / 1024),
			 errhint("Raise segment.fit_memory.")));
}

/* Write what a part holds to its file, because there is no room for so many bytes. */
static void
spill(SegReceiptsEngine *engine, SegEnginePart *part, size_t bytes)
{
	SegReceiptPart *tables = &part->tables;

	/* one customer cannot be split, and the last bits of the hash find slots */
	if (engine->used_bits > 0 && (tables->customer_count == 1 || engine->used_bits > MOST_USED_BITS) &&
		part->reserved > engine->reserved / 2)
		refuse_customer(part, bytes);
	part->spilled = seg_spill_create(engine->context, engine->budget);
	engine->use.spilled_parts++;
	if (engine->mode == SEG_RECEIPTS_SUMS)
		seg_engine_move_customers(engine, part, part->spilled);
	for (size_t i = 0; i < tables->receipt_count; i++)
	{
		const SegReceipt *receipt = &tables->receipts[i];
		SegReceiptLine line = {
			.customer = tables->customers[receipt->customer].key,
			.amount = seg_receipt_amount(receipt), .day = receipt->day, .has_receipt = receipt->has_number,
		};

		if (receipt->has_number)
			line.receipt = tables->numbers[i];
		write_line(engine, part, &line, tables->details == NULL ? NULL : &tables->details[i]);
	}
	seg_engine_discard(engine, part);
}

/* The part in memory that holds most; NULL when none holds anything. */
static SegEnginePart *
largest_part(SegReceiptsEngine *engine)
{
	SegEnginePart *largest = NULL;

	for (int p = 0; p < engine->part_count; p++)
	{
		SegEnginePart *part = &engine->parts[p];

		if (part->reserved > (largest == NULL ? 0 : largest->reserved))
			largest = part;
	}
	return largest;
}

/* Hold nothing any more, and take nothing. */
static void
give_up(SegReceiptsEngine *engine)
{
	for (int p = 0; p < engine->part_count; p++)
	{
		seg_engine_forget(engine, &engine->parts[p]);
		engine->parts[p].buffered = 0;
		engine->parts[p].buffer_text_used = 0;
	}
	seg_wide_pool_clear(engine->pool);
	engine->too_large = true;
}

/* Are so many bytes more than a limited engine may hold? */
static bool
is_beyond_limit(const SegReceiptsEngine *engine, size_t bytes)
{
	return engine->limit > 0 && (bytes > seg_budget_left() || seg_budget_reserved(engine->budget) + bytes > engine->limit);
}

/* Make so many bytes free, by spilling; false when `part` itself was spilled, or the engine is too large. */
bool
seg_engine_free(SegReceiptsEngine *engine, SegEnginePart *part, size_t bytes)
{
	if (is_beyond_limit(engine, bytes))
	{
		give_up(engine);
		return false;
	}
	while (bytes + engine->reserved / GAP_SHARE > seg_budget_left())
	{
		SegEnginePart *largest = largest_part(engine);

		if (largest == NULL)
			seg_budget_check(bytes);	/* raises */
		spill(engine, largest, bytes);
	}
	return part->spilled == NULL;
}

/*
 * The amounts are in tables or in buffers, so what lies in buffers goes to files, too.
 */
void
seg_engine_relieve(SegReceiptsEngine *engine)
{
	if (is_beyond_limit(engine, 0))
		give_up(engine);
	while (seg_budget_left() == 0)
	{
		SegEnginePart *largest = largest_part(engine);
		bool		buffered = false;

		if (largest != NULL)
		{
			spill(engine, largest, 1);
			seg_engine_flush(engine, largest);
			continue;
		}
		for (int p = 0; p < engine->part_count; p++)
			if (engine->parts[p].buffered > 0)
			{
				if (engine->parts[p].spilled == NULL)
					spill(engine, &engine->parts[p], 1);
				seg_engine_flush(engine, &engine->parts[p]);
				buffered = true;
			}
		if (!buffered)
			seg_budget_check(1);	/* raises */
	}
}

/* Reserve bytes for the part, for which there is room. */
static void
reserve(SegReceiptsEngine *engine, SegEnginePart *part, size_t bytes)
{
	seg_budget_reserve(engine->budget, bytes);
	part->reserved += bytes;
	engine->reserved += bytes;
	engine->use.memory = Max(engine->use.memory, engine->reserved);
	if (part->context == NULL)
		part->context = AllocSetContextCreate(engine->context, "segment receipts part", ALLOCSET_SMALL_SIZES);
}

/* An array of the part for more items than before. */
static void *
grown(SegEnginePart *part, void *array, size_t size)
{
	if (array == NULL)
		return MemoryContextAllocHuge(part->context, size);
	return repalloc_huge(array, size);
}

/* Have room for more customers. */
static void
move_customers(SegEnginePart *part, size_t room)
{
	SegReceiptPart *tables = &part->tables;
	void	   *old = part->customers;
	SegCustomer *customers;

	part->customers = MemoryContextAllocHuge(part->context, room * sizeof(SegCustomer) + SEG_CACHE_LINE);
	customers = (SegCustomer *) TYPEALIGN(SEG_CACHE_LINE, part->customers);
	if (old != NULL)
	{
		memcpy(customers, tables->customers, tables->customer_count * sizeof(SegCustomer));
		pfree(old);
	}
	tables->customers = customers;
}

static bool
grow_customers(SegReceiptsEngine *engine, SegEnginePart *part)
{
	SegReceiptPart *tables = &part->tables;
	uint64		room = Max(FIRST_CUSTOMERS, 2 * (uint64) tables->customer_room);
	uint32		slots = seg_part_slots(room);
	uint64	   *old = tables->slots;
	uint64	   *new;

	if (room > SEG_PART_MAX_CUSTOMERS)
		seg_raise((SegFault) {SEG_TOO_LARGE, .got = room, .wanted = SEG_PART_MAX_CUSTOMERS});
	/* old and new are there together for a moment */
	if (!seg_engine_free(engine, part, room * sizeof(SegCustomer) + slots * sizeof(uint64)))
		return false;
	reserve(engine, part, (room - tables->customer_room) * sizeof(SegCustomer) +
			(slots - tables->slot_count) * sizeof(uint64));
	move_customers(part, room);
	new = MemoryContextAllocExtended(part->context, slots * sizeof(uint64), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	seg_part_rehash(tables, new, slots);
	if (old != NULL)
		pfree(old);
	tables->customer_room = room;
	return true;
}

size_t
seg_engine_receipt_size(const SegReceiptsEngine *engine, bool with_numbers)
{
	return sizeof(SegReceipt) + (with_numbers ? sizeof(SegKey) : 0) +
		(engine->with_details ? sizeof(SegReceiptDetails) : 0);
}

static bool
grow_receipts(SegReceiptsEngine *engine, SegEnginePart *part, bool with_numbers)
{
	SegReceiptPart *tables = &part->tables;
	bool		had_numbers = tables->numbers != NULL;
	size_t		room = tables->receipt_room;
	size_t		before = room * seg_engine_receipt_size(engine, had_numbers);
	size_t		after;

	if (tables->receipt_count + SEG_ENGINE_BUFFER > room)
		room = Max(FIRST_RECEIPTS, room + room / 2);
	if (room > PG_UINT32_MAX / 2)
		seg_raise((SegFault) {SEG_TOO_LARGE, .got = room, .wanted = PG_UINT32_MAX / 2});
	after = room * seg_engine_receipt_size(engine, with_numbers || had_numbers);
	if (!seg_engine_free(engine, part, after))
		return false;
	reserve(engine, part, after - before);
	tables->receipts = grown(part, tables->receipts, room * sizeof(SegReceipt));
	if (with_numbers || had_numbers)
		tables->numbers = grown(part, tables->numbers, room * sizeof(SegKey));
	if (engine->with_details)
		tables->details = grown(part, tables->details, room * sizeof(SegReceiptDetails));
	tables->receipt_room = room;
	return true;
}

/* The key with its text in memory of the part. */
SegKey
seg_engine_keep_key(SegReceiptsEngine *engine, SegEnginePart *part, SegKey key)
{
	size_t		size = seg_key_size(key);
	char	   *kept;

	if (!seg_key_is_long(key))
		return key;
	if (size > part->text_left)
	{
		size_t		chunk = Max(TEXT_CHUNK, size);

		/* in the middle of a batch nothing can be spilled: seg_engine_part_room has seen to it */
		reserve(engine, part, chunk);
		part->text = MemoryContextAllocHuge(part->context, chunk);
		part->text_left = chunk;
	}
	kept = part->text;
	memcpy(kept, seg_key_text(&key), size);
	part->text += size;
	part->text_left -= size;
	return seg_key_of_text(kept, size);
}

/* ---- a batch of lines ---- */

static bool
is_kept(const SegReceiptsEngine *engine, const SegReceiptLine *line)
{
	return engine->mode == SEG_RECEIPTS_LIST || line->has_receipt;
}

/* Room in the part's tables for a batch; false when the part was spilled for it. */
bool
seg_engine_part_room(SegReceiptsEngine *engine, SegEnginePart *part, const SegReceiptLine *lines,
					 const SegReceiptDetails *details, uint32 n)
{
	SegReceiptPart *tables = &part->tables;
	bool		kept = false;
	bool		numbers = false;
	size_t		text_size = 0;
	size_t		extra = 0;

	for (uint32 i = 0; i < n; i++)
	{
		kept |= is_kept(engine, &lines[i]);
		numbers |= lines[i].has_receipt;
		if (seg_key_is_long(lines[i].customer))
			text_size += seg_key_size(lines[i].customer);
		if (lines[i].has_receipt && seg_key_is_long(lines[i].receipt))
			text_size += seg_key_size(lines[i].receipt);
		if (lines[i].amount.scale == SEG_AMOUNT_WIDE)
			extra += 2 * WIDE_BYTES;
		if (details != NULL && details[i].quantity_scale == SEG_AMOUNT_WIDE)
			extra += 2 * WIDE_BYTES;
		if (details != NULL && details[i].discount_scale == SEG_AMOUNT_WIDE)
			extra += 2 * WIDE_BYTES;
	}
	/* two neighbouring chunks of text have more in them than one holds, and a longer text has its own */
	if (text_size > part->text_left)
		extra += 3 * text_size + TEXT_CHUNK;
	while (tables->customer_count + n > tables->customer_room)
		if (!grow_customers(engine, part))
			return false;
	while (kept && (tables->receipt_count + n > tables->receipt_room || (numbers && tables->numbers == NULL)))
		if (!grow_receipts(engine, part, numbers))
			return false;
	return seg_engine_free(engine, part, extra);
}

void
seg_engine_take(SegReceiptsEngine *engine, SegEnginePart *part, SegReceiptLine *lines,
				const SegReceiptDetails *details, uint32 n)
{
	SegReceiptPart *tables = &part->tables;
	uint32		places[SEG_ENGINE_BUFFER];

	if (part->spilled == NULL && !seg_engine_part_room(engine, part, lines, details, n))
		Assert(part->spilled != NULL || engine->too_large);
	if (engine->too_large)
		return;
	if (part->spilled != NULL)
	{
		for (uint32 i = 0; i < n; i++)
			write_line(engine, part, &lines[i], details == NULL ? NULL : &details[i]);
		return;
	}
	for (uint32 i = 0; i < n; i++)
		seg_part_prefetch_slot(tables, lines[i].hash);
	for (uint32 i = 0; i < n; i++)
		seg_part_prefetch_customer(tables, lines[i].hash);
	for (uint32 i = 0; i < n; i++)
	{
		bool		is_new;

		places[i] = seg_part_customer(tables, lines[i].customer, lines[i].hash, &is_new);
		if (is_new)
			tables->customers[places[i]].key = seg_engine_keep_key(engine, part, lines[i].customer);
	}
	for (uint32 i = 0; i < n; i++)
	{
		SegReceiptLine *line = &lines[i];

		if (!is_kept(engine, line))
			seg_customer_add(&tables->customers[places[i]], engine->pool, line->amount, line->day, engine->since);
		else
		{
			if (line->has_receipt)
				line->receipt = seg_engine_keep_key(engine, part, line->receipt);
			seg_part_keep(tables, places[i], line, details == NULL ? NULL : &details[i]);
		}
	}
}

/* Room in the part's tables for sums; false when the part was spilled for it. */
static bool
sums_room(SegReceiptsEngine *engine, SegEnginePart *part, const SegCustomer *sums, uint32 n)
{
	size_t		extra = 0;

	for (uint32 i = 0; i < n; i++)
	{
		if (seg_key_is_long(sums[i].key))
			extra += TEXT_CHUNK + seg_key_size(sums[i].key);
		if (sums[i].net.wide != 0)
			extra += 2 * WIDE_BYTES;
	}
	while (part->tables.customer_count + n > part->tables.customer_room)
		if (!grow_customers(engine, part))
			return false;
	return seg_engine_free(engine, part, extra);
}

void
seg_engine_take_sums(SegReceiptsEngine *engine, SegEnginePart *part, const SegCustomer *sums, uint32 n)
{
	SegReceiptPart *tables = &part->tables;
	uint64		hashes[SEG_ENGINE_BUFFER];

	if (part->spilled != NULL || !sums_room(engine, part, sums, n))
	{
		for (uint32 i = 0; i < n; i++)
		{
			seg_spill_customer(part->spilled, engine->pool, &sums[i]);
			if (sums[i].net.wide != 0)
				engine->pool->drop(engine->pool, sums[i].net.wide);
		}
		return;
	}
	for (uint32 i = 0; i < n; i++)
	{
		hashes[i] = seg_key_hash(sums[i].key);
		seg_part_prefetch_slot(tables, hashes[i]);
	}
	for (uint32 i = 0; i < n; i++)
		seg_part_prefetch_customer(tables, hashes[i]);
	for (uint32 i = 0; i < n; i++)
	{
		bool		is_new;
		uint32		place = seg_part_customer(tables, sums[i].key, hashes[i], &is_new);

		if (is_new)
			tables->customers[place].key = seg_engine_keep_key(engine, part, sums[i].key);
		seg_customer_merge(&tables->customers[place], engine->pool, &sums[i]);
	}
}

void
seg_engine_flush(SegReceiptsEngine *engine, SegEnginePart *part)
{
	uint32		n = part->buffered;

	part->buffered = 0;
	part->buffer_text_used = 0;
	if (n > 0)
		seg_engine_take(engine, part, part->buffer, part->buffer_details, n);
}

SegEnginePart *
seg_engine_part_of(SegReceiptsEngine *engine, uint64 hash)
{
	return &engine->parts[(hash >> (64 - engine->used_bits - engine->bits)) & (engine->part_count - 1)];
}
