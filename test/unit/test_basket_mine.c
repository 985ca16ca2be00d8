/*
 * test_basket_mine.c
 *		Frequent itemsets against counting every subset; states, thresholds, rules, offers, bytes.
 */
#include "unit.h"

#include <stdio.h>

#include "base/rng.h"
#include "basket/basket_offers_model.h"
#include "basket_fixture.h"

#define ITEMS 9
#define MOST_BYTES 100000

/* Random baskets: item c is there with a probability that falls with c, some items go together. */
static void
draw_basket(SegRng *rng, char *items)
{
	size_t		n = 0;

	for (int c = 0; c < ITEMS; c++)
		if (seg_rng_uniform(rng) < 0.7 / (1 + 0.4 * c) || (c == 7 && n > 0 && items[n - 1] == 'c'))
			items[n++] = (char) ('a' + c);
	if (seg_rng_uniform(rng) < 0.1 && n > 0)
		items[n++] = items[0];	/* twice */
	items[n] = '\0';
}

static bool
contains(const char *basket, uint32_t set)
{
	for (int c = 0; c < ITEMS; c++)
		if ((set >> c & 1) != 0 && strchr(basket, 'a' + c) == NULL)
			return false;
	return true;
}

static uint32_t
set_of(const SegBasketModel *model, const SegBasketLinks *links, uint32_t length, uint32_t v)
{
	uint32_t	items[SEG_BASKET_MAX_LENGTH];
	uint32_t	set = 0;

	seg_basket_itemset(&model->tree, links, length, v, items);
	for (uint32_t i = 0; i < length; i++)
	{
		size_t		size;

		set |= UINT32_C(1) << (*seg_basket_item_name(&model->names, items[i], &size) - 'a');
	}
	return set;
}

static SegBasketLinks
link_model(const SegBasketModel *model, FixtureRoom *room)
{
	SegBasketLinks links = {.antecedents = fixture_take(room, seg_basket_count_rules(&model->tree), sizeof(uint32_t))};

	assert_int_equal(seg_basket_link(&model->tree, &links), SEG_OK);
	return links;
}

static size_t
encode(const SegBasketModel *model, uint8_t *bytes)
{
	SegWriter	writer = {bytes, 0};

	seg_basket_encode(&writer, model);
	assert_true(writer.size <= MOST_BYTES);
	return writer.size;
}

/* Every subset of the items is in the model with its count, or is too rare or too long. */
static void
check_itemsets(char baskets[][ITEMS + 2], size_t n, const SegBasketModel *model, FixtureRoom *room)
{
	SegBasketLinks links = link_model(model, room);
	uint32_t	counts[1 << ITEMS] = {0};
	size_t		found = 0;

	for (uint32_t length = 1; length <= model->tree.depth; length++)
		for (uint32_t v = model->tree.levels[length]; v < model->tree.levels[length + 1]; v++)
		{
			uint32_t	set = set_of(model, &links, length, v);

			assert_int_equal(counts[set], 0);
			assert_int_equal(__builtin_popcount(set), length);
			counts[set] = model->tree.count[v];
		}
	for (uint32_t set = 1; set < 1 << ITEMS; set++)
	{
		uint32_t	count = 0;

		for (size_t i = 0; i < n; i++)
			count += contains(baskets[i], set);
		if (count < model->threshold || __builtin_popcount(set) > model->options.max_length)
			count = 0;
		assert_int_equal(counts[set], count);
		found += count > 0;
	}
	assert_int_equal(found, model->tree.nodes);
}

