/*
 * basket_fixture.h
 *		Baskets with items a, b, c, ..., and a fit of them as the aggregate does it.
 */
#ifndef SEG_TEST_BASKET_FIXTURE_H
#define SEG_TEST_BASKET_FIXTURE_H

#include <stdlib.h>

#include "basket/basket_lines_state.h"
#include "basket/basket_model.h"

#define FIXTURE_OPTIONS ((SegBasketOptions) { \
	.min_count = 1, .max_itemsets = 1000000, .max_length = 4, .max_basket_items = 1000})

static inline SegBasketState *
new_basket_state(const SegBasketOptions *options)
{
	SegBasketRoom room = seg_basket_first_room();
	SegBasketState *state = calloc(1, seg_basket_state_size(&room));

	state->fit.state.magic = SEG_BASKET_STATE_MAGIC;
	seg_basket_state_init(state, options, &room);
	return state;
}

static inline SegBasketState *
with_basket_room(SegBasketState *state, size_t items, size_t lines, size_t name_bytes)
{
	SegBasketRoom room;
	SegBasketState *grown;

	if (!seg_basket_needs_room(state, items, lines, name_bytes, &room))
		return state;
	grown = calloc(1, seg_basket_state_size(&room));
	grown->fit.state = state->fit.state;
	seg_basket_grow(state, &room, grown);
	free(state);
	return grown;
}

/* Add a basket whose items are the characters of a text. */
static inline SegBasketState *
add_basket(SegBasketState *state, const char *items)
{
	state = with_basket_room(state, strlen(items), strlen(items), strlen(items));
	for (; *items != '\0'; items++)
		seg_basket_put(state, items, 1);
	(void) seg_basket_close(state);
	return state;
}

static inline SegBasketState *
merge_baskets(SegBasketState *state, const SegBasketState *other)
{
	uint32_t   *numbers = calloc(other->items + 1, sizeof(uint32_t));

	state = with_basket_room(state, other->items, other->lines, other->name_bytes);
	seg_basket_merge(state, other, numbers);
	free(numbers);
	return state;
}

/* Arrays of a fit, freed together. */
typedef struct FixtureRoom
{
	void	   *taken[64];
	int			n;
} FixtureRoom;

static inline void *
fixture_take(FixtureRoom *room, size_t count, size_t size)
{
	return room->taken[room->n++] = calloc(count == 0 ? 1 : count, size);
}

static inline void
fixture_free(FixtureRoom *room)
{
	while (room->n > 0)
		free(room->taken[--room->n]);
}

static inline SegArena
fixture_arena(FixtureRoom *room, size_t size)
{
	void	   *base = aligned_alloc(16, (size + 16) / 16 * 16);

	room->taken[room->n++] = base;
	return seg_arena(base, size);
}

/* Items of a state that are frequent, by rising count, then name; OUT numbers of all items. */
static inline void
fixture_names(const SegBasketState *state, const uint32_t *counts, uint64_t threshold, SegBasketModel *model,
			  uint32_t *numbers, uint32_t *frequent_counts, FixtureRoom *room)
{
	size_t		items = state->items;

	model->names = (SegBasketNames) {0, fixture_take(room, items, sizeof(uint32_t)), fixture_take(room, state->name_bytes, 1)};
	memset(numbers, 0xFF, items * sizeof(uint32_t));
	for (;;)
	{
		size_t		best = items;
		size_t		size;
		const char *name;

		for (size_t i = 0; i < items; i++)
		{
			size_t		best_size = 0;
			const char *best_name = NULL;

			if (seg_basket_is_excluded(state, i) || counts[i] < threshold || numbers[i] != SEG_BASKET_NONE)
				continue;
			name = seg_basket_name(state, i, &size);
			if (best < items)
				best_name = seg_basket_name(state, best, &best_size);
			if (best == items || counts[i] < counts[best] ||
				(counts[i] == counts[best] && seg_basket_compare_names(name, size, best_name, best_size) < 0))
				best = i;
		}
		if (best == items)
			break;
		name = seg_basket_name(state, best, &size);
		memcpy(model->names.bytes + (model->names.n == 0 ? 0 : model->names.ends[model->names.n - 1]), name, size);
		model->names.ends[model->names.n] = (uint32_t) ((model->names.n == 0 ? 0 : model->names.ends[model->names.n - 1]) + size);
		frequent_counts[model->names.n] = counts[best];
		numbers[best] = model->names.n++;
	}
}

/* Returns the number of itemsets counted; if it is beyond the limit there is no tree. */
static inline uint64_t
fit_baskets(const SegBasketState *state, SegBasketModel *model, FixtureRoom *room)
{
	size_t		items = state->items;
	uint32_t   *counts = fixture_take(room, items, sizeof(uint32_t));
	uint32_t   *numbers = fixture_take(room, items, sizeof(uint32_t));
	uint32_t   *frequent_counts = fixture_take(room, items, sizeof(uint32_t));
	uint32_t   *lines;
	SegBasketOrder order = {fixture_take(room, items, sizeof(uint32_t)), fixture_take(room, state->longest, sizeof(uint32_t))};
	const SegBasketOrder *cuts = state->longest > state->options.max_basket_items ? &order : NULL;
	uint64_t	threshold = seg_basket_threshold(&state->options, state->baskets);
	SegBasketMine mine;

	memset(model, 0, sizeof(*model));
	model->baskets = state->baskets;
	model->empty = state->empty;
	model->options = state->options;
	(void) seg_basket_count(state, NULL, counts);
	if (cuts != NULL)
	{
		seg_basket_order(state, counts, fixture_take(room, items, sizeof(uint32_t)), &order);
		model->cut = seg_basket_count(state, cuts, counts);
	}
	for (int rounds = 0;; rounds++)
	{
		model->threshold = threshold;
		fixture_names(state, counts, threshold, model, numbers, frequent_counts, room);
		lines = fixture_take(room, seg_basket_recode(state, cuts, numbers, NULL), sizeof(uint32_t));
		mine = (SegBasketMine) {
			.lines = lines, .n = seg_basket_recode(state, cuts, numbers, lines), .counts = frequent_counts,
			.items = model->names.n, .max_length = state->options.max_length, .max_itemsets = state->options.max_itemsets,
			.raise = state->options.on_limit == SEG_BASKET_LIMIT_RAISE, .threshold = threshold
		};
		seg_basket_mine_count(&mine, fixture_arena(room, seg_basket_mine_size(&mine, fixture_take(room, mine.items, sizeof(uint64_t)))));
		if (mine.threshold == threshold)
			break;
		threshold = mine.threshold;
	}
	if (mine.itemsets > mine.max_itemsets)
		return mine.itemsets;
	model->tree.item = fixture_take(room, mine.itemsets, sizeof(uint32_t));
	model->tree.count = fixture_take(room, mine.itemsets, sizeof(uint32_t));
	model->tree.first = fixture_take(room, mine.itemsets + 1, sizeof(uint32_t));
	seg_basket_mine_write(&mine, &model->tree, fixture_arena(room, seg_basket_mine_size(&mine, fixture_take(room, mine.items, sizeof(uint64_t)))));
	return mine.itemsets;
}

#endif							/* SEG_TEST_BASKET_FIXTURE_H */
