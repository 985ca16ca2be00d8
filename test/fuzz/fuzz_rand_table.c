/*
 * fuzz_rand_table.c
 *		Any bytes as the state of an adjusted Rand index: count into it, take the index.
 *
 * The state of an aggregate is a bytea that anybody can make up.  What passes the
 * check of its shape must neither be left nor searched for ever, and an index
 * that it gives is at most 1.
 */
#include "fuzz.h"

#include "core/rand_table.h"

static void
take_index(const SegRandTable *table)
{
	SegRandPair *workspace = malloc((table->used + 1) * sizeof(SegRandPair));
	double		index;

	require(workspace != NULL);
	if (seg_rand_table_index(table, workspace, &index) == SEG_OK)
		require(isnan(index) || index <= 1);
	free(workspace);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SegRandTable *table = malloc(size + sizeof(SegRandTable));

	require(table != NULL);
	memcpy(table, data, size);
	if (seg_rand_table_is_sound(table, size))
	{
		take_index(table);
		for (uint64_t i = 0; i < 20 && !seg_rand_table_is_full(table); i++)
			if (!seg_rand_table_add(table, (SegRandLabel) {{i % 5, 0}}, (SegRandLabel) {{i % 3, i}}, 1))
				break;
		if (table->used <= table->capacity)
			take_index(table);
	}
	free(table);
	return 0;
}
