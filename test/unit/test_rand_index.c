/*
 * test_rand_index.c
 *		The adjusted Rand index against scikit-learn 1.2.1 and by hand.
 *
 *	python3 -c 'from sklearn.metrics import adjusted_rand_score as r
 *	a = [0,0,1,1,0,1,2,2,2,1]
 *	print(r(a, [0,0,1,1,0,1,1,1,1,0]), r(a, [0,0,1,1,0,1,2,2,2,3]),
 *	      r([0,0,1,2], [0,0,1,1]), r([0,0,1,1], [0,1,0,1]))'
 */
#include "unit.h"

#include "base/rng.h"
#include "stats/rand_index.h"
#include "stats/rand_table.h"

static uint64_t cells[10000];

static void
matches_scikit_learn(void **state)
{
	const uint32_t a[] = {0, 0, 1, 1, 0, 1, 2, 2, 2, 1};
	const uint32_t b[] = {0, 0, 1, 1, 0, 1, 1, 1, 1, 0};
	const uint32_t c[] = {0, 0, 1, 1, 0, 1, 2, 2, 2, 3};
	const uint32_t small[][4] = {{0, 0, 1, 2}, {0, 0, 1, 1}, {0, 1, 0, 1}};

	assert_close(seg_rand_index_of_labels(a, b, 10, 3, 2, cells), 0.3119266055045872, 1e-15);
	assert_close(seg_rand_index_of_labels(a, c, 10, 3, 4, cells), 0.8148148148148148, 1e-15);
	assert_close(seg_rand_index_of_labels(small[0], small[1], 4, 3, 2, cells), 0.5714285714285714, 1e-15);
	assert_close(seg_rand_index_of_labels(small[1], small[2], 4, 2, 2, cells), -0.5, 0);
}

static void
is_one_for_equal_partitions(void **state)
{
	const uint32_t a[] = {0, 0, 1, 2, 2};
	const uint32_t renamed[] = {3, 3, 0, 1, 1};
	const uint32_t together[] = {0, 0, 0, 0, 0};
	const uint32_t apart[] = {0, 1, 2, 3, 4};

	assert_same_double(seg_rand_index_of_labels(a, renamed, 5, 3, 4, cells), 1);
	assert_same_double(seg_rand_index_of_labels(together, together, 5, 1, 1, cells), 1);
	assert_same_double(seg_rand_index_of_labels(apart, apart, 5, 5, 5, cells), 1);
	assert_same_double(seg_rand_index_of_labels(together, apart, 5, 1, 5, cells), 0);
	assert_same_double(seg_rand_index_of_labels(a, renamed, 1, 1, 4, cells), 1);
	assert_same_double(seg_rand_index_of_labels(a, renamed, 0, 1, 1, cells), 1);
}

/* Independent labels agree by chance only: about 0, without overflow. */
static void
is_near_zero_for_unrelated_labels(void **state)
{
	enum
	{
		N = 100000
	};
	static uint32_t a[N],
				b[N];
	SegRng		rng = seg_rng(3, 0);

	for (size_t i = 0; i < N; i++)
	{
		a[i] = seg_rng_below(&rng, 100);
		b[i] = seg_rng_below(&rng, 100);
	}
	assert_close(seg_rand_index_of_labels(a, b, N, 100, 100, cells), 0, 1e-3);
}

static void
holds_at_the_most_rows(void **state)
{
	uint64_t	n = SEG_RAND_MAX_ROWS;
	uint64_t	half = seg_rand_pairs(n / 2);

	assert_true(seg_rand_pairs(n) == UINT64_C(2305843008139952128));
	assert_same_double(seg_rand_index(seg_rand_pairs(n), seg_rand_pairs(n), seg_rand_pairs(n), n), 1);
	assert_same_double(seg_rand_index(2 * half, 2 * half, 2 * half, n), 1);
	assert_close(seg_rand_index(4 * seg_rand_pairs(n / 4), 2 * half, 2 * half, n), 0, 1e-9);
}

