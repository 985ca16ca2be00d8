/*
 * basket_state.c
 *		Baskets as numbers of items: the state of the aggregate basket_fit; see basket_state.h.
 */
#include "basket/basket_state.h"

#include "base/hash.h"

#define FIRST_LOG2_SLOTS 6
#define FIRST_LINES 64
#define FIRST_NAME_BYTES 512

/* The largest room of a sound state: sizes cannot overflow, and a line has a bit to spare. */
#define MOST_LOG2_SLOTS 31
#define MOST_LINES ((uint64_t) INT32_MAX)
#define MOST_NAME_BYTES ((uint64_t) UINT32_MAX)

size_t
seg_basket_state_size(const SegBasketRoom *room)
{
	size_t		slots = (size_t) 1 << room->log2_slots;

	return sizeof(SegBasketState) + slots * sizeof(uint32_t) + slots / 2 * sizeof(SegBasketItem) +
		room->lines * sizeof(uint32_t) + room->name_bytes;
}

SegBasketRoom
seg_basket_first_room(void)
{
	return (SegBasketRoom) {.log2_slots = FIRST_LOG2_SLOTS, .lines = FIRST_LINES, .name_bytes = FIRST_NAME_BYTES};
}

/* Room for wanted, at least 1.5 times as much as there was. */
static uint64_t
grown(uint64_t had, uint64_t wanted)
{
	uint64_t	more = had + had / 2;

	return wanted <= had ? had : wanted > more ? wanted : more;
}

bool
seg_basket_needs_room(const SegBasketState *state, size_t items, size_t lines, size_t name_bytes,
					  SegBasketRoom *room)
{
	*room = state->room;
	while (state->items + items > (uint64_t) 1 << (room->log2_slots - 1) && room->log2_slots < 40)
		room->log2_slots++;
	room->lines = grown(room->lines, state->lines + lines);
	room->name_bytes = (grown(room->name_bytes, state->name_bytes + name_bytes) + 3) & ~UINT64_C(3);
	return memcmp(room, &state->room, sizeof(*room)) != 0;
}

void
seg_basket_state_init(SegBasketState *state, const SegBasketOptions *options, const SegBasketRoom *room)
{
	state->fit.d = 1;
	state->options = *options;
	state->room = *room;
}

/* The slot of a name: where it is, or the empty one where it belongs. */
static uint32_t *
find_slot(const SegBasketState *state, const char *name, size_t size, uint32_t hash)
{
	uint32_t   *slots = seg_basket_slot_array(state);
	const SegBasketItem *items = seg_basket_items(state);
	const char *names = seg_basket_name_bytes(state);
	size_t		mask = seg_basket_slots(state) - 1;

	for (size_t at = hash & mask;; at = (at + 1) & mask)
	{
		const SegBasketItem *item;

		if (slots[at] == 0)
			return &slots[at];
		item = &items[slots[at] - 1];
		if (item->hash == hash && (item->size & ~SEG_BASKET_LAST) == size && memcmp(names + item->name, name, size) == 0)
			return &slots[at];
	}
}

void
seg_basket_grow(const SegBasketState *state, const SegBasketRoom *room, SegBasketState *into)
{
	SegStateHead head = into->fit.state;
	size_t		mask;
	uint32_t   *slots;
	const SegBasketItem *items;

	*into = *state;
	into->fit.state = head;
	into->room = *room;
	slots = seg_basket_slot_array(into);
	mask = seg_basket_slots(into) - 1;
	items = seg_basket_items(into);
	memset(slots, 0, (mask + 1) * sizeof(uint32_t));
	memcpy(seg_basket_items(into), seg_basket_items(state), state->items * sizeof(SegBasketItem));
	memset(seg_basket_items(into) + state->items, 0, ((mask + 1) / 2 - state->items) * sizeof(SegBasketItem));
	for (size_t i = 0; i < state->items; i++)
	{
		size_t		at = items[i].hash & mask;

		if (i % 256 == 255)
			CHECK_FOR_INTERRUPTS();
		while (slots[at] != 0)
			at = (at + 1) & mask;
		slots[at] = (uint32_t) i + 1;
	}
	memcpy(seg_basket_lines(into), seg_basket_lines(state), state->lines * sizeof(uint32_t));
	memset(seg_basket_lines(into) + state->lines, 0, (room->lines - state->lines) * sizeof(uint32_t));
	memcpy(seg_basket_name_bytes(into), seg_basket_name_bytes(state), state->name_bytes);
	memset(seg_basket_name_bytes(into) + state->name_bytes, 0, room->name_bytes - state->name_bytes);
}

uint32_t
seg_basket_enter(SegBasketState *state, const char *name, size_t size)
{
	uint32_t	hash = (uint32_t) seg_hash_bytes(0, name, size);
	uint32_t   *slot = find_slot(state, name, size, hash);

	if (*slot == 0)
	{
		Assert(state->items < seg_basket_slots(state) / 2 && state->name_bytes + size <= state->room.name_bytes);
		seg_basket_items(state)[state->items] = (SegBasketItem) {hash, (uint32_t) state->name_bytes, (uint32_t) size, 0};
		memcpy(seg_basket_name_bytes(state) + state->name_bytes, name, size);
		state->name_bytes += size;
		*slot = (uint32_t) ++state->items;
	}
	return *slot - 1;
}

void
seg_basket_exclude(SegBasketState *state, const char *name, size_t size)
{
	seg_basket_items(state)[seg_basket_enter(state, name, size)].size |= SEG_BASKET_LAST;
}

