/*
 * fuzz_rand_table.c
 *		A changed state of an adjusted Rand index: count, grow, merge, copy, take the index.
 *
 * What passes the check must be safe to work with, stays such a table whatever is
 * done to it, and an index that it gives is at most 1.
 */
#include "fuzz_state.h"

#include "stats/rand_index.h"
#include "stats/rand_table.h"

static bool
is_sound(const SegRandTable *table)
{
	return seg_rand_table_is_sound(table, seg_rand_table_size(table->capacity));
}

static SegRandTable *
new_table(size_t capacity)
{
	SegRandTable *table = malloc(seg_rand_table_size(capacity));

	require(table != NULL);
	seg_rand_table_init(table, capacity);
	return table;
}

static SegRandTable *
add(SegRandTable *table, SegRandPair pair)
{
	if (pair.rows == 0 || pair.rows > SEG_RAND_MAX_ROWS - table->rows)
		return table;
	if (seg_rand_table_is_full(table))
	{
		SegRandTable *larger = new_table(table->capacity * 2);

		for (uint64_t slot = 0; slot < table->capacity; slot++)
			if (table->pairs[slot].rows > 0)
				require(seg_rand_table_add(larger, table->pairs[slot].a, table->pairs[slot].b,
										   table->pairs[slot].rows));
		free(table);
		table = larger;
	}
	require(seg_rand_table_add(table, pair.a, pair.b, pair.rows));
	return table;
}

static SegRandTable *
add_row(SegRandTable *table, Script *script)
{
	uint8_t		labels = next_byte(script);
	SegRandPair pair = {{{labels % 16, 0}}, {{labels / 16, next_byte(script) % 3}}, 1};

	return add(table, pair);
}

static void
take_index(const SegRandTable *table)
{
	SegRandPair *workspace = malloc((table->used + 1) * sizeof(SegRandPair));
	double		index;

	require(workspace != NULL);
	require(seg_rand_table_index(table, workspace, &index) == SEG_OK);
	require(isnan(index) || index <= 1);
	free(workspace);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Script		script = {data, size};
	SegRandTable *good = new_table(SEG_RAND_MIN_CAPACITY);
	SegRandTable *table;
	size_t		rows = next_byte(&script);
	Script		values = script;

	for (size_t i = 0; i < rows; i++)
	{
		if (values.left == 0)
			values = script;
		good = add_row(good, &values);
	}
	require(is_sound(good));
	size = seg_rand_table_size(good->capacity);
	table = copy_of(good, size);
	change(&script, table, size);
	if (seg_rand_table_is_sound(table, size))
	{
		take_index(table);
		for (uint64_t slot = 0; slot < good->capacity; slot++)
			table = add(table, good->pairs[slot]);
		for (int i = 0; i < 20; i++)
			table = add_row(table, &values);
		require(is_sound(table));
		take_index(table);
	}
	free(table);
	free(good);
	return 0;
}
