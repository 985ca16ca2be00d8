/*
 * basket_lines_state.h
 *		The baskets of a state as lists of their frequent items.
 *
 * Frequent items are numbered by rising count, then by name, and a basket is cut to the
 * items that are most frequent, so the lists depend on the order of the baskets only in
 * their own order.
 */
#ifndef SEG_BASKET_BASKET_LINES_STATE_H
#define SEG_BASKET_BASKET_LINES_STATE_H

#include "basket/basket_state.h"

/* The order of all items in which a long basket keeps its first ones: by falling count, then by name. */
typedef struct SegBasketOrder
{
	uint32_t   *places;			/* of each item */
	uint32_t   *basket;			/* SCRATCH, as long as the longest basket */
} SegBasketOrder;

/* OUT order->places, from IN counts[items].  SCRATCH sorted[items]. */
extern void seg_basket_order(const SegBasketState *state, const uint32_t *counts, uint32_t *sorted, SegBasketOrder *order);

/*
 * OUT counts[items]: the baskets of each item.  IN order: NULL, or a basket with more than
 * max_basket_items items counts only for the first of them in this order.  Returns the
 * number of baskets that were cut.
 */
extern uint64_t seg_basket_count(const SegBasketState *state, const SegBasketOrder *order, uint32_t *counts);

/*
 * OUT lines: baskets with two or more frequent items, each rising, with SEG_BASKET_LAST at
 * the last.  IN numbers[items]: of the frequent items, or SEG_BASKET_NONE.  IN order: as
 * before.  Returns the number of lines; with lines NULL it only counts.
 */
extern size_t seg_basket_recode(const SegBasketState *state, const SegBasketOrder *order, const uint32_t *numbers,
								uint32_t *lines);

#endif							/* SEG_BASKET_BASKET_LINES_STATE_H */
