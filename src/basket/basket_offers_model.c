/*
 * basket_offers_model.c
 *		The rules of a model that apply to a basket; see basket_offers_model.h.
 */
#include "basket/basket_offers_model.h"

#include "base/hash.h"
#include "base/sort.h"

static size_t
rounded(size_t count, size_t item_size)
{
	return (count * item_size + SEG_ARENA_ALIGN - 1) / SEG_ARENA_ALIGN * SEG_ARENA_ALIGN;
}

/* Slots for so many names: at most half are filled. */
static size_t
slots_for(uint32_t items)
{
	size_t		slots = 2;

	while (slots < 2 * (size_t) items)
		slots *= 2;
	return slots;
}

size_t
seg_basket_index_size(const SegBasketModel *model)
{
	size_t		items = model->names.n;
	size_t		rules = seg_basket_count_rules(&model->tree);

	return rounded(rules, sizeof(uint32_t)) + rounded((size_t) model->tree.nodes + 1, sizeof(uint32_t)) +
		rounded(rules, sizeof(SegBasketIndexRule)) + rounded(slots_for(model->names.n), sizeof(uint32_t)) +
		3 * rounded(items, sizeof(uint32_t)) + rounded(items, sizeof(SegBasketOffer));
}

/* By falling count of a rule, then by rising count of the consequent: by confidence and lift. */
static bool
is_better_rule(const void *a, const void *b, const void *argument)
{
	const SegBasketIndexRule *x = a;
	const SegBasketIndexRule *y = b;

	return x->both != y->both ? x->both > y->both : x->consequent < y->consequent;
}

/* Put the rules in the order of their antecedents. */
static void
sort_rules(const SegBasketTree *tree, SegBasketIndex *index)
{
	const SegBasketLinks *links = &index->links;
	uint32_t	items[SEG_BASKET_MAX_LENGTH];

	memset(index->begins, 0, ((size_t) tree->nodes + 1) * sizeof(uint32_t));
	for (size_t r = 0; r < links->rules; r++)
	{
		seg_check_step(r);
		index->begins[links->antecedents[r] + 1]++;
	}
	for (size_t v = 0; v < tree->nodes; v++)
	{
		seg_check_step(v);
		index->begins[v + 1] += index->begins[v];
	}
	for (uint32_t length = 2; length <= tree->depth; length++)
		for (uint32_t v = tree->levels[length]; v < tree->levels[length + 1]; v++)
		{
			seg_check_step(v);
			seg_basket_itemset(tree, links, length, v, items);
			for (uint32_t c = 0; c < length; c++)
			{
				uint32_t	antecedent = links->antecedents[seg_basket_rule(tree, links, length, v, c)];

				index->rules[index->begins[antecedent]++] = (SegBasketIndexRule) {items[c], tree->count[v]};
			}
		}
	/* each begin has moved to the next one */
	memmove(index->begins + 1, index->begins, tree->nodes * sizeof(uint32_t));
	index->begins[0] = 0;
	for (size_t v = 0; v < tree->nodes; v++)
		seg_sort(index->rules + index->begins[v], index->begins[v + 1] - index->begins[v], sizeof(SegBasketIndexRule),
				 is_better_rule, NULL);
}

static void
enter_names(const SegBasketNames *names, SegBasketIndex *index)
{
	memset(index->slots, 0, (index->mask + 1) * sizeof(uint32_t));
	for (uint32_t item = 0; item < names->n; item++)
	{
		size_t		size;
		const char *name = seg_basket_item_name(names, item, &size);
		size_t		at = seg_hash_bytes(0, name, size) & index->mask;

		seg_check_step(item);
		while (index->slots[at] != 0)
			at = (at + 1) & index->mask;
		index->slots[at] = item + 1;
	}
}

SegStatus
seg_basket_index_make(const SegBasketModel *model, SegArena *arena, SegBasketIndex *index)
{
	size_t		items = model->names.n;
	size_t		rules = seg_basket_count_rules(&model->tree);

	memset(index, 0, sizeof(*index));
	index->model = model;
	index->mask = slots_for(model->names.n) - 1;
	index->links.antecedents = seg_arena_take(arena, rules, sizeof(uint32_t));
	index->begins = seg_arena_take(arena, (size_t) model->tree.nodes + 1, sizeof(uint32_t));
	index->rules = seg_arena_take(arena, rules, sizeof(SegBasketIndexRule));
	index->slots = seg_arena_take(arena, index->mask + 1, sizeof(uint32_t));
	index->blocked = seg_arena_take(arena, items, sizeof(uint32_t));
	index->offered = seg_arena_take(arena, items, sizeof(uint32_t));
	index->places = seg_arena_take(arena, items, sizeof(uint32_t));
	index->offers = seg_arena_take(arena, items, sizeof(SegBasketOffer));
	Assert(index->offers != NULL);
	memset(index->blocked, 0, items * sizeof(uint32_t));
	memset(index->offered, 0, items * sizeof(uint32_t));
	if (seg_basket_link(&model->tree, &index->links) != SEG_OK)
		return SEG_MALFORMED_MODEL;
	sort_rules(&model->tree, index);
	enter_names(&model->names, index);
	return SEG_OK;
}

