/*
 * test_hit_counts.c
 *		Counts of rows by score: any order and split, levels, two groups, damage.
 */
#include "unit.h"

#include "stats/hit_counts.h"

#define MAGIC UINT32_C(0x12345678)

static SegValueSlot scratch[2 << SEG_VALUE_TABLE_MAX_LOG2];
static uint32_t smallest[SEG_HIT_GROUPS] = {SEG_VALUE_TABLE_MIN_LOG2, SEG_VALUE_TABLE_MIN_LOG2};

static SegHitCounts *
new_state(size_t groups)
{
	SegHitCounts *state = calloc(1, seg_hit_counts_size(smallest, groups));

	seg_hit_counts_init(state, MAGIC, groups);
	return state;
}

static size_t
size_of(const SegHitCounts *state)
{
	uint32_t	log2_slots[SEG_HIT_GROUPS] = {state->tables[0].log2_slots, state->tables[1].log2_slots};

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
	assert_int_equal(seg_hit_counts_grow(state, log2_slots, grown), SEG_OK);
	free(state);
	return grown;
}

static SegHitCounts *
count(SegHitCounts *state, size_t group, bool hit, double score)
{
	assert_int_equal(seg_hit_counts_add(state, group, hit, score), SEG_OK);
	if (!seg_value_table_is_crowded(&state->tables[group]))
		return state;
	state = with_room(state, NULL);
	if (seg_value_table_is_crowded(&state->tables[group]))
		assert_int_equal(seg_hit_counts_coarsen(state, group, 0, scratch), SEG_OK);
	return state;
}

typedef struct List
{
	size_t		n;
	uint32_t	level;
	double	   *scores;
	SegHits    *hits;
} List;

static List
list_of(SegHitCounts *state)
{
	size_t		groups = state->fit.d;
	size_t		most = state->tables[0].distinct + state->tables[1].distinct;
	List		list = {0, state->tables[0].level, malloc(most * sizeof(double)), malloc(most * groups * sizeof(SegHits))};

	for (size_t g = 0; g < groups; g++)
	{
		assert_int_equal(seg_hit_counts_coarsen(state, g, 0, scratch), SEG_OK);
		if (state->tables[g].level > list.level)
			list.level = state->tables[g].level;
	}
	for (size_t g = 0; g < groups; g++)
		assert_int_equal(seg_hit_counts_coarsen(state, g, list.level, scratch), SEG_OK);
	list.n = seg_hit_counts_list(state, scratch, list.scores, list.hits);
	assert_true(list.n <= most);
	return list;
}

static void
free_list(List *list)
{
	free(list->scores);
	free(list->hits);
}

/* Group 1 has three times as many distinct scores as a table keeps. */
static double
score_of(int i)
{
	return i % 4 == 1 ? sqrt(i) : (i % 1000) / 8.0 - 30;
}

static void
any_order_and_split(void **state)
{
	enum
	{
		N = 1200000
	};
	SegHitCounts *forward = new_state(2);
	SegHitCounts *backward = new_state(2);
	SegHitCounts *parts[2] = {new_state(2), new_state(2)};
	List		lists[3];
	uint64_t	rows = 0;
	uint64_t	positives = 0;

	for (int i = 0; i < N; i++)
	{
		int			other = N - 1 - i;

		forward = count(forward, i % 4 == 1, i % 3 == 0, score_of(i));
		backward = count(backward, other % 4 == 1, other % 3 == 0, score_of(other));
		parts[i % 7 < 2] = count(parts[i % 7 < 2], i % 4 == 1, i % 3 == 0, score_of(i));
	}
	parts[0] = with_room(parts[0], parts[1]);
	assert_int_equal(seg_hit_counts_merge(parts[0], parts[1], scratch), SEG_OK);
	assert_true(seg_hit_counts_is_sound(parts[0], size_of(parts[0]), MAGIC, 2));
	assert_int_equal(parts[0]->tables[0].level, 0);
	assert_true(parts[0]->tables[1].level > 0);
	lists[0] = list_of(forward);
	lists[1] = list_of(backward);
	lists[2] = list_of(parts[0]);
	for (int i = 1; i < 3; i++)
	{
		assert_int_equal(lists[i].n, lists[0].n);
		assert_int_equal(lists[i].level, lists[0].level);
		assert_memory_equal(lists[i].scores, lists[0].scores, lists[0].n * sizeof(double));
		assert_memory_equal(lists[i].hits, lists[0].hits, lists[0].n * 2 * sizeof(SegHits));
	}
	for (size_t i = 0; i < lists[0].n; i++)
	{
		assert_true(i == 0 || lists[0].scores[i] > lists[0].scores[i - 1]);
		rows += lists[0].hits[2 * i + 1].rows;
		positives += lists[0].hits[2 * i + 1].hits;
	}
	assert_int_equal(rows, N / 4);
	assert_int_equal(positives, N / 12);
	for (int i = 0; i < 3; i++)
		free_list(&lists[i]);
	free(forward);
	free(backward);
	free(parts[0]);
	free(parts[1]);
}

