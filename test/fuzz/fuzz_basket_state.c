/*
 * fuzz_basket_state.c
 *		A changed state of basket_fit: add, grow, merge, fit.
 *
 * A state that passes the check must be safe to use, and must pass the check after every
 * operation.
 */
#include "fuzz_state.h"

#include "../unit/basket_fixture.h"

static size_t
size_of(const SegBasketState *state)
{
	return seg_basket_state_size(&state->room);
}

static SegBasketState *
begin(Script *script)
{
	SegBasketOptions options = FIXTURE_OPTIONS;
	uint8_t		choice = next_byte(script);

	options.min_count = choice % 4;
	options.min_support = SEG_BASKET_SUPPORT_UNITS / 10;
	options.max_length = 1 + (choice >> 2) % 4;
	options.on_limit = choice >> 4 & 1;
	options.max_basket_items = 3 + (choice >> 5);
	options.max_itemsets = 40;
	return new_basket_state(&options);
}

static SegBasketState *
add(SegBasketState *state, Script *script)
{
	char		items[9];
	size_t		n = next_byte(script) % sizeof(items);

	for (size_t i = 0; i < n; i++)
		items[i] = (char) ('a' + next_byte(script) % 12);
	items[n] = '\0';
	return add_basket(state, items);
}

static void
fit(const SegBasketState *state)
{
	SegBasketModel model;
	FixtureRoom memory = {.n = 0};

	/* the fixture takes memory for each round of a rising threshold */
	if (state->baskets > 0)
		(void) fit_baskets(state, &model, &memory);
	fixture_free(&memory);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Script		script = {data, size};
	SegBasketState *good = begin(&script);
	size_t		rows = next_byte(&script) % 64;
	SegBasketState *state;

	for (size_t i = 0; i < rows; i++)
		good = add(good, &script);
	size = size_of(good);
	require(seg_basket_state_is_sound(good, size));
	state = copy_of(good, size);
	change(&script, state, size);
	if (seg_basket_state_is_sound(state, size))
	{
		fit(state);
		if (memcmp(&state->options, &good->options, sizeof(SegBasketOptions)) == 0 && state->baskets < SEG_STATE_MOST_ROWS / 2)
		{
			SegBasketState *merged = merge_baskets(copy_of(good, size), state);

			fit(merged);
			free(merged);
			state = merge_baskets(state, good);
		}
		fit(state);
	}
	else
		fit(good);
	free(state);
	free(good);
	return 0;
}