uint32_t
seg_basket_find(const SegBasketIndex *index, const char *name, size_t size)
{
	for (size_t at = seg_hash_bytes(0, name, size) & index->mask; index->slots[at] != 0; at = (at + 1) & index->mask)
	{
		size_t		other_size;
		const char *other = seg_basket_item_name(&index->model->names, index->slots[at] - 1, &other_size);

		if (other_size == size && memcmp(other, name, size) == 0)
			return index->slots[at] - 1;
	}
	return SEG_BASKET_NONE;
}

void
seg_basket_offers_begin(SegBasketIndex *index)
{
	index->n = 0;
	if (++index->call == 0)
	{
		/* the numbers of calls begin again */
		memset(index->blocked, 0, index->model->names.n * sizeof(uint32_t));
		memset(index->offered, 0, index->model->names.n * sizeof(uint32_t));
		index->call = 1;
	}
}

/* ---- the walk ---- */

typedef struct Walk
{
	SegBasketIndex *index;
	const uint32_t *items;		/* of the basket */
	size_t		n;
	double		min_confidence;
	double		min_lift;
	size_t		steps;
} Walk;

static bool
is_better(const SegBasketOffer *a, const SegBasketOffer *b)
{
	if (a->confidence != b->confidence)
		return a->confidence > b->confidence;
	if (a->lift != b->lift)
		return a->lift > b->lift;
	if (a->both != b->both)
		return a->both > b->both;
	return a->length != b->length ? a->length < b->length : a->antecedent < b->antecedent;
}

static void
keep_offer(SegBasketIndex *index, const SegBasketOffer *offer)
{
	uint32_t	item = offer->item;

	if (index->offered[item] != index->call)
	{
		index->offered[item] = index->call;
		index->places[item] = (uint32_t) index->n;
		index->offers[index->n++] = *offer;
	}
	else if (is_better(offer, &index->offers[index->places[item]]))
		index->offers[index->places[item]] = *offer;
}

/* The rules of an antecedent within the basket. */
static void
apply_rules(Walk *walk, uint32_t length, uint32_t antecedent)
{
	SegBasketIndex *index = walk->index;
	const SegBasketModel *model = index->model;

	for (size_t r = index->begins[antecedent]; r < index->begins[antecedent + 1]; r++)
	{
		const SegBasketIndexRule *rule = &index->rules[r];
		SegBasketCounts counts = {rule->both, model->tree.count[antecedent], model->tree.count[rule->consequent], model->baskets};
		SegBasketOffer offer = {.item = rule->consequent, .both = rule->both, .antecedent = antecedent, .length = length, .value = 1};

		seg_check_step(++walk->steps);
		offer.confidence = seg_basket_confidence(&counts);
		if (offer.confidence < walk->min_confidence)
			break;				/* of the others, too */
		offer.lift = seg_basket_lift(&counts);
		if (offer.lift >= walk->min_lift && index->blocked[rule->consequent] != index->call)
			keep_offer(index, &offer);
	}
}

/* The children of a node, begin .. end - 1, that are among the items from `from` on. */
static void
visit(Walk *walk, uint32_t length, uint32_t begin, uint32_t end, size_t from)
{
	const SegBasketTree *tree = &walk->index->model->tree;

	for (size_t i = from; i < walk->n && begin < end; i++)
	{
		uint32_t	low = begin;
		uint32_t	high = end;

		seg_check_step(++walk->steps);
		while (low < high)
		{
			uint32_t	middle = low + (high - low) / 2;

			if (tree->item[middle] < walk->items[i])
				low = middle + 1;
			else
				high = middle;
		}
		begin = low;
		if (low == end || tree->item[low] != walk->items[i])
			continue;
		apply_rules(walk, length, low);
		visit(walk, length + 1, tree->first[low], tree->first[low + 1], i + 1);
		begin++;
	}
}

void
seg_basket_offers_find(SegBasketIndex *index, const uint32_t *items, size_t n, double min_confidence, double min_lift)
{
	Walk		walk = {.index = index, .items = items, .n = n, .min_confidence = min_confidence, .min_lift = min_lift};

	visit(&walk, 1, 0, index->model->names.n, 0);
}

static bool
comes_first(const void *a, const void *b, const void *argument)
{
	const SegBasketOffer *x = a;
	const SegBasketOffer *y = b;
	double		x_score = x->confidence * x->value;
	double		y_score = y->confidence * y->value;

	if (x_score != y_score)
		return x_score > y_score;
	if (x->confidence != y->confidence)
		return x->confidence > y->confidence;
	if (x->lift != y->lift)
		return x->lift > y->lift;
	return x->both != y->both ? x->both > y->both : x->item < y->item;
}

void
seg_basket_offers_sort(SegBasketIndex *index, const double *values)
{
	for (size_t i = 0; i < index->n && values != NULL; i++)
		index->offers[i].value = values[index->offers[i].item];
	seg_sort(index->offers, index->n, sizeof(SegBasketOffer), comes_first, NULL);
}