static void
every_subset(void **test_state)
{
	enum
	{
		N = 300
	};
	static char baskets[N][ITEMS + 2];
	static uint8_t bytes[MOST_BYTES];
	static uint8_t other_bytes[MOST_BYTES];
	SegRng		rng = seg_rng(7, 1);

	for (int round = 0; round < 12; round++)
	{
		SegBasketOptions options = FIXTURE_OPTIONS;
		SegBasketState *state;
		SegBasketState *part;
		SegBasketModel model;
		FixtureRoom room = {.n = 0};
		size_t		size;

		options.min_count = 1 + round % 4 * 9;
		options.max_length = 1 + round % 5;
		state = new_basket_state(&options);
		for (int i = 0; i < N; i++)
		{
			draw_basket(&rng, baskets[i]);
			state = add_basket(state, baskets[i]);
		}
		fit_baskets(state, &model, &room);
		check_itemsets(baskets, N, &model, &room);
		size = encode(&model, bytes);
		fixture_free(&room);
		free(state);

		/* in another order, and in two parts, the same bytes */
		state = new_basket_state(&options);
		part = new_basket_state(&options);
		for (int i = N; i-- > 0;)
			if (i % 3 == 0)
				state = add_basket(state, baskets[i]);
			else
				part = add_basket(part, baskets[i]);
		state = merge_baskets(state, part);
		assert_true(seg_basket_state_is_sound(state, seg_basket_state_size(&state->room)));
		/* slots for the few items, not for the many lines */
		assert_int_equal(state->room.log2_slots, seg_basket_first_room().log2_slots);
		fit_baskets(state, &model, &room);
		assert_int_equal(encode(&model, other_bytes), size);
		assert_memory_equal(bytes, other_bytes, size);
		fixture_free(&room);
		free(part);
		free(state);
	}
}

static void
thresholds(void **test_state)
{
	const struct
	{
		double		support;
		uint64_t	baskets;
		uint64_t	count;
	}			cases[] = {
		/* 0.28 * 25 is 7.000000000000001 in doubles */
		{0.28, 25, 7}, {0.001, 9835, 10}, {0.006, 9835, 60}, {0.01, 9835, 99}, {0.02, 9835, 197}, {0.02, 9850, 197},
		{0, 100, 1}, {1, 100, 100}, {1e-15, 1000000, 1}, {0.1, 10, 1}, {0.1, 11, 2}, {0.07, 100, 7}, {0.57, 100, 57},
		{1, UINT64_C(1) << 53, UINT64_C(1) << 53}, {0.3, 10, 3}, {0.7, 10, 7}, {0.29, 100, 29},
	};
	SegBasketOptions options = FIXTURE_OPTIONS;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
	{
		options.min_count = 0;
		options.min_support = (uint64_t) rint(cases[i].support * (double) SEG_BASKET_SUPPORT_UNITS);
		assert_int_equal(seg_basket_threshold(&options, cases[i].baskets), cases[i].count);
	}
	options.min_count = 12;
	assert_int_equal(seg_basket_threshold(&options, 25), 12);
}

static void
limits(void **test_state)
{
	static char baskets[200][ITEMS + 2];
	SegRng		rng = seg_rng(3, 1);
	SegBasketOptions options = FIXTURE_OPTIONS;
	SegBasketState *state = new_basket_state(&options);
	SegBasketModel model;
	FixtureRoom room = {.n = 0};
	uint32_t	counts[2000];
	uint32_t	n;

	for (int i = 0; i < 200; i++)
	{
		draw_basket(&rng, baskets[i]);
		state = add_basket(state, baskets[i]);
	}
	fit_baskets(state, &model, &room);
	n = model.tree.nodes;
	assert_between(n, 100, 2000);
	memcpy(counts, model.tree.count, n * sizeof(uint32_t));
	fixture_free(&room);

	state->options.max_itemsets = n - 1;
	assert_int_equal(fit_baskets(state, &model, &room), n);
	fixture_free(&room);
	for (uint64_t most = 1; most <= n; most += 1 + most / 3)
	{
		uint64_t	smallest = 1;

		/* the smallest threshold with at most as many itemsets */
		for (;; smallest++)
		{
			uint64_t	left = 0;

			for (uint32_t i = 0; i < n; i++)
				left += counts[i] >= smallest;
			if (left <= most)
				break;
		}
		state->options.on_limit = SEG_BASKET_LIMIT_RAISE;
		state->options.max_itemsets = most;
		fit_baskets(state, &model, &room);
		assert_int_equal(model.threshold, smallest);
		check_itemsets(baskets, 200, &model, &room);
		fixture_free(&room);
	}
	free(state);
}

