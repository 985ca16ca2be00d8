/*
 * basket_lines_state.c
 *		The baskets of a state as lists of their frequent items; see basket_lines_state.h.
 */
#include "basket/basket_lines_state.h"

#include "base/sort.h"

typedef struct Counted
{
	const SegBasketState *state;
	const uint32_t *counts;
} Counted;

static bool
is_more_frequent(const void *a, const void *b, const void *argument)
{
	const Counted *counted = argument;
	uint32_t	i = *(const uint32_t *) a;
	uint32_t	j = *(const uint32_t *) b;
	size_t		i_size;
	size_t		j_size;
	const char *i_name;
	const char *j_name;

	if (counted->counts[i] != counted->counts[j])
		return counted->counts[i] > counted->counts[j];
	i_name = seg_basket_name(counted->state, i, &i_size);
	j_name = seg_basket_name(counted->state, j, &j_size);
	return seg_basket_compare_names(i_name, i_size, j_name, j_size) < 0;
}

void
seg_basket_order(const SegBasketState *state, const uint32_t *counts, uint32_t *sorted, SegBasketOrder *order)
{
	Counted		counted = {state, counts};

	for (size_t i = 0; i < state->items; i++)
		sorted[i] = (uint32_t) i;
	seg_sort(sorted, state->items, sizeof(uint32_t), is_more_frequent, &counted);
	for (size_t i = 0; i < state->items; i++)
		order->places[sorted[i]] = (uint32_t) i;
}

static bool
is_earlier(const void *a, const void *b, const void *argument)
{
	const uint32_t *places = argument;

	return places[*(const uint32_t *) a] < places[*(const uint32_t *) b];
}

/* The n items of a basket: where they are, or, if it must be cut, the first ones of the order.  INOUT *n. */
static const uint32_t *
kept_items(const SegBasketState *state, const SegBasketOrder *order, const uint32_t *lines, size_t *n)
{
	if (order == NULL || *n <= state->options.max_basket_items)
		return lines;
	for (size_t i = 0; i < *n; i++)
		order->basket[i] = lines[i] & ~SEG_BASKET_LAST;
	seg_sort(order->basket, *n, sizeof(uint32_t), is_earlier, order->places);
	*n = state->options.max_basket_items;
	return order->basket;
}

uint64_t
seg_basket_count(const SegBasketState *state, const SegBasketOrder *order, uint32_t *counts)
{
	const uint32_t *lines = seg_basket_lines(state);
	uint64_t	cut = 0;

	memset(counts, 0, state->items * sizeof(uint32_t));
	for (size_t begin = 0, checked = 0; begin < state->lines;)
	{
		size_t		n = seg_basket_size(lines + begin);
		size_t		kept = n;
		const uint32_t *items = kept_items(state, order, lines + begin, &kept);

		for (size_t i = 0; i < kept; i++)
			counts[items[i] & ~SEG_BASKET_LAST]++;
		cut += kept < n;
		begin += n;
		if (begin - checked >= SEG_BASKET_LINES_PER_CHECK)
		{
			checked = begin;
			CHECK_FOR_INTERRUPTS();
		}
	}
	return cut;
}

static bool
is_less(const void *a, const void *b, const void *argument)
{
	return *(const uint32_t *) a < *(const uint32_t *) b;
}

/* The numbers of the n frequent items of a basket, in order. */
static void
recode_basket(const uint32_t *items, size_t kept, const uint32_t *numbers, uint32_t *recoded, size_t n)
{
	size_t		done = 0;

	for (size_t i = 0; i < kept; i++)
	{
		uint32_t	number = numbers[items[i] & ~SEG_BASKET_LAST];

		if (number != SEG_BASKET_NONE)
			recoded[done++] = number;
	}
	seg_sort(recoded, n, sizeof(uint32_t), is_less, NULL);
	recoded[n - 1] |= SEG_BASKET_LAST;
}

size_t
seg_basket_recode(const SegBasketState *state, const SegBasketOrder *order, const uint32_t *numbers, uint32_t *recoded)
{
	const uint32_t *lines = seg_basket_lines(state);
	size_t		total = 0;

	for (size_t begin = 0, checked = 0; begin < state->lines;)
	{
		size_t		n = seg_basket_size(lines + begin);
		size_t		kept = n;
		const uint32_t *items = kept_items(state, order, lines + begin, &kept);
		size_t		frequent = 0;

		for (size_t i = 0; i < kept; i++)
			frequent += numbers[items[i] & ~SEG_BASKET_LAST] != SEG_BASKET_NONE;
		/* a single item has no place in recoded[], which ends with the last basket of two */
		if (frequent >= 2)
		{
			if (recoded != NULL)
				recode_basket(items, kept, numbers, recoded + total, frequent);
			total += frequent;
		}
		begin += n;
		if (begin - checked >= SEG_BASKET_LINES_PER_CHECK)
		{
			checked = begin;
			CHECK_FOR_INTERRUPTS();
		}
	}
	return total;
}
