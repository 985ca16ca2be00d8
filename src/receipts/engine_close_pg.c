/*
 * engine_close_pg.c
 *		The end of the lines: receipts and customers out of the parts.
 *
 * A part that was written to a file is read into an engine of its own, which splits
 * it by the next bits of the hash.
 */
#include "receipts/engine_pg.h"

#include "utils/memutils.h"

#include "receipts/engine_parts_pg.h"

/* ---- closing ---- */

/* Make receipts of the lines of a part in memory; false when it had to be spilled. */
static bool
close_part(SegReceiptsEngine *engine, SegEnginePart *part)
{
	SegReceiptPart *tables = &part->tables;
	size_t		slots = seg_part_merge_slots(tables->receipt_count);
	uint32	   *scratch;

	if (tables->receipt_count == 0)
		return true;
	if (tables->numbers != NULL)
	{
		if (!seg_engine_free(engine, part, slots * sizeof(uint32)))
			return false;
		scratch = MemoryContextAllocHuge(engine->context, slots * sizeof(uint32));
		seg_part_merge(tables, engine->pool, scratch, slots, NULL);
		pfree(scratch);
	}
	if (engine->mode == SEG_RECEIPTS_SUMS)
		seg_part_sum(tables, engine->pool, engine->since);
	return true;
}

/* Receipts that were summed are needed no more. */
static void
forget_receipts(SegReceiptsEngine *engine, SegEnginePart *part)
{
	SegReceiptPart *tables = &part->tables;
	size_t		size = tables->receipt_room * seg_engine_receipt_size(engine, tables->numbers != NULL);

	if (tables->receipts == NULL)
		return;
	pfree(tables->receipts);
	if (tables->numbers != NULL)
		pfree(tables->numbers);
	tables->receipts = NULL;
	tables->numbers = NULL;
	tables->receipt_room = 0;
	seg_budget_release(engine->budget, size);
	part->reserved -= size;
	engine->reserved -= size;
}

void
seg_engine_add_sums(SegReceiptsEngine *engine, const SegCustomer *sums)
{
	engine->use.sums++;
	seg_engine_take_sums(engine, seg_engine_part_of(engine, seg_key_hash(sums->key)), sums, 1);
	seg_engine_relieve(engine);
}

void
seg_engine_add_many_sums(SegReceiptsEngine *engine, const SegCustomer *sums, uint32 n)
{
	SegEnginePart *parts[SEG_ENGINE_SUMS];
	uint64		hashes[SEG_ENGINE_SUMS];

	Assert(n <= SEG_ENGINE_SUMS);
	for (uint32 i = 0; i < n; i++)
	{
		hashes[i] = seg_key_hash(sums[i].key);
		parts[i] = seg_engine_part_of(engine, hashes[i]);
		if (parts[i]->spilled == NULL && parts[i]->tables.slot_count > 0)
			seg_part_prefetch_slot(&parts[i]->tables, hashes[i]);
	}
	for (uint32 i = 0; i < n; i++)
		if (parts[i]->spilled == NULL && parts[i]->tables.slot_count > 0)
			seg_part_prefetch_customer(&parts[i]->tables, hashes[i]);
	for (uint32 i = 0; i < n; i++)
	{
		SegReceiptPart *tables = &parts[i]->tables;
		bool		ignored;

		/* nothing to make room for */
		if (parts[i]->spilled == NULL && tables->customer_count < tables->customer_room && !seg_key_is_long(sums[i].key) && sums[i].net.wide == 0)
		{
			engine->use.sums++;
			seg_customer_merge(&tables->customers[seg_part_customer(tables, sums[i].key, hashes[i], &ignored)], engine->pool, &sums[i]);
		}
		else
			seg_engine_add_sums(engine, &sums[i]);
	}
}