static void
long_baskets(void **test_state)
{
	SegBasketOptions options = FIXTURE_OPTIONS;
	SegBasketState *state;
	SegBasketModel model;
	FixtureRoom room = {.n = 0};
	char		baskets[4][ITEMS + 2] = {"ab", "ab", "bc", "cab"};

	options.max_basket_items = 2;
	state = new_basket_state(&options);
	for (int i = 0; i < 4; i++)
		state = add_basket(state, baskets[i]);
	assert_int_equal(state->longest, 3);
	fit_baskets(state, &model, &room);
	assert_int_equal(model.cut, 1);
	/* b is in 4 baskets, a in 3, c in 2: the last basket keeps a and b */
	strcpy(baskets[3], "ab");
	check_itemsets(baskets, 4, &model, &room);
	fixture_free(&room);
	free(state);
}

static void
what_a_state_counts(void **test_state)
{
	SegBasketOptions options = FIXTURE_OPTIONS;
	SegBasketState *state = new_basket_state(&options);
	size_t		size;

	seg_basket_exclude(state, "x", 1);
	state = add_basket(state, "aba");
	state = add_basket(state, "");
	state = add_basket(state, "xx");
	state = add_basket(state, "aaa");
	assert_int_equal(state->baskets, 4);
	assert_int_equal(state->empty, 2);
	assert_int_equal(state->lines, 3);
	assert_int_equal(state->duplicates, 3);
	assert_int_equal(state->excluded, 2);
	assert_int_equal(state->longest, 2);
	assert_int_equal(state->items, 3);
	size = seg_basket_state_size(&state->room);
	assert_true(seg_basket_state_is_sound(state, size));
	assert_false(seg_basket_state_is_sound(state, size - 1));

	/* what the code would read wrongly */
	seg_basket_lines(state)[0] = 3;
	assert_false(seg_basket_state_is_sound(state, size));
	seg_basket_lines(state)[0] = 0; /* the excluded item */
	assert_false(seg_basket_state_is_sound(state, size));
	seg_basket_lines(state)[0] = 1;
	assert_true(seg_basket_state_is_sound(state, size));
	seg_basket_lines(state)[2] &= ~SEG_BASKET_LAST;
	assert_false(seg_basket_state_is_sound(state, size));
	seg_basket_lines(state)[2] |= SEG_BASKET_LAST;
	seg_basket_items(state)[1].name = 3;
	assert_false(seg_basket_state_is_sound(state, size));
	seg_basket_items(state)[1].name = 1;
	state->longest = 1;
	assert_false(seg_basket_state_is_sound(state, size));
	state->longest = 2;
	state->options.max_length = 0;
	assert_false(seg_basket_state_is_sound(state, size));
	free(state);
}

