/*
 * engine_pg.c
 *		Lines of receipts in any order, in memory or on disk; see engine_pg.h.
 *
 * A line first goes to a small buffer of its part.  A full buffer is added to the
 * part's tables at once, so that their memory is in the cache for many lines, and the
 * places that the lines need are fetched ahead.
 */
#include "receipts/engine_pg.h"

#include "utils/memutils.h"

#include "receipts/engine_parts_pg.h"
#include "receipts/wide_pool_pg.h"
#include "server/settings.h"

/* What a part takes before it holds much: its buffer and its first tables. */
#define PART_BYTES (SEG_ENGINE_BUFFER * sizeof(SegReceiptLine) + 24 * (size_t) 1024)

#define BUFFER_TEXT ((size_t) 4096) /* for long keys; a line that needs more is added alone */

size_t
seg_engine_first_bytes(int bits)
{
	return PART_BYTES << bits;
}

static SegReceiptsEngine *
create(SegReceiptsMode mode, int32 since, int bits)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "segment receipts", ALLOCSET_DEFAULT_SIZES);
	SegReceiptsEngine *engine = MemoryContextAllocZero(context, sizeof(SegReceiptsEngine));
	size_t		size;

	engine->mode = mode;
	engine->since = since;
	engine->bits = bits;
	engine->part_count = 1 << bits;
	engine->context = context;
	engine->budget = seg_budget_create(context);
	engine->pool = seg_wide_pool_create(context, engine->budget);
	size = engine->part_count * SEG_ENGINE_BUFFER * sizeof(SegReceiptLine);
	seg_budget_reserve(engine->budget, sizeof(SegReceiptsEngine) + size);
	engine->buffers = MemoryContextAllocHuge(context, size + SEG_CACHE_LINE);
	for (int p = 0; p < engine->part_count; p++)
		engine->parts[p].buffer = (SegReceiptLine *) TYPEALIGN(SEG_CACHE_LINE, engine->buffers) + p * SEG_ENGINE_BUFFER;
	return engine;
}

SegReceiptsEngine *
seg_engine_create_deep(SegReceiptsMode mode, int32 since, int used_bits)
{
	SegReceiptsEngine *engine;
	int			bits = SEG_ENGINE_MAX_BITS;

	while (bits > SEG_ENGINE_MIN_BITS && seg_engine_first_bytes(bits) > seg_budget_left() / 4)
		bits--;
	engine = create(mode, since, bits);
	engine->used_bits = used_bits;
	return engine;
}

SegReceiptsEngine *
seg_engine_create(SegReceiptsMode mode, int32 since)
{
	return seg_engine_create_deep(mode, since, 0);
}

SegReceiptsEngine *
seg_engine_create_limited(SegReceiptsMode mode, int32 since, int bits, size_t limit)
{
	SegReceiptsEngine *engine = create(mode, since, bits);

	engine->limit = Max(limit, 1);
	return engine;
}

bool
seg_engine_is_too_large(const SegReceiptsEngine *engine)
{
	return engine->too_large;
}

void
seg_engine_clear(SegReceiptsEngine *engine)
{
	Assert(!engine->closed);
	for (int p = 0; p < engine->part_count; p++)
	{
		SegEnginePart *part = &engine->parts[p];

		seg_engine_forget(engine, part);
		if (part->spilled != NULL)
			seg_spill_end(part->spilled);
		part->spilled = NULL;
		part->buffered = 0;
		part->buffer_text_used = 0;
	}
	seg_wide_pool_clear(engine->pool);
	engine->use = (SegEngineUse) {0};
}

void
seg_engine_keep_details(SegReceiptsEngine *engine)
{
	size_t		size = engine->part_count * SEG_ENGINE_BUFFER * sizeof(SegReceiptDetails);

	Assert(engine->mode == SEG_RECEIPTS_LIST && engine->use.lines == 0);
	engine->with_details = true;
	seg_budget_reserve(engine->budget, size);
	engine->buffers_details = MemoryContextAllocHuge(engine->context, size);
	for (int p = 0; p < engine->part_count; p++)
		engine->parts[p].buffer_details = engine->buffers_details + p * SEG_ENGINE_BUFFER;
}

/* The key with its text in the buffer; false when there is no room for it. */
static bool
buffer_key(SegReceiptsEngine *engine, SegEnginePart *part, SegKey *key)
{
	size_t		size = seg_key_size(*key);
	char	   *text;

	if (!seg_key_is_long(*key))
		return true;
	if (size > BUFFER_TEXT - part->buffer_text_used)
		return false;
	if (part->buffer_text == NULL)
	{
		seg_budget_force(engine->budget, BUFFER_TEXT);
		part->buffer_text = MemoryContextAlloc(engine->context, BUFFER_TEXT);
	}
	text = part->buffer_text + part->buffer_text_used;

	memcpy(text, seg_key_text(key), size);
	part->buffer_text_used += size;
	*key = seg_key_of_text(text, size);
	return true;
}

