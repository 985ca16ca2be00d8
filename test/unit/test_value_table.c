/*
 * test_value_table.c
 *		Tables of values: one zero, growth, levels, merges, order, damage.
 */
#include "unit.h"

#include "stats/value_table.h"

typedef struct Table
{
	SegValueTable head;
	SegValueSlot *slots;
} Table;

static Table
new_table(uint32_t log2_slots)
{
	Table		table = {{.log2_slots = log2_slots}, calloc((size_t) 1 << log2_slots, sizeof(SegValueSlot))};

	assert_non_null(table.slots);
	return table;
}

static void
add(Table *table, double value)
{
	seg_value_table_widen(&table->head, value, table->head.distinct == 0);
	assert_int_equal(seg_value_table_add(&table->head, table->slots, value), SEG_OK);
}

static void
equal_values_are_counted_together(void **state)
{
	Table		table = new_table(SEG_VALUE_TABLE_MIN_LOG2);
	SegValueSlot sorted[1 << SEG_VALUE_TABLE_MIN_LOG2];

	add(&table, 2.5);
	add(&table, -1);
	add(&table, 0.0);
	add(&table, -0.0);
	add(&table, 2.5);
	assert_int_equal(seg_value_table_sort(&table.head, table.slots, sorted), 3);
	assert_same_double(seg_value_of_key(&table.head, sorted[0].key), -1.0);
	assert_same_double(seg_value_of_key(&table.head, sorted[1].key), 0.0);
	assert_same_double(seg_value_of_key(&table.head, sorted[2].key), 2.5);
	assert_int_equal(sorted[1].count, 2);
	assert_int_equal(sorted[2].count, 2);
	assert_same_double(table.head.min, -1.0);
	assert_same_double(table.head.max, 2.5);
	assert_true(seg_value_table_is_sound(&table.head, table.slots, 5));
	assert_false(seg_value_table_is_sound(&table.head, table.slots, 4));
	free(table.slots);
}

/* A table is full at three quarters; the largest one at the limit of values. */
static void
sizes_leave_a_quarter_free(void **state)
{
	assert_int_equal(seg_value_table_log2(4, 12), 4);
	assert_int_equal(seg_value_table_log2(4, 13), 5);
	assert_int_equal(seg_value_table_log2(6, 1), 6);
	assert_int_equal(seg_value_table_log2(4, 98304), 17);
	assert_int_equal(seg_value_table_log2(4, SEG_VALUE_TABLE_MOST + 1), SEG_VALUE_TABLE_MAX_LOG2);
	assert_true(seg_value_table_is_full(&(SegValueTable) {.log2_slots = 4, .distinct = 13}));
	assert_false(seg_value_table_is_full(&(SegValueTable) {.log2_slots = 17, .distinct = SEG_VALUE_TABLE_MOST}));
	assert_true(seg_value_table_is_full(&(SegValueTable) {.log2_slots = 17, .distinct = SEG_VALUE_TABLE_MOST + 1}));
}

/* Values that differ in dropped bits only become one, in the middle of its interval. */
static void
dropped_bits_join_values(void **state)
{
	Table		table = new_table(SEG_VALUE_TABLE_MIN_LOG2);
	SegValueSlot scratch[1 << SEG_VALUE_TABLE_MIN_LOG2];
	SegValueSlot sorted[1 << SEG_VALUE_TABLE_MIN_LOG2];

	add(&table, 1.0);
	add(&table, nextafter(1.0, 2));
	add(&table, 3.0);
	assert_int_equal(seg_value_table_coarsen(&table.head, table.slots, 2, scratch), SEG_OK);
	assert_int_equal(table.head.level, 2);
	assert_int_equal(seg_value_table_sort(&table.head, table.slots, sorted), 2);
	assert_int_equal(sorted[0].count, 2);
	assert_same_double(seg_value_of_key(&table.head, sorted[0].key), 1 + 2 * DBL_EPSILON);
	assert_same_double(seg_value_of_key(&table.head, sorted[1].key), 3.0);	/* within the range */
	assert_true(seg_value_table_is_sound(&table.head, table.slots, 3));
	free(table.slots);
}

/* The merged table has the higher level of the two. */
static void
merges_take_the_higher_level(void **state)
{
	Table		fine = new_table(SEG_VALUE_TABLE_MIN_LOG2);
	Table		coarse = new_table(SEG_VALUE_TABLE_MIN_LOG2);
	SegValueSlot scratch[1 << SEG_VALUE_TABLE_MIN_LOG2];

	add(&fine, 1.0);
	add(&fine, nextafter(1.0, 2));
	add(&coarse, 1.0);
	assert_int_equal(seg_value_table_coarsen(&coarse.head, coarse.slots, 7, scratch), SEG_OK);
	assert_int_equal(seg_value_table_merge(&fine.head, fine.slots, &coarse.head, coarse.slots, scratch), SEG_OK);
	assert_int_equal(fine.head.level, 7);
	assert_int_equal(fine.head.distinct, 1);
	assert_true(seg_value_table_is_sound(&fine.head, fine.slots, 3));
	free(fine.slots);
	free(coarse.slots);
}

static void
damage_is_found(void **state)
{
	Table		table = new_table(SEG_VALUE_TABLE_MIN_LOG2);
	SegValueTable good;
	size_t		at = 0;

	add(&table, 1.0);
	good = table.head;
	while (table.slots[at].count == 0)
		at++;
	assert_true(seg_value_table_head_is_sound(&good));
	table.head.log2_slots = SEG_VALUE_TABLE_MAX_LOG2 + 1;
	assert_false(seg_value_table_head_is_sound(&table.head));
	table.head = good;
	table.head.level = SEG_VALUE_TABLE_MAX_LEVEL + 1;
	assert_false(seg_value_table_head_is_sound(&table.head));
	table.head = good;
	table.head.max = NAN;
	assert_false(seg_value_table_head_is_sound(&table.head));
	table.head = good;
	table.slots[at].key ^= 1;	/* outside the range */
	assert_false(seg_value_table_is_sound(&table.head, table.slots, 1));
	table.slots[at].key ^= 1;
	table.slots[(at + 1) % 16] = table.slots[at];
	table.slots[at].count = 0;	/* not in the place given by its hash */
	assert_false(seg_value_table_is_sound(&table.head, table.slots, 1));
	/* no free slot */
	for (int i = 0; i < 16; i++)
		table.slots[i] = (SegValueSlot) {i + 100, 1};
	assert_int_equal(seg_value_table_add(&table.head, table.slots, 5.5), SEG_MALFORMED_STATE);
	free(table.slots);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_values_are_counted_together),
		cmocka_unit_test(sizes_leave_a_quarter_free),
		cmocka_unit_test(dropped_bits_join_values),
		cmocka_unit_test(merges_take_the_higher_level),
		cmocka_unit_test(damage_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
