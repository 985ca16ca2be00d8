/*
 * fuzz_hit_counts.c
 *		A changed state of score_fit or uplift_fit: count, grow, merge, copy, list.
 *
 * A state that passes the check must be safe to use, must pass the check after every
 * operation, and must give a list that can be written and read.
 */
#include "fuzz_state.h"

#include "model/hits_codec.h"

#define MAGIC UINT32_C(0x12345678)

static SegValueSlot scratch[2 << SEG_VALUE_TABLE_MAX_LOG2];

static size_t
size_of(const SegHitCounts *state)
{
	uint32_t	log2_slots[SEG_HIT_GROUPS] = {0};

	for (size_t g = 0; g < state->fit.d; g++)
		log2_slots[g] = state->tables[g].log2_slots;
	return seg_hit_counts_size(log2_slots, state->fit.d);
}

static SegHitCounts *
with_room(SegHitCounts *state, const SegHitCounts *other)
{
	uint32_t	log2_slots[SEG_HIT_GROUPS];
	SegHitCounts *grown;

	if (!seg_value_tables_room(state->tables, other == NULL ? NULL : other->tables, state->fit.d, log2_slots))
		return state;
	grown = calloc(1, seg_hit_counts_size(log2_slots, state->fit.d));
	require(grown != NULL);
	require(seg_hit_counts_grow(state, log2_slots, grown) == SEG_OK);
	free(state);
	return grown;
}

static SegHitCounts *
add_row(SegHitCounts *state, Script *script)
{
	uint8_t		choice = next_byte(script);
	size_t		group = choice % state->fit.d;

	if (seg_hits_unpack(state->totals[group]).rows == SEG_HIT_MOST_ROWS)
		return state;
	require(seg_hit_counts_add(state, group, choice & 4, next_value(script)) == SEG_OK);
	return seg_value_table_is_crowded(&state->tables[group]) ? with_room(state, NULL) : state;
}

static SegHitCounts *
merge(SegHitCounts *into, const SegHitCounts *from)
{
	if (!seg_hit_counts_can_merge(into, from))
		return into;
	into = with_room(into, from);
	require(seg_hit_counts_merge(into, from, scratch) == SEG_OK);
	require(seg_hit_counts_is_sound(into, size_of(into), MAGIC, from->fit.d));
	return into;
}

/* All groups at one level, listed, written and read. */
static void
fit(const SegHitCounts *sound)
{
	SegHitCounts *state = copy_of(sound, size_of(sound));
	size_t		groups = state->fit.d;
	size_t		most = state->tables[0].distinct + state->tables[groups - 1].distinct;
	uint32_t	level = state->tables[0].level > state->tables[groups - 1].level ? state->tables[0].level : state->tables[groups - 1].level;
	double	   *scores = calloc(most + 1, sizeof(double));
	SegHits    *hits = calloc((most + 1) * groups, sizeof(SegHits));
	SegHitList	list = {.level = (int) level, .scores = scores, .hits = hits};

	for (size_t g = 0; g < groups; g++)
		require(seg_hit_counts_coarsen(state, g, level, scratch) == SEG_OK);
	list.n = seg_hit_counts_list(state, scratch, scores, hits);
	require(list.n <= most);
	if (list.n > 0)
	{
		SegWriter	counter = {NULL, 0};
		SegWriter	writer;
		SegReader	reader;
		SegArena	arena;
		SegHitList	again;
		uint8_t    *bytes;

		seg_hits_write(&counter, groups, &list);
		bytes = calloc(1, counter.size);
		writer = (SegWriter) {bytes, 0};
		seg_hits_write(&writer, groups, &list);
		reader = seg_reader(bytes, writer.size);
		arena = seg_arena(NULL, seg_hits_decoded_size(writer.size));
		arena.base = calloc(1, arena.size);
		require(seg_hits_read(&reader, &arena, groups, &again) == SEG_OK);
		free(arena.base);
		free(bytes);
	}
	free(hits);
	free(scores);
	free(state);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint32_t log2_slots[] = {SEG_VALUE_TABLE_MIN_LOG2, SEG_VALUE_TABLE_MIN_LOG2};
	Script		script = {data, size};
	uint8_t		choice = next_byte(&script);
	size_t		groups = choice % 2 + 1;
	SegHitCounts *good = calloc(1, seg_hit_counts_size(log2_slots, groups));
	SegHitCounts *state;
	size_t		rows = next_byte(&script);
	Script		values = script;

	seg_hit_counts_init(good, MAGIC, groups);
	for (size_t g = 0; g < groups; g++)
		good->tables[g].level = choice >> (g + 1) & 1 ? 50 : 0;
	for (size_t i = 0; i < rows; i++)
	{
		if (values.left == 0)
			values = script;
		good = add_row(good, &values);
	}
	size = size_of(good);
	require(seg_hit_counts_is_sound(good, size, MAGIC, groups));
	state = copy_of(good, size);
	change(&script, state, size);
	if (seg_hit_counts_is_sound(state, size, MAGIC, groups))
	{
		SegHitCounts *merged = merge(copy_of(good, size), state);

		fit(state);
		fit(merged);
		free(merged);
		state = merge(state, good);
		for (int i = 0; i < 9; i++)
			state = add_row(state, &values);
		require(seg_hit_counts_is_sound(state, size_of(state), MAGIC, groups));
		fit(state);
	}
	free(state);
	free(good);
	return 0;
}