static void
groups_are_side_by_side(void **state)
{
	SegHitCounts *own = new_state(2);
	List		list;

	own = count(own, 0, true, 2);
	own = count(own, 1, false, -0.0);
	own = count(own, 1, true, 0);
	own = count(own, 0, false, 2);
	own = count(own, 1, true, 2);
	list = list_of(own);
	assert_int_equal(list.n, 2);
	assert_close(list.scores[0], 0, 0);
	assert_int_equal(list.hits[0].rows, 0);
	assert_int_equal(list.hits[1].rows, 2);
	assert_int_equal(list.hits[1].hits, 1);
	assert_int_equal(list.hits[2].rows, 2);
	assert_int_equal(list.hits[2].hits, 1);
	assert_int_equal(list.hits[3].rows, 1);
	assert_int_equal(list.hits[3].hits, 1);
	free_list(&list);
	free(own);
}

static void
too_many_rows(void **state)
{
	SegHitCounts *one = new_state(1);
	SegHitCounts *two = new_state(1);

	one = count(one, 0, true, 1);
	two = count(two, 0, true, 1);
	for (size_t i = 0; i < 1 << SEG_VALUE_TABLE_MIN_LOG2; i++)
		if (two->slots[i].count > 0)
			two->slots[i].count = two->totals[0] = seg_hits_pack((SegHits) {UINT32_MAX, 5});
	assert_true(seg_hit_counts_is_sound(two, size_of(two), MAGIC, 1));
	assert_false(seg_hit_counts_can_merge(one, two));
	free(one);
	free(two);
}

static void
damage_is_found(void **state)
{
	SegHitCounts *own = new_state(1);
	size_t		size;
	size_t		at = 0;

	own = count(own, 0, true, 1);
	own = count(own, 0, false, 1);
	size = size_of(own);
	while (own->slots[at].count == 0)
		at++;
	assert_true(seg_hit_counts_is_sound(own, size, MAGIC, 1));
	assert_false(seg_hit_counts_is_sound(own, size, MAGIC + 1, 1));
	assert_false(seg_hit_counts_is_sound(own, size, MAGIC, 2));
	assert_false(seg_hit_counts_is_sound(own, size - 1, MAGIC, 1));
	/* the same sums, but more hits than rows */
	own->slots[at].count = own->totals[0] = seg_hits_pack((SegHits) {2, 3});
	assert_false(seg_hit_counts_is_sound(own, size, MAGIC, 1));
	own->slots[at].count = own->totals[0] = seg_hits_pack((SegHits) {2, 2});
	assert_true(seg_hit_counts_is_sound(own, size, MAGIC, 1));
	own->totals[1] = 1;
	assert_false(seg_hit_counts_is_sound(own, size, MAGIC, 1));
	free(own);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_and_split),
		cmocka_unit_test(groups_are_side_by_side),
		cmocka_unit_test(too_many_rows),
		cmocka_unit_test(damage_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