static bool
is_same_receipt(const SegReceiptLine *a, const SegReceiptLine *b)
{
	return a->has_receipt && seg_key_equal(a->receipt, b->receipt) && seg_key_equal(a->customer, b->customer);
}

/* Add a line whose hash is set to the buffer of its part. */
static void
buffer_line(SegReceiptsEngine *engine, SegEnginePart *part, SegReceiptLine *line, const SegReceiptDetails *details)
{
	SegReceiptLine *kept;

	if (part->buffered == SEG_ENGINE_BUFFER)
		seg_engine_flush(engine, part);
	kept = &part->buffer[part->buffered];
	*kept = *line;
	if (seg_key_is_long(line->customer) || (line->has_receipt && seg_key_is_long(line->receipt)))
	{
		if (!buffer_key(engine, part, &kept->customer) || (line->has_receipt && !buffer_key(engine, part, &kept->receipt)))
		{
			seg_engine_flush(engine, part);
			seg_engine_take(engine, part, line, details, 1);
			return;
		}
	}
	if (details != NULL)
		part->buffer_details[part->buffered] = *details;
	part->buffered++;
	/* the next line of this part comes after lines of all others: fetch its place until then */
	__builtin_prefetch(kept + 1, 1);
	__builtin_prefetch((const char *) (kept + 2) - 1, 1);
}

void
seg_engine_add(SegReceiptsEngine *engine, SegReceiptLine *line)
{
	SegEnginePart *part;

	line->hash = seg_key_hash(line->customer);
	part = seg_engine_part_of(engine, line->hash);
	engine->use.lines++;
	if (part->buffered > 0 && line->has_receipt && is_same_receipt(&part->buffer[part->buffered - 1], line))
	{
		SegReceiptLine *kept = &part->buffer[part->buffered - 1];

		seg_amount_add(engine->pool, &kept->amount, line->amount);
		kept->day = Min(kept->day, line->day);
	}
	else
		buffer_line(engine, part, line, NULL);
	if (line->amount.scale == SEG_AMOUNT_WIDE)
		seg_engine_relieve(engine);
}

void
seg_engine_add_detailed(SegReceiptsEngine *engine, SegReceiptLine *line, const SegReceiptDetails *details)
{
	Assert(engine->with_details);
	line->hash = seg_key_hash(line->customer);
	engine->use.lines++;
	buffer_line(engine, seg_engine_part_of(engine, line->hash), line, details);
	if (line->amount.scale == SEG_AMOUNT_WIDE || details->quantity_scale == SEG_AMOUNT_WIDE || details->discount_scale == SEG_AMOUNT_WIDE)
		seg_engine_relieve(engine);
}

/* ---- amounts ---- */

void
seg_engine_set_integer_ids(SegReceiptsEngine *engine, bool integer_ids)
{
	engine->integer_ids = integer_ids;
}

bool
seg_engine_has_integer_ids(const SegReceiptsEngine *engine)
{
	return engine->integer_ids;
}

SegWidePool *
seg_engine_pool(SegReceiptsEngine *engine)
{
	return engine->pool;
}

Numeric
seg_engine_amount(SegReceiptsEngine *engine, SegAmount amount)
{
	SegTotal	total = {0};

	seg_total_add(engine->pool, &total, amount);
	return seg_total_numeric(engine->pool, &total);
}

/* ---- the end ---- */

/* What the engine used, where segment.progress is on. */
static void
report_use(const SegReceiptsEngine *engine)
{
	const SegEngineUse *use = &engine->use;

	if (!seg_progress || engine->used_bits > 0)
		return;
	ereport(NOTICE,
			(errmsg("receipts: " UINT64_FORMAT " %s, %zu kB of memory, " UINT64_FORMAT " parts and " UINT64_FORMAT " kB in temporary files%s",
					use->sums > 0 ? use->sums : use->lines, use->sums > 0 ? "rows of a ledger" : "lines",
					use->memory / 1024, use->spilled_parts, use->spilled_bytes / 1024,
					use->workers == 0 ? "" : psprintf(", " UINT64_FORMAT " parallel workers", use->workers))));
}

void
seg_engine_end(SegReceiptsEngine *engine)
{
	report_use(engine);
	for (int p = 0; p < engine->part_count; p++)
	{
		if (engine->parts[p].spilled != NULL)
			seg_spill_end(engine->parts[p].spilled);
		if (engine->parts[p].closed != NULL)
			seg_spill_end(engine->parts[p].closed);
	}
	MemoryContextDelete(engine->context);
}