/* Rules and their measures, with the figures of a table of two by two. */
static void
rules(void **test_state)
{
	const SegBasketCounts wine = {19, 21, 792, 9835};	/* {liquor, red/blush wine} -> bottled beer */
	SegBasketOptions options = FIXTURE_OPTIONS;
	SegBasketState *state = new_basket_state(&options);
	SegBasketModel model;
	SegBasketLinks links;
	FixtureRoom room = {.n = 0};
	double		best[12];
	double		reached[12];

	/* R: arules::interestMeasure */
	assert_close(seg_basket_confidence(&wine), 0.9047619, 1e-7);
	assert_close(seg_basket_lift(&wine), 11.235269, 1e-6);
	assert_close(seg_basket_leverage(&wine), 0.001759928, 1e-9);
	assert_close(seg_basket_conviction(&wine), 9.654448, 1e-6);
	assert_close(seg_basket_z_score(&wine), 13.894961, 1e-6);
	assert_close(seg_basket_p_value(&wine) / 2.403244e-19, 1, 1e-6);

	/* a in 4 of 5 baskets, ab in 2, b in 3, abc in 1, c in 2 */
	state = add_basket(state, "ab");
	state = add_basket(state, "abc");
	state = add_basket(state, "a");
	state = add_basket(state, "a");
	state = add_basket(state, "bc");
	fit_baskets(state, &model, &room);
	links = link_model(&model, &room);
	assert_int_equal(links.rules, 9);
	seg_basket_best_simpler(&model.tree, &links, 5, best, reached);
	for (uint32_t length = 2; length <= 3; length++)
		for (uint32_t v = model.tree.levels[length]; v < model.tree.levels[length + 1]; v++)
			for (uint32_t c = 0; c < length; c++)
			{
				size_t		rule = seg_basket_rule(&model.tree, &links, length, v, c);
				uint32_t	antecedent = set_of(&model, &links, length - 1, links.antecedents[rule]);
				uint32_t	consequent = set_of(&model, &links, length, v) & ~antecedent;

				if (antecedent == 6 && consequent == 1) /* bc -> a 1/2; less: a 4/5 */
					assert_close(best[rule], 0.8, 0);
				if (antecedent == 5 && consequent == 2) /* ac -> b 1; less: c -> b 2/2 */
					assert_close(best[rule], 1, 0);
				if (antecedent == 3 && consequent == 4) /* ab -> c 1/2; less: b -> c 2/3 */
					assert_close(best[rule], 2.0 / 3, 0);
				if (antecedent == 1 && consequent == 2) /* a -> b 2/4; less: b 3/5 */
					assert_close(best[rule], 0.6, 0);
			}
	fixture_free(&room);
	free(state);
}

/* Offers against going through all rules. */
static void
offers(void **test_state)
{
	SegBasketOptions options = FIXTURE_OPTIONS;
	SegBasketState *state = new_basket_state(&options);
	SegBasketModel model;
	SegBasketIndex index;
	SegArena	arena;
	FixtureRoom room = {.n = 0};
	SegRng		rng = seg_rng(5, 1);
	char		basket[ITEMS + 2];

	options.min_count = 5;
	for (int i = 0; i < 200; i++)
	{
		draw_basket(&rng, basket);
		state = add_basket(state, basket);
	}
	fit_baskets(state, &model, &room);
	arena = fixture_arena(&room, seg_basket_index_size(&model));
	assert_int_equal(seg_basket_index_make(&model, &arena, &index), SEG_OK);
	assert_int_equal(seg_basket_find(&index, "zz", 2), SEG_BASKET_NONE);
	for (uint32_t owned = 0; owned < 1 << ITEMS; owned++)
	{
		uint32_t	items[ITEMS];
		size_t		n = 0;
		double		best[ITEMS] = {0};

		seg_basket_offers_begin(&index);
		for (uint32_t item = 0; item < model.names.n; item++)
		{
			size_t		size;
			const char *name = seg_basket_item_name(&model.names, item, &size);

			assert_int_equal(seg_basket_find(&index, name, size), item);
			if ((owned >> (*name - 'a') & 1) == 0)
				continue;
			assert_true(seg_basket_block(&index, item));
			assert_false(seg_basket_block(&index, item));
			items[n++] = item;
		}
		seg_basket_offers_find(&index, items, n, 0.2, 1);
		seg_basket_offers_sort(&index, NULL);
		for (uint32_t length = 2; length <= model.tree.depth; length++)
			for (uint32_t v = model.tree.levels[length]; v < model.tree.levels[length + 1]; v++)
				for (uint32_t c = 0; c < length; c++)
				{
					uint32_t	antecedent = index.links.antecedents[seg_basket_rule(&model.tree, &index.links, length, v, c)];
					uint32_t	within = set_of(&model, &index.links, length - 1, antecedent);
					uint32_t	consequent = set_of(&model, &index.links, length, v) & ~within;
					int			place = __builtin_ctz(consequent);
					uint32_t	path[SEG_BASKET_MAX_LENGTH];
					SegBasketCounts counts = {model.tree.count[v], model.tree.count[antecedent], 0, model.baskets};

					seg_basket_itemset(&model.tree, &index.links, length, v, path);
					counts.consequent = model.tree.count[path[c]];
					if ((within & ~owned) == 0 && (consequent & owned) == 0 && seg_basket_confidence(&counts) >= 0.2 &&
						seg_basket_lift(&counts) >= 1)
						best[place] = fmax(best[place], seg_basket_confidence(&counts));
				}
		for (size_t i = 0; i < index.n; i++)
		{
			size_t		size;
			int			place = *seg_basket_item_name(&model.names, index.offers[i].item, &size) - 'a';

			assert_close(index.offers[i].confidence, best[place], 0);
			assert_true(i == 0 || index.offers[i].confidence <= index.offers[i - 1].confidence);
			best[place] = 0;
		}
		for (int place = 0; place < ITEMS; place++)
			assert_close(best[place], 0, 0);
	}
	fixture_free(&room);
	free(state);
}