/* An engine for the lines of one spilled part, closed. */
static SegReceiptsEngine *
reread(SegReceiptsEngine *engine, SegEnginePart *part)
{
	SegReceiptsEngine *child = seg_engine_create_deep(engine->mode, engine->since, engine->used_bits + engine->bits);
	SegSpillRecord record;

	child->integer_ids = engine->integer_ids;
	if (engine->with_details)
		seg_engine_keep_details(child);
	engine->use.spilled_bytes += seg_spill_rewind(part->spilled);
	while (seg_spill_read(part->spilled, child->pool, &record))
	{
		if (record.is_customer)
			seg_engine_add_sums(child, &record.customer);
		else if (record.has_details)
			seg_engine_add_detailed(child, &record.line, &record.details);
		else
			seg_engine_add(child, &record.line);
	}
	seg_spill_end(part->spilled);
	part->spilled = NULL;
	seg_engine_close(child);
	return child;
}

/* End an engine that was made of a spilled part of another one. */
static void
end_child(SegReceiptsEngine *engine, SegReceiptsEngine *child)
{
	engine->use.spilled_parts += child->use.spilled_parts;
	engine->use.spilled_bytes += child->use.spilled_bytes;
	engine->use.memory = Max(engine->use.memory, engine->reserved + child->use.memory);
	seg_engine_end(child);
}

static void
close_visitor(SegReceiptsEngine *engine, const SegCustomer *customer, void *argument)
{
	seg_spill_customer(argument, engine->pool, customer);
}

/* Move the closed customers in memory to files. */
static void
move_to_disk(SegReceiptsEngine *engine)
{
	for (int p = 0; p < engine->part_count; p++)
	{
		SegEnginePart *part = &engine->parts[p];

		if (part->spilled != NULL || part->closed != NULL)
			continue;
		part->closed = seg_spill_create(engine->context, engine->budget);
		seg_engine_move_customers(engine, part, part->closed);
		seg_engine_forget(engine, part);
	}
}

void
seg_engine_make_room(SegReceiptsEngine *engine, size_t bytes)
{
	Assert(engine->closed && engine->mode == SEG_RECEIPTS_SUMS);
	if (seg_budget_left() < bytes)
		move_to_disk(engine);
}

uint64
seg_engine_customers(const SegReceiptsEngine *engine)
{
	return engine->customers;
}

/* There were more lines than memory holds: all parts go to files, closed. */
static void
close_on_disk(SegReceiptsEngine *engine)
{
	move_to_disk(engine);
	for (int p = 0; p < engine->part_count; p++)
	{
		SegEnginePart *part = &engine->parts[p];
		SegReceiptsEngine *child;

		if (part->spilled == NULL)
			continue;
		child = reread(engine, part);
		engine->customers += child->customers;
		part->closed = seg_spill_create(engine->context, engine->budget);
		seg_engine_each_customer(child, close_visitor, part->closed);
		end_child(engine, child);
	}
}

void
seg_engine_close(SegReceiptsEngine *engine)
{
	bool		spilled = false;

	Assert(!engine->closed);
	engine->closed = true;
	for (int p = 0; p < engine->part_count; p++)
		seg_engine_flush(engine, &engine->parts[p]);
	pfree(engine->buffers);
	seg_budget_release(engine->budget, engine->part_count * SEG_ENGINE_BUFFER * sizeof(SegReceiptLine));
	if (engine->with_details)
	{
		pfree(engine->buffers_details);
		seg_budget_release(engine->budget, engine->part_count * SEG_ENGINE_BUFFER * sizeof(SegReceiptDetails));
	}
	if (engine->mode == SEG_RECEIPTS_LIST)
		return;
	for (int p = 0; p < engine->part_count; p++)
	{
		SegEnginePart *part = &engine->parts[p];

		if (part->spilled == NULL && close_part(engine, part))
		{
			forget_receipts(engine, part);
			engine->customers += part->tables.customer_count;
		}
	}
	for (int p = 0; p < engine->part_count; p++)
		spilled |= engine->parts[p].spilled != NULL;
	if (spilled)
		close_on_disk(engine);
}

