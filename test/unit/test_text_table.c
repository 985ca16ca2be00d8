/*
 * test_text_table.c
 *		Tables of texts: counts, growth, merges, order, damage.
 */
#include "unit.h"

#include <stdio.h>

#include "stats/text_table.h"

typedef struct Table
{
	SegTextTable head;
	SegTextSlot *slots;
} Table;

static Table
new_table(void)
{
	Table		table = {seg_text_table_empty(), NULL};

	table.slots = calloc(1, seg_text_table_size(&table.head));
	assert_non_null(table.slots);
	return table;
}

static void
make_room(Table *table, uint32_t distinct, size_t bytes)
{
	Table		grown;

	if (!seg_text_table_room(&table->head, distinct, bytes, &grown.head))
		return;
	grown.slots = calloc(1, seg_text_table_size(&grown.head));
	grown.head.distinct = grown.head.pool_used = 0;
	assert_int_equal(seg_text_table_merge(&grown.head, grown.slots, &table->head, table->slots), SEG_OK);
	free(table->slots);
	*table = grown;
}

static void
count(Table *table, const char *text, uint64_t times)
{
	make_room(table, 1, strlen(text));
	assert_int_equal(seg_text_table_count(&table->head, table->slots, text, strlen(text), times), SEG_OK);
}

static void
texts_are_sorted_by_count_then_bytes(void **state)
{
	static const char *const wanted[] = {"b", "a", "ab", "z"};
	Table		table = new_table();
	SegTextSlot sorted[4];

	count(&table, "z", 1);
	count(&table, "ab", 2);
	count(&table, "b", 3);
	count(&table, "a", 1);
	count(&table, "a", 1);
	assert_int_equal(table.head.distinct, 4);
	assert_true(seg_text_table_is_sound(&table.head, table.slots, 8));
	assert_false(seg_text_table_is_sound(&table.head, table.slots, 7));
	seg_text_table_sort(&table.head, table.slots, sorted);
	for (int i = 0; i < 4; i++)
	{
		assert_int_equal(sorted[i].length, strlen(wanted[i]));
		assert_memory_equal(seg_text_pool(&table.head, table.slots) + sorted[i].offset, wanted[i], sorted[i].length);
	}
	free(table.slots);
}

/* The order of texts in two parts does not change the sorted result. */
static void
parts_merge_to_the_same(void **state)
{
	Table		all = new_table();
	Table		parts[2] = {new_table(), new_table()};
	SegTextSlot *sorted[2];
	char		text[20];

	for (int i = 0; i < 5000; i++)
	{
		snprintf(text, sizeof(text), "text %d", i * i % 1013);
		count(&all, text, 1);
		count(&parts[i % 3 == 0], text, 1);
	}
	make_room(&parts[1], parts[0].head.distinct, parts[0].head.pool_used);
	assert_int_equal(seg_text_table_merge(&parts[1].head, parts[1].slots, &parts[0].head, parts[0].slots), SEG_OK);
	assert_true(seg_text_table_is_sound(&parts[1].head, parts[1].slots, 5000));
	assert_int_equal(parts[1].head.distinct, all.head.distinct);
	sorted[0] = calloc(all.head.distinct, sizeof(SegTextSlot));
	sorted[1] = calloc(all.head.distinct, sizeof(SegTextSlot));
	seg_text_table_sort(&all.head, all.slots, sorted[0]);
	seg_text_table_sort(&parts[1].head, parts[1].slots, sorted[1]);
	for (uint32_t i = 0; i < all.head.distinct; i++)
	{
		assert_true(sorted[0][i].hash == sorted[1][i].hash);
		assert_true(sorted[0][i].count == sorted[1][i].count);
	}
	for (int i = 0; i < 2; i++)
	{
		free(sorted[i]);
		free(parts[i].slots);
	}
	free(all.slots);
}

static void
without_room_nothing_is_counted(void **state)
{
	Table		table = new_table();
	char		text[3] = "aa";

	for (int i = 0; i < 12; i++)
	{
		text[1] = (char) ('a' + i);
		assert_int_equal(seg_text_table_count(&table.head, table.slots, text, 2, 1), SEG_OK);
	}
	assert_int_equal(seg_text_table_count(&table.head, table.slots, "zz", 2, 1), SEG_MALFORMED_STATE);
	assert_int_equal(seg_text_table_count(&table.head, table.slots, "aa", 2, 1), SEG_OK);
	assert_true(seg_text_table_is_sound(&table.head, table.slots, 13));
	free(table.slots);
}

/* Each changed field is found. */
static void
damage_is_found(void **state)
{
	Table		table = new_table();
	SegTextSlot *used = NULL;
	SegTextSlot good;

	count(&table, "one", 2);
	for (size_t i = 0; i < seg_text_slots(&table.head); i++)
		if (table.slots[i].count > 0)
			used = &table.slots[i];
	good = *used;
	assert_true(seg_text_table_is_sound(&table.head, table.slots, 2));
	used->offset = 1;
	assert_false(seg_text_table_is_sound(&table.head, table.slots, 2));
	*used = good;
	used->length = 0;
	assert_false(seg_text_table_is_sound(&table.head, table.slots, 2));
	*used = good;
	used->hash++;
	assert_false(seg_text_table_is_sound(&table.head, table.slots, 2));
	*used = good;
	used->count = UINT64_MAX;
	assert_false(seg_text_table_is_sound(&table.head, table.slots, 2));
	*used = good;
	table.head.distinct = 2;
	assert_false(seg_text_table_is_sound(&table.head, table.slots, 2));
	table.head.distinct = 1;
	/* in another place than the search begins at */
	table.slots[(good.hash + 1) & 15] = good;
	*used = (SegTextSlot) {0};
	assert_false(seg_text_table_is_sound(&table.head, table.slots, 2));

	assert_true(seg_text_table_head_is_sound(&table.head));
	table.head.pool_used = table.head.pool_size + 1;
	assert_false(seg_text_table_head_is_sound(&table.head));
	table.head = seg_text_table_empty();
	table.head.pool_size = 264;
	assert_false(seg_text_table_head_is_sound(&table.head));
	table.head = seg_text_table_empty();
	table.head.log2_slots = SEG_TEXT_TABLE_MAX_LOG2 + 1;
	assert_false(seg_text_table_head_is_sound(&table.head));
	free(table.slots);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_sorted_by_count_then_bytes),
		cmocka_unit_test(parts_merge_to_the_same),
		cmocka_unit_test(without_room_nothing_is_counted),
		cmocka_unit_test(damage_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
