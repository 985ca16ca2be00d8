/*
 * hit_counts.c
 *		Counts of rows by score; see hit_counts.h.
 */
#include "stats/hit_counts.h"

static const SegValueSlot *
slots_read(const SegHitCounts *state, size_t group)
{
	return state->slots + seg_value_tables_slots(state->tables, group);
}

static SegValueSlot *
slots_write(SegHitCounts *state, size_t group)
{
	return state->slots + seg_value_tables_slots(state->tables, group);
}

size_t
seg_hit_counts_size(const uint32_t *log2_slots, size_t groups)
{
	size_t		slots = 0;

	for (size_t g = 0; g < groups; g++)
		slots += (size_t) 1 << log2_slots[g];
	return sizeof(SegHitCounts) + slots * sizeof(SegValueSlot);
}

void
seg_hit_counts_init(SegHitCounts *state, uint32_t magic, size_t groups)
{
	state->fit.state.magic = magic;
	state->fit.d = groups;
	for (size_t g = 0; g < groups; g++)
		state->tables[g].log2_slots = SEG_VALUE_TABLE_MIN_LOG2;
}

/* ---- checks ---- */

/* Each slot has at most as many hits as rows; so the sums of the two do not mix. */
static bool
hits_are_sound(const SegValueTable *table, const SegValueSlot *slots)
{
	uint64_t	rows = 0;

	for (size_t at = 0; at < seg_value_slots(table); at++)
	{
		SegHits		hits = seg_hits_unpack(slots[at].count);

		seg_check_step(at);
		rows += hits.rows;
		if (hits.hits > hits.rows || rows > SEG_HIT_MOST_ROWS)
			return false;
	}
	return true;
}

static bool
group_is_empty(const SegHitCounts *state, size_t group)
{
	static const SegValueTable none;

	return state->totals[group] == 0 && memcmp(&state->tables[group], &none, sizeof(none)) == 0;
}

bool
seg_hit_counts_is_sound(const SegHitCounts *state, size_t size, uint32_t magic, size_t groups)
{
	uint32_t	log2_slots[SEG_HIT_GROUPS] = {0};

	if (size < sizeof(SegHitCounts) || state->fit.state.magic != magic || state->fit.d != groups ||
		state->fit.rows_skipped > SEG_STATE_MOST_ROWS)
		return false;
	for (size_t g = groups; g < SEG_HIT_GROUPS; g++)
		if (!group_is_empty(state, g))
			return false;
	for (size_t g = 0; g < groups; g++)
	{
		if (!seg_value_table_head_is_sound(&state->tables[g]))
			return false;
		log2_slots[g] = state->tables[g].log2_slots;
	}
	if (size != seg_hit_counts_size(log2_slots, groups))
		return false;
	for (size_t g = 0; g < groups; g++)
		if (!hits_are_sound(&state->tables[g], slots_read(state, g)) ||
			!seg_value_table_is_sound(&state->tables[g], slots_read(state, g), state->totals[g]))
			return false;
	return true;
}

/* ---- counting ---- */

SegStatus
seg_hit_counts_add(SegHitCounts *state, size_t group, bool hit, double score)
{
	uint64_t	count = seg_hits_pack((SegHits) {1, hit});
	SegValueTable *table = &state->tables[group];

	Assert(seg_hits_unpack(state->totals[group]).rows < SEG_HIT_MOST_ROWS);
	seg_value_table_widen(table, score, state->totals[group] == 0);
	state->totals[group] += count;
	return seg_value_table_count(table, slots_write(state, group), seg_value_bits(score), count);
}

SegStatus
seg_hit_counts_grow(const SegHitCounts *state, const uint32_t *log2_slots, SegHitCounts *grown)
{
	*grown = *state;
	for (size_t g = 0; g < state->fit.d; g++)
		grown->tables[g].log2_slots = log2_slots[g];
	return seg_value_tables_grow(state->tables, state->slots, state->fit.d, grown->tables, grown->slots);
}

SegStatus
seg_hit_counts_coarsen(SegHitCounts *state, size_t group, uint32_t level, SegValueSlot *scratch)
{
	return seg_value_table_coarsen(&state->tables[group], slots_write(state, group), level, scratch);
}

bool
seg_hit_counts_can_merge(const SegHitCounts *into, const SegHitCounts *from)
{
	for (size_t g = 0; g < into->fit.d; g++)
		if ((uint64_t) seg_hits_unpack(into->totals[g]).rows + seg_hits_unpack(from->totals[g]).rows > SEG_HIT_MOST_ROWS)
			return false;
	return true;
}

SegStatus
seg_hit_counts_merge(SegHitCounts *into, const SegHitCounts *from, SegValueSlot *scratch)
{
	Assert(into->fit.d == from->fit.d && seg_hit_counts_can_merge(into, from));
	for (size_t g = 0; g < into->fit.d; g++)
	{
		if (from->totals[g] == 0)
			continue;
		seg_value_table_widen(&into->tables[g], from->tables[g].min, into->totals[g] == 0);
		seg_value_table_widen(&into->tables[g], from->tables[g].max, false);
		into->totals[g] += from->totals[g];
	}
	return seg_value_tables_merge(into->tables, into->slots, from->tables, from->slots, into->fit.d, scratch);
}

/* ---- scores in order ---- */

/* The range of all groups, for scores that lost low bits. */
static SegValueTable
range_of(const SegHitCounts *state)
{
	SegValueTable range = state->tables[0];
	bool		is_first = true;

	for (size_t g = 0; g < state->fit.d; g++)
	{
		if (state->totals[g] == 0)
			continue;
		seg_value_table_widen(&range, state->tables[g].min, is_first);
		seg_value_table_widen(&range, state->tables[g].max, false);
		is_first = false;
	}
	return range;
}

size_t
seg_hit_counts_list(const SegHitCounts *state, SegValueSlot *scratch, double *scores, SegHits *hits)
{
	SegValueTable range = range_of(state);
	size_t		left[SEG_HIT_GROUPS] = {0};
	const SegValueSlot *next[SEG_HIT_GROUPS] = {NULL};
	size_t		n = 0;

	for (size_t g = 0; g < state->fit.d; g++)
	{
		Assert(state->tables[g].level == range.level);
		next[g] = scratch;
		left[g] = seg_value_table_sort(&state->tables[g], slots_read(state, g), scratch);
		scratch += left[g];
	}
	for (;; n++)
	{
		double		lowest = INFINITY;

		seg_check_step(n);
		for (size_t g = 0; g < state->fit.d; g++)
			if (left[g] > 0)
				lowest = fmin(lowest, seg_value_of_key(&range, next[g]->key));
		if (lowest == INFINITY)
			return n;
		scores[n] = lowest;
		for (size_t g = 0; g < state->fit.d; g++)
		{
			bool		here = left[g] > 0 && seg_value_of_key(&range, next[g]->key) == lowest;

			hits[n * state->fit.d + g] = seg_hits_unpack(here ? next[g]->count : 0);
			left[g] -= here;
			next[g] += here;
		}
	}
}
