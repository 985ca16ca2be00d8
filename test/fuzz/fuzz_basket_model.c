/*
 * fuzz_basket_model.c
 *		Any payload as a model of basket: decode, encode, decode, rules, offers.
 *
 * What decodes must encode to the same bytes again.  A model that lacks an itemset which
 * its rules need is refused when they are made; of all others every rule can be used.
 */
#include "fuzz.h"

#include "basket/basket_offers_model.h"

static SegStatus
decode(const uint8_t *bytes, size_t size, SegBasketModel *model, void **memory)
{
	SegReader	reader = seg_reader(bytes, size);
	SegArena	arena = seg_arena(NULL, seg_basket_decoded_size(size));

	memset(model, 0, sizeof(*model));
	*memory = arena.base = room(arena.size);
	return seg_basket_decode(&reader, SEG_BASKET_VERSION, &arena, model);
}

/* All rules, and the offers to a basket with every second item. */
static void
use(const SegBasketModel *model)
{
	SegArena	arena = seg_arena(NULL, seg_basket_index_size(model));
	SegBasketIndex index;
	void	   *memory = arena.base = room(arena.size);

	if (seg_basket_index_make(model, &arena, &index) == SEG_OK)
	{
		uint32_t   *items = room(model->names.n * sizeof(uint32_t));
		double	   *best = room(index.links.rules * sizeof(double));
		double	   *reached = room(index.links.rules * sizeof(double));
		size_t		n = 0;

		seg_basket_best_simpler(&model->tree, &index.links, model->baskets, best, reached);
		seg_basket_offers_begin(&index);
		for (uint32_t item = 0; item < model->names.n; item += 2)
		{
			(void) seg_basket_block(&index, item);
			items[n++] = item;
		}
		seg_basket_offers_find(&index, items, n, 0.01, 0.5);
		seg_basket_offers_sort(&index, NULL);
		require(index.n <= model->names.n);
		for (size_t i = 0; i < index.n; i++)
			require(index.offers[i].item % 2 == 1 && index.offers[i].confidence <= 1);
		free(reached);
		free(best);
		free(items);
	}
	free(memory);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SegBasketModel model;
	SegBasketModel again;
	void	   *memory;
	void	   *memory_again;

	if (decode(data, size, &model, &memory) == SEG_OK)
	{
		uint8_t    *bytes = room(size);
		uint8_t    *bytes_again = room(size);
		SegWriter	counter = {NULL, 0};
		SegWriter	writer = {bytes, 0};
		SegWriter	writer_again = {bytes_again, 0};

		seg_basket_encode(&counter, &model);
		require(counter.size == size);
		seg_basket_encode(&writer, &model);
		require(memcmp(bytes, data, size) == 0);
		require(decode(bytes, size, &again, &memory_again) == SEG_OK);
		seg_basket_encode(&writer_again, &again);
		require(memcmp(bytes, bytes_again, size) == 0);
		use(&again);
		free(memory_again);
		free(bytes_again);
		free(bytes);
	}
	free(memory);
	return 0;
}
