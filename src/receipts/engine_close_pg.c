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
		seg_part_merge(tables, engine->pool, scratch, slots);
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
	size_t		size = tables->receipt_room * (sizeof(SegReceipt) + (tables->numbers != NULL ? sizeof(SegKey) : 0));

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

/* The sums of a customer as far as they were known when the part was spilled. */
static void
add_customer(SegReceiptsEngine *engine, const SegCustomer *sums)
{
	uint64		hash = seg_key_hash(sums->key);
	SegEnginePart *part = seg_engine_part_of(engine, hash);
	SegReceiptLine line = {.customer = sums->key};
	uint32		place;
	bool		is_new;

	if (part->spilled != NULL || !seg_engine_part_room(engine, part, &line, 1))
	{
		seg_spill_customer(part->spilled, engine->pool, sums);
		if (sums->net.wide != 0)
			engine->pool->drop(engine->pool, sums->net.wide);
		return;
	}
	place = seg_part_customer(&part->tables, sums->key, hash, &is_new);
	if (is_new)
		part->tables.customers[place].key = seg_engine_keep_key(engine, part, sums->key);
	seg_customer_merge(&part->tables.customers[place], engine->pool, sums);
}

/* An engine for the lines of one spilled part, closed. */
static SegReceiptsEngine *
reread(SegReceiptsEngine *engine, SegEnginePart *part)
{
	SegReceiptsEngine *child = seg_engine_create_deep(engine->mode, engine->since, engine->depth + 1);
	SegSpillRecord record;

	child->integer_ids = engine->integer_ids;
	engine->use.spilled_bytes += seg_spill_rewind(part->spilled);
	while (seg_spill_read(part->spilled, child->pool, &record))
	{
		if (record.is_customer)
			add_customer(child, &record.customer);
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
	for (int p = 0; p < SEG_ENGINE_PARTS; p++)
	{
		SegEnginePart *part = &engine->parts[p];

		if (part->spilled != NULL || part->closed != NULL)
			continue;
		part->closed = seg_spill_create(engine->context);
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
	for (int p = 0; p < SEG_ENGINE_PARTS; p++)
	{
		SegEnginePart *part = &engine->parts[p];
		SegReceiptsEngine *child;

		if (part->spilled == NULL)
			continue;
		child = reread(engine, part);
		engine->customers += child->customers;
		part->closed = seg_spill_create(engine->context);
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
	for (int p = 0; p < SEG_ENGINE_PARTS; p++)
		seg_engine_flush(engine, &engine->parts[p]);
	pfree(engine->buffers);
	seg_budget_release(engine->budget, SEG_ENGINE_BUFFER_BYTES);
	if (engine->mode == SEG_RECEIPTS_LIST)
		return;
	for (int p = 0; p < SEG_ENGINE_PARTS; p++)
	{
		SegEnginePart *part = &engine->parts[p];

		if (part->spilled == NULL && close_part(engine, part))
		{
			forget_receipts(engine, part);
			engine->customers += part->tables.customer_count;
		}
	}
	for (int p = 0; p < SEG_ENGINE_PARTS; p++)
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
	for (int p = 0; p < SEG_ENGINE_PARTS; p++)
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
	seg_engine_forget(engine, part);
	return true;
}

void
seg_engine_each_list(SegReceiptsEngine *engine, SegReceiptsVisitor visit, void *argument)
{
	Assert(engine->closed && engine->mode == SEG_RECEIPTS_LIST);
	for (int p = 0; p < SEG_ENGINE_PARTS; p++)
		if (engine->parts[p].spilled == NULL)
			(void) visit_part(engine, &engine->parts[p], visit, argument);
	for (int p = 0; p < SEG_ENGINE_PARTS; p++)
		if (engine->parts[p].spilled != NULL)
		{
			SegReceiptsEngine *child = reread(engine, &engine->parts[p]);

			seg_engine_each_list(child, visit, argument);
			end_child(engine, child);
		}
}