/* ---- reading the result ---- */

static void
visit_file(SegReceiptsEngine *engine, SegSpill *file, SegCustomerVisitor visit, void *argument)
{
	SegSpillRecord record;

	(void) seg_spill_rewind(file);
	while (seg_spill_read(file, engine->pool, &record))
	{
		visit(engine, &record.customer, argument);
		if (record.customer.net.wide != 0)
			engine->pool->drop(engine->pool, record.customer.net.wide);
	}
}

void
seg_engine_each_customer(SegReceiptsEngine *engine, SegCustomerVisitor visit, void *argument)
{
	Assert(engine->closed && engine->mode == SEG_RECEIPTS_SUMS);
	for (int p = 0; p < engine->part_count; p++)
	{
		const SegEnginePart *part = &engine->parts[p];

		if (part->closed != NULL)
			visit_file(engine, part->closed, visit, argument);
		for (uint32 c = 0; c < part->tables.customer_count; c++)
		{
			seg_check_step(c);
			visit(engine, &part->tables.customers[c], argument);
		}
	}
}

/* The receipts of a part in memory; false when it had to be spilled. */
static bool
visit_part(SegReceiptsEngine *engine, SegEnginePart *part, SegReceiptsVisitor visit, void *argument)
{
	SegReceiptPart *tables = &part->tables;
	SegReceipt *ordered;
	uint32	   *starts;

	if (tables->receipt_count == 0)
		return true;
	if (!close_part(engine, part) ||
		!seg_engine_free(engine, part, tables->receipt_count * sizeof(SegReceipt) + (tables->customer_count + 1) * sizeof(uint32)))
		return false;
	ordered = MemoryContextAllocHuge(engine->context, tables->receipt_count * sizeof(SegReceipt));
	starts = MemoryContextAllocHuge(engine->context, (tables->customer_count + 1) * sizeof(uint32));
	seg_part_order(tables, ordered, starts);
	for (uint32 c = 0; c < tables->customer_count; c++)
	{
		seg_check_step(c);
		visit(engine, &tables->customers[c].key, ordered + starts[c], starts[c + 1] - starts[c], argument);
	}
	for (size_t i = 0; i < tables->receipt_count; i++)
		if (ordered[i].scale == SEG_AMOUNT_WIDE)
			engine->pool->drop(engine->pool, ordered[i].value);
	pfree(ordered);
	pfree(starts);
	seg_engine_discard(engine, part);
	return true;
}

void
seg_engine_each_list(SegReceiptsEngine *engine, SegReceiptsVisitor visit, void *argument)
{
	Assert(engine->closed && engine->mode == SEG_RECEIPTS_LIST);
	for (int p = 0; p < engine->part_count; p++)
		if (engine->parts[p].spilled == NULL)
			(void) visit_part(engine, &engine->parts[p], visit, argument);
	for (int p = 0; p < engine->part_count; p++)
		if (engine->parts[p].spilled != NULL)
		{
			SegReceiptsEngine *child = reread(engine, &engine->parts[p]);

			seg_engine_each_list(child, visit, argument);
			end_child(engine, child);
		}
}

/* ---- with details ---- */

/* The memory that puts the receipts and lines of a part in order. */
typedef struct DetailedOrder
{
	SegReceiptItem *items;
	SegReceiptItem *ordered_items;
	uint32	   *item_starts;
	SegDetailedReceipt *receipts;
	uint32	   *starts;
	uint32	   *places;
	uint32	   *scratch;
	size_t		slots;			/* of scratch */
	size_t		lines;
} DetailedOrder;