/* The last basket has one frequent item, for which there is no room. */
static void
no_line_behind_the_last(void **test_state)
{
	SegBasketOptions options = FIXTURE_OPTIONS;
	SegBasketState *state = new_basket_state(&options);
	const uint32_t numbers[] = {0, 1};
	uint32_t	lines[] = {7, 7, 7, 7, 7};

	state = add_basket(state, "ab");
	state = add_basket(state, "ba");
	state = add_basket(state, "a");
	assert_int_equal(seg_basket_recode(state, NULL, numbers, NULL), 4);
	assert_int_equal(seg_basket_recode(state, NULL, numbers, lines), 4);
	assert_int_equal(lines[3], 1 | SEG_BASKET_LAST);
	assert_int_equal(lines[4], 7);
	free(state);
}

static void
bytes_round_trip(void **test_state)
{
	SegBasketOptions options = FIXTURE_OPTIONS;
	SegBasketState *state = new_basket_state(&options);
	SegBasketModel model;
	FixtureRoom room = {.n = 0};
	static uint8_t bytes[MOST_BYTES];
	static uint8_t again_bytes[MOST_BYTES];
	size_t		whole;

	state = add_basket(state, "abc");
	state = add_basket(state, "ab");
	state = add_basket(state, "c");
	fit_baskets(state, &model, &room);
	whole = encode(&model, bytes);
	for (size_t size = 0; size <= whole; size++)
	{
		SegReader	reader = seg_reader(bytes, size);
		SegArena	arena = fixture_arena(&room, seg_basket_decoded_size(size));
		SegBasketModel again = {0};
		SegStatus	status = seg_basket_decode(&reader, SEG_BASKET_VERSION, &arena, &again);

		assert_int_equal(status, size == whole ? SEG_OK : SEG_MALFORMED_MODEL);
		if (status == SEG_OK)
		{
			assert_int_equal(encode(&again, again_bytes), whole);
			assert_memory_equal(bytes, again_bytes, whole);
			assert_memory_equal(model.tree.levels + 1, again.tree.levels + 1, sizeof(model.tree.levels) - sizeof(uint32_t));
			assert_int_equal(again.tree.depth, model.tree.depth);
		}
		free(room.taken[--room.n]);
	}
	fixture_free(&room);
	free(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_subset),
		cmocka_unit_test(thresholds),
		cmocka_unit_test(limits),
		cmocka_unit_test(long_baskets),
		cmocka_unit_test(what_a_state_counts),
		cmocka_unit_test(rules),
		cmocka_unit_test(offers),
		cmocka_unit_test(no_line_behind_the_last),
		cmocka_unit_test(bytes_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