void
seg_basket_put(SegBasketState *state, const char *name, size_t size)
{
	uint32_t	number = seg_basket_enter(state, name, size);
	SegBasketItem *item = &seg_basket_items(state)[number];
	uint32_t	basket = (uint32_t) (state->baskets - state->empty + 1);

	if ((item->size & SEG_BASKET_LAST) != 0)
		state->excluded++;
	else if (item->last == basket)
		state->duplicates++;
	else
	{
		Assert(state->lines < state->room.lines);
		item->last = basket;
		seg_basket_lines(state)[state->lines++] = number;
		state->open++;
	}
}

uint64_t
seg_basket_close(SegBasketState *state)
{
	uint64_t	lines = state->open;

	if (lines > 0)
		seg_basket_lines(state)[state->lines - 1] |= SEG_BASKET_LAST;
	else
		state->empty++;
	state->baskets++;
	state->open = 0;
	if (lines > state->longest)
		state->longest = lines;
	return lines;
}

void
seg_basket_merge(SegBasketState *state, const SegBasketState *other, uint32_t *numbers)
{
	const uint32_t *from = seg_basket_lines(other);
	uint32_t   *to = seg_basket_lines(state) + state->lines;

	for (size_t i = 0; i < other->items; i++)
	{
		size_t		size;
		const char *name = seg_basket_name(other, i, &size);

		/* names whose hashes collide on purpose take long */
		if (i % 256 == 255)
			CHECK_FOR_INTERRUPTS();
		numbers[i] = seg_basket_enter(state, name, size);
	}
	for (size_t i = 0; i < other->lines; i++)
	{
		seg_check_step(i);
		to[i] = numbers[from[i] & ~SEG_BASKET_LAST] | (from[i] & SEG_BASKET_LAST);
	}
	state->lines += other->lines;
	state->baskets += other->baskets;
	state->empty += other->empty;
	state->duplicates += other->duplicates;
	state->skipped += other->skipped;
	state->excluded += other->excluded;
	if (other->longest > state->longest)
		state->longest = other->longest;
}

/* ---- states from elsewhere ---- */

static bool
options_are_sound(const SegBasketOptions *options)
{
	return options->min_support <= SEG_BASKET_SUPPORT_UNITS && options->min_count <= SEG_STATE_MOST_ROWS && options->max_length >= 1 && options->max_length <= SEG_BASKET_MAX_LENGTH &&
		options->max_itemsets >= 1 && options->max_itemsets <= SEG_BASKET_MOST_ITEMSETS &&
		options->max_basket_items >= 1 && options->max_basket_items <= SEG_BASKET_MOST_BASKET_ITEMS &&
		options->on_limit <= SEG_BASKET_LIMIT_RAISE && options->long_baskets <= SEG_BASKET_LONG_ERROR;
}

static bool
items_are_sound(const SegBasketState *state)
{
	const uint32_t *slots = seg_basket_slot_array(state);
	const SegBasketItem *items = seg_basket_items(state);
	size_t		filled = 0;
	uint64_t	end = 0;

	for (size_t i = 0; i < seg_basket_slots(state); i++)
	{
		seg_check_step(i);
		filled += slots[i] != 0;
		if (slots[i] > state->items)
			return false;
	}
	if (filled != state->items)
		return false;
	/* one name follows the other */
	for (size_t i = 0; i < state->items; i++)
	{
		seg_check_step(i);
		if (items[i].name != end)
			return false;
		end += items[i].size & ~SEG_BASKET_LAST;
	}
	return end == state->name_bytes && memchr(seg_basket_name_bytes(state), 0, state->name_bytes) == NULL;
}

/* Also: are the numbers of baskets and of lines of the longest one those of the lines? */
static bool
lines_are_sound(const SegBasketState *state)
{
	const uint32_t *lines = seg_basket_lines(state);
	uint64_t	baskets = 0;
	uint64_t	longest = 0;
	size_t		begin = 0;

	for (size_t i = 0; i < state->lines; i++)
	{
		uint32_t	item = lines[i] & ~SEG_BASKET_LAST;

		seg_check_step(i);
		if (item >= state->items || seg_basket_is_excluded(state, item))
			return false;
		if ((lines[i] & SEG_BASKET_LAST) == 0)
			continue;
		baskets++;
		if (i + 1 - begin > longest)
			longest = i + 1 - begin;
		begin = i + 1;
	}
	return begin == state->lines && longest == state->longest && state->empty <= state->baskets &&
		state->baskets - state->empty == baskets;
}

bool
seg_basket_state_is_sound(const SegBasketState *state, size_t size)
{
	const SegBasketRoom *room = &state->room;

	if (seg_fit_is_empty(&state->fit, size, SEG_BASKET_STATE_MAGIC))
		return true;
	return size >= sizeof(SegBasketState) && state->fit.state.magic == SEG_BASKET_STATE_MAGIC && state->fit.d == 1 &&
		room->log2_slots >= 1 && room->log2_slots <= MOST_LOG2_SLOTS && room->lines <= MOST_LINES &&
		room->name_bytes <= MOST_NAME_BYTES && room->name_bytes % 4 == 0 && size == seg_basket_state_size(room) &&
		state->items <= seg_basket_slots(state) / 2 && state->lines <= room->lines && state->name_bytes <= room->name_bytes &&
		state->open == 0 && state->baskets <= SEG_STATE_MOST_ROWS && state->duplicates <= SEG_STATE_MOST_ROWS &&
		state->skipped <= SEG_STATE_MOST_ROWS && state->excluded <= SEG_STATE_MOST_ROWS &&
		state->fit.rows_skipped <= SEG_STATE_MOST_ROWS &&
		options_are_sound(&state->options) && items_are_sound(state) && lines_are_sound(state);
}