/* False when the part had to be spilled for it. */
static bool
begin_order(SegReceiptsEngine *engine, SegEnginePart *part, DetailedOrder *order)
{
	size_t		lines = part->tables.receipt_count;
	size_t		starts = ((size_t) part->tables.customer_count + 1) * sizeof(uint32);

	order->lines = lines;
	order->slots = part->tables.numbers != NULL ? seg_part_merge_slots(lines) : 1;
	if (!seg_engine_free(engine, part, order->slots * sizeof(uint32) + 2 * starts +
						 lines * (2 * sizeof(SegReceiptItem) + sizeof(SegDetailedReceipt) + sizeof(uint32) + SEG_VISITOR_LINE_BYTES) +
						 SEG_VISITOR_BYTES))
		return false;
	order->scratch = MemoryContextAllocHuge(engine->context, order->slots * sizeof(uint32));
	order->items = MemoryContextAllocHuge(engine->context, lines * sizeof(SegReceiptItem));
	order->ordered_items = MemoryContextAllocHuge(engine->context, lines * sizeof(SegReceiptItem));
	order->item_starts = MemoryContextAllocHuge(engine->context, starts);
	order->receipts = MemoryContextAllocHuge(engine->context, lines * sizeof(SegDetailedReceipt));
	order->starts = MemoryContextAllocHuge(engine->context, starts);
	order->places = MemoryContextAllocHuge(engine->context, lines * sizeof(uint32));
	return true;
}

static void
end_order(DetailedOrder *order)
{
	pfree(order->scratch);
	pfree(order->items);
	pfree(order->ordered_items);
	pfree(order->item_starts);
	pfree(order->receipts);
	pfree(order->starts);
	pfree(order->places);
}

static void
drop_wide(SegReceiptsEngine *engine, SegAmount amount)
{
	if (amount.scale == SEG_AMOUNT_WIDE)
		engine->pool->drop(engine->pool, amount.value);
}

/* The receipts of a part in memory; false when it had to be spilled. */
static bool
visit_detailed_part(SegReceiptsEngine *engine, SegEnginePart *part, SegDetailsVisitor visit, void *argument)
{
	SegReceiptPart *tables = &part->tables;
	DetailedOrder order;

	if (tables->receipt_count == 0)
		return true;
	if (!begin_order(engine, part, &order))
		return false;
	/* once lines are merged, the part cannot be spilled any more */
	seg_part_merge(tables, engine->pool, order.scratch, order.slots, order.items);
	seg_part_order_detailed(tables, engine->pool, order.receipts, order.starts, order.places);
	seg_part_order_items(tables, order.items, order.lines, order.starts, order.places, order.ordered_items, order.item_starts);
	for (uint32 c = 0; c < tables->customer_count; c++)
	{
		const SegCustomerReceipts receipts = {
			.receipts = order.receipts + order.starts[c], .n = order.starts[c + 1] - order.starts[c],
			.items = order.ordered_items + order.item_starts[c], .item_count = order.item_starts[c + 1] - order.item_starts[c],
		};

		CHECK_FOR_INTERRUPTS();
		visit(engine, &tables->customers[c].key, &receipts, argument);
	}
	for (size_t i = 0; i < tables->receipt_count; i++)
	{
		drop_wide(engine, seg_receipt_amount(&tables->receipts[i]));
		drop_wide(engine, seg_details_quantity(&tables->details[i]));
		drop_wide(engine, seg_details_discount(&tables->details[i]));
	}
	end_order(&order);
	seg_engine_discard(engine, part);
	return true;
}

void
seg_engine_each_detailed(SegReceiptsEngine *engine, SegDetailsVisitor visit, void *argument)
{
	Assert(engine->closed && engine->with_details);
	for (int p = 0; p < engine->part_count; p++)
		if (engine->parts[p].spilled == NULL)
			(void) visit_detailed_part(engine, &engine->parts[p], visit, argument);
	for (int p = 0; p < engine->part_count; p++)
		if (engine->parts[p].spilled != NULL)
		{
			SegReceiptsEngine *child = reread(engine, &engine->parts[p]);

			seg_engine_each_detailed(child, visit, argument);
			end_child(engine, child);
		}
}
