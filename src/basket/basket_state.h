/*
 * basket_state.h
 *		Baskets as numbers of items: the state of the aggregate basket_fit.
 *
 * Each different item has a number, in the order of its first occurrence.  A line is one
 * item of one basket, 4 bytes: the number of the item, and a bit at the last line of the
 * basket.  An item that a basket has twice is one line; the others are counted.
 *
 * The state is one buffer that the caller owns, without pointers, so it is sent between
 * processes as it is:
 *
 *		head, slots of the hash table, items, lines, bytes of the names
 *
 * Which item has which number depends on the order of the baskets.  What is made of a
 * state does not (basket_lines_state.h).
 */
#ifndef SEG_BASKET_BASKET_STATE_H
#define SEG_BASKET_BASKET_STATE_H

#include "base/port.h"
#include "base/state.h"
#include "base/status.h"
#include "basket/basket.h"

/* The four bytes that tell this state from others. */
#define SEG_BASKET_STATE_MAGIC UINT32_C(0xFE317F69)

typedef struct SegBasketItem
{
	uint32_t	hash;			/* of the name */
	uint32_t	name;			/* where it begins in the bytes of the names */
	uint32_t	size;			/* of the name; with SEG_BASKET_LAST the item is excluded */
	uint32_t	last;			/* the last basket that has it, from 1 */
} SegBasketItem;

/* How much room there is in a state. */
typedef struct SegBasketRoom
{
	uint32_t	log2_slots;		/* half of them are filled at most */
	uint32_t	unused;
	uint64_t	lines;
	uint64_t	name_bytes;
} SegBasketRoom;

typedef struct SegBasketState
{
	SegFitHead	fit;			/* d is 1 */
	SegBasketOptions options;
	uint64_t	baskets;		/* all of them */
	uint64_t	empty;			/* of these: without a line */
	uint64_t	longest;		/* the most lines of a basket */
	uint64_t	duplicates;		/* items that a basket had before */
	uint64_t	skipped;		/* items that are null or blank */
	uint64_t	excluded;		/* items that are excluded by option */
	uint64_t	open;			/* lines of the basket that is being added */
	uint64_t	lines;
	uint64_t	name_bytes;
	uint64_t	items;
	SegBasketRoom room;
} SegBasketState;

/* ---- the parts of a state ---- */

static inline size_t
seg_basket_slots(const SegBasketState *state)
{
	return (size_t) 1 << state->room.log2_slots;
}

static inline uint32_t *
seg_basket_slot_array(const SegBasketState *state)
{
	return (uint32_t *) (state + 1);
}

static inline SegBasketItem *
seg_basket_items(const SegBasketState *state)
{
	return (SegBasketItem *) (seg_basket_slot_array(state) + seg_basket_slots(state));
}

static inline uint32_t *
seg_basket_lines(const SegBasketState *state)
{
	return (uint32_t *) (seg_basket_items(state) + seg_basket_slots(state) / 2);
}

static inline char *
seg_basket_name_bytes(const SegBasketState *state)
{
	return (char *) (seg_basket_lines(state) + state->room.lines);
}

/* The name of an item and its size; no NUL follows. */
static inline const char *
seg_basket_name(const SegBasketState *state, size_t item, size_t *size)
{
	const SegBasketItem *items = seg_basket_items(state);

	*size = items[item].size & ~SEG_BASKET_LAST;
	return seg_basket_name_bytes(state) + items[item].name;
}

static inline bool
seg_basket_is_excluded(const SegBasketState *state, size_t item)
{
	return (seg_basket_items(state)[item].size & SEG_BASKET_LAST) != 0;
}

/* ---- making and filling ---- */

/* Bytes of a state with that room. */
extern size_t seg_basket_state_size(const SegBasketRoom *room);

/* The room of a new state. */
extern SegBasketRoom seg_basket_first_room(void);

/*
 * Must the state grow for so many more items, lines, and bytes of names?
 * OUT *room: at least 1.5 times what it has of that which is too small.  False if there is room.
 */
extern bool seg_basket_needs_room(const SegBasketState *state, size_t items, size_t lines, size_t name_bytes,
								  SegBasketRoom *room);

/* A new state in zeroed bytes behind its SegStateHead. */
extern void seg_basket_state_init(SegBasketState *state, const SegBasketOptions *options, const SegBasketRoom *room);

/* Fill OUT into, of the size of that room, with all of the state except the SegStateHead. */
extern void seg_basket_grow(const SegBasketState *state, const SegBasketRoom *room, SegBasketState *into);

/* The number of an item, which is entered if it is new.  There must be room for it. */
extern uint32_t seg_basket_enter(SegBasketState *state, const char *name, size_t size);

/* Exclude an item: it is in no basket.  To be called before the first basket. */
extern void seg_basket_exclude(SegBasketState *state, const char *name, size_t size);

/* Add an item to the open basket.  There must be room for it. */
extern void seg_basket_put(SegBasketState *state, const char *name, size_t size);

/* The open basket is complete.  Returns its number of lines. */
extern uint64_t seg_basket_close(SegBasketState *state);

/*
 * Add the baskets of another state of the same options.  There must be room for all of its
 * items, lines and names.  SCRATCH numbers[other->items].
 */
extern void seg_basket_merge(SegBasketState *state, const SegBasketState *other, uint32_t *numbers);

/* Is it a state of that many bytes, aligned to 8?  For bytes that come from elsewhere. */
extern bool seg_basket_state_is_sound(const SegBasketState *state, size_t size);

#endif							/* SEG_BASKET_BASKET_STATE_H */