/* Random labels in a table that must grow, in two orders: the same index as from arrays. */
static void
table_agrees_with_arrays(void **state)
{
	SegRandTable *table = malloc(seg_rand_table_size(1024));
	SegRandPair workspace[1024];
	uint32_t	a[500],
				b[500];
	SegRng		rng = seg_rng(9, 0);
	double		index;

	for (int trial = 0; trial < 50; trial++)
	{
		size_t		k_a = 1 + seg_rng_below(&rng, 20);
		size_t		k_b = 1 + seg_rng_below(&rng, 20);
		double		expected;

		for (size_t i = 0; i < 500; i++)
		{
			a[i] = (uint32_t) seg_rng_below(&rng, k_a);
			b[i] = trial % 2 == 0 ? (uint32_t) seg_rng_below(&rng, k_b) : (a[i] * 7 + i % 2) % (uint32_t) k_b;
		}
		expected = seg_rand_index_of_labels(a, b, 500, k_a, k_b, cells);
		for (int order = 0; order < 2; order++)
		{
			seg_rand_table_init(table, 1024);
			for (size_t i = 0; i < 500; i++)
			{
				size_t		row = order == 0 ? i : 499 - i;

				assert_false(seg_rand_table_is_full(table));
				assert_true(seg_rand_table_add(table, (SegRandLabel) {{a[row], 0}}, (SegRandLabel) {{b[row], 0}}, 1));
			}
			assert_true(seg_rand_table_is_sound(table, seg_rand_table_size(1024)));
			assert_int_equal(seg_rand_table_index(table, workspace, &index), SEG_OK);
			assert_same_double(index, expected);
		}
	}
	seg_rand_table_init(table, 16);
	assert_int_equal(seg_rand_table_index(table, workspace, &index), SEG_OK);
	assert_true(isnan(index));
	assert_false(seg_rand_table_is_sound(table, seg_rand_table_size(16) - 1));
	free(table);
}

/* All slots are used although `used` is 0: it is refused, without an endless search. */
static void
table_with_wrong_counts_is_refused(void **state)
{
	SegRandTable *table = malloc(seg_rand_table_size(16));
	SegRandPair workspace[16];
	double		index;

	seg_rand_table_init(table, 16);
	table->used = 1;
	assert_int_equal(seg_rand_table_index(table, workspace, &index), SEG_MALFORMED_STATE);
	table->pairs[3].rows = UINT64_MAX;
	table->rows = 5;
	assert_int_equal(seg_rand_table_index(table, workspace, &index), SEG_MALFORMED_STATE);
	table->pairs[3].rows = 5;
	assert_int_equal(seg_rand_table_index(table, workspace, &index), SEG_OK);
	assert_same_double(index, 1);
	table->pairs[4].rows = 1;
	assert_int_equal(seg_rand_table_index(table, workspace, &index), SEG_MALFORMED_STATE);
	seg_rand_table_init(table, 16);
	for (size_t slot = 0; slot < 16; slot++)
		table->pairs[slot].rows = slot + 1;
	assert_false(seg_rand_table_is_full(table));
	assert_false(seg_rand_table_add(table, (SegRandLabel) {{1, 2}}, (SegRandLabel) {{3, 4}}, 1));
	free(table);
}

/* Labels that an attacker chose to collide with one key do not collide with another key. */
static void
collisions_depend_on_the_key(void **state)
{
	enum
	{
		SLOTS = 1 << 14,
		NEAR = 256
	};
	SegRandTable *known = malloc(seg_rand_table_size(SLOTS));
	SegRandTable *secret = malloc(seg_rand_table_size(SLOTS));
	size_t		chosen = 0;
	size_t		most = 0;

	seg_rand_table_init(known, SLOTS);
	seg_rand_table_init(secret, SLOTS);
	secret->key = UINT64_C(0x243F6A8885A308D3);
	for (uint64_t i = 0; i < SLOTS / 2; i++)
		assert_true(seg_rand_table_add(known, (SegRandLabel) {{i % 64, 0}}, (SegRandLabel) {{i, 0}}, 1));
	for (size_t slot = 0; slot < NEAR; slot++)
		if (known->pairs[slot].rows > 0)
		{
			assert_true(seg_rand_table_add(secret, known->pairs[slot].a, known->pairs[slot].b, 1));
			chosen++;
		}
	assert_true(chosen > NEAR / 4);
	for (size_t first = 0; first < SLOTS; first += NEAR)
	{
		size_t		here = 0;

		for (size_t slot = first; slot < first + NEAR; slot++)
			here += secret->pairs[slot].rows > 0;
		most = here > most ? here : most;
	}
	assert_true(most <= 16);
	free(known);
	free(secret);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_scikit_learn),
		cmocka_unit_test(is_one_for_equal_partitions),
		cmocka_unit_test(is_near_zero_for_unrelated_labels),
		cmocka_unit_test(holds_at_the_most_rows),
		cmocka_unit_test(table_agrees_with_arrays),
		cmocka_unit_test(table_with_wrong_counts_is_refused),
		cmocka_unit_test(collisions_depend_on_the_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
