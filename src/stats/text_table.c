/*
 * text_table.c
 *		A hash table of texts and their counts; see text_table.h.
 */
#include "stats/text_table.h"

#include "base/sort.h"

/* The most texts in a table of that size. */
static uint32_t
most_texts(uint32_t log2_slots)
{
	return UINT32_C(3) << (log2_slots - 2);
}

SegTextTable
seg_text_table_empty(void)
{
	return (SegTextTable) {SEG_TEXT_TABLE_MIN_LOG2, 0, SEG_TEXT_TABLE_MIN_POOL, 0};
}

bool
seg_text_table_room(const SegTextTable *table, uint32_t distinct, size_t bytes, SegTextTable *grown)
{
	*grown = *table;
	while (grown->log2_slots < SEG_TEXT_TABLE_MAX_LOG2 && most_texts(grown->log2_slots) < table->distinct + distinct)
		grown->log2_slots++;
	while (grown->pool_size < SEG_TEXT_TABLE_MAX_POOL && grown->pool_size - table->pool_used < bytes)
		grown->pool_size *= 2;
	return grown->log2_slots != table->log2_slots || grown->pool_size != table->pool_size;
}

/* The slot of a text, or the free slot where it belongs; NULL when no slot is free. */
static SegTextSlot *
find(const SegTextTable *table, SegTextSlot *slots, const char *text, size_t length, uint64_t hash)
{
	const char *pool = seg_text_pool(table, slots);
	size_t		mask = seg_text_slots(table) - 1;
	size_t		at = hash & mask;

	for (size_t probes = 0; probes <= mask; probes++)
	{
		SegTextSlot *slot = &slots[at];

		if (slot->count == 0 ||
			(slot->hash == hash && slot->length == length && memcmp(pool + slot->offset, text, length) == 0))
			return slot;
		/* a user can choose texts that collide */
		if ((probes + 1) % SEG_TEXT_TABLE_INTERRUPT == 0)
			CHECK_FOR_INTERRUPTS();
		at = (at + 1) & mask;
	}
	return NULL;
}

SegStatus
seg_text_table_count(SegTextTable *table, SegTextSlot *slots, const char *text, size_t length, uint64_t count)
{
	uint64_t	hash = seg_text_hash(text, length);
	SegTextSlot *slot = find(table, slots, text, length, hash);

	if (slot == NULL)
		return SEG_MALFORMED_STATE;
	if (slot->count == 0)
	{
		if (table->distinct >= most_texts(table->log2_slots) || table->pool_size - table->pool_used < length)
			return SEG_MALFORMED_STATE;
		*slot = (SegTextSlot) {hash, 0, table->pool_used, (uint32_t) length};
		memcpy((char *) (slots + seg_text_slots(table)) + table->pool_used, text, length);
		table->pool_used += (uint32_t) length;
		table->distinct++;
	}
	slot->count += count;
	return SEG_OK;
}

SegStatus
seg_text_table_merge(SegTextTable *table, SegTextSlot *slots, const SegTextTable *from, const SegTextSlot *from_slots)
{
	const char *pool = seg_text_pool(from, from_slots);
	SegStatus	status = SEG_OK;

	for (size_t at = 0; at < seg_text_slots(from) && status == SEG_OK; at++)
	{
		if (at % SEG_TEXT_TABLE_INTERRUPT == 0)
			CHECK_FOR_INTERRUPTS();
		if (from_slots[at].count > 0)
			status = seg_text_table_count(table, slots, pool + from_slots[at].offset, from_slots[at].length, from_slots[at].count);
	}
	return status;
}

/* ---- checks ---- */

bool
seg_text_table_head_is_sound(const SegTextTable *table)
{
	return table->log2_slots >= SEG_TEXT_TABLE_MIN_LOG2 && table->log2_slots <= SEG_TEXT_TABLE_MAX_LOG2 &&
		table->pool_size >= SEG_TEXT_TABLE_MIN_POOL && table->pool_size <= SEG_TEXT_TABLE_MAX_POOL &&
		(table->pool_size & (table->pool_size - 1)) == 0 && table->pool_used <= table->pool_size &&
		table->distinct <= most_texts(table->log2_slots) && table->distinct <= SEG_TEXT_TABLE_MOST;
}

/* True if the text of a slot is sound, and a search for it ends at that slot. */
static bool
slot_is_sound(const SegTextTable *table, const SegTextSlot *slots, size_t at)
{
	const SegTextSlot *slot = &slots[at];
	const char *text = seg_text_pool(table, slots) + slot->offset;

	return slot->length > 0 && slot->length <= SEG_TEXT_TABLE_LONGEST && slot->offset <= table->pool_used &&
		slot->length <= table->pool_used - slot->offset && memchr(text, 0, slot->length) == NULL &&
		slot->hash == seg_text_hash(text, slot->length);
}

bool
seg_text_table_is_sound(const SegTextTable *table, const SegTextSlot *slots, uint64_t rows)
{
	size_t		used = 0;
	uint64_t	total = 0;
	uint64_t	bytes = 0;

	for (size_t at = 0; at < seg_text_slots(table); at++)
	{
		if (at % SEG_TEXT_TABLE_INTERRUPT == 0)
			CHECK_FOR_INTERRUPTS();
		if (slots[at].count == 0)
			continue;
		if (slots[at].count > rows - total || !slot_is_sound(table, slots, at))
			return false;
		total += slots[at].count;
		bytes += slots[at].length;
		used++;
	}
	if (used != table->distinct || total != rows || bytes != table->pool_used)
		return false;
	/* a quarter of the slots is free, so every search ends; find() does not write */
	for (size_t at = 0; at < seg_text_slots(table); at++)
	{
		const SegTextSlot *slot = &slots[at];

		if (at % SEG_TEXT_TABLE_INTERRUPT == 0)
			CHECK_FOR_INTERRUPTS();
		if (slot->count > 0 && find(table, (SegTextSlot *) slots, seg_text_pool(table, slots) + slot->offset,
									slot->length, slot->hash) != slot)
			return false;
	}
	return true;
}

/* ---- texts in order ---- */

static bool
is_before(const void *a, const void *b, const void *pool)
{
	const SegTextSlot *x = a;
	const SegTextSlot *y = b;
	int			order;

	if (x->count != y->count)
		return x->count > y->count;
	order = memcmp((const char *) pool + x->offset, (const char *) pool + y->offset, seg_min_size(x->length, y->length));
	return order != 0 ? order < 0 : x->length < y->length;
}

void
seg_text_table_sort(const SegTextTable *table, const SegTextSlot *slots, SegTextSlot *sorted)
{
	size_t		used = 0;

	for (size_t at = 0; at < seg_text_slots(table); at++)
		if (slots[at].count > 0)
			sorted[used++] = slots[at];
	seg_sort(sorted, used, sizeof(SegTextSlot), is_before, seg_text_pool(table, slots));
}
