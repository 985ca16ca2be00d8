/*
 * basket_rules.c
 *		Association rules of frequent itemsets, and their measures; see basket_rules.h.
 */
#include "basket/basket_rules.h"

#include "stats/hypergeometric.h"

size_t
seg_basket_count_rules(const SegBasketTree *tree)
{
	size_t		rules = 0;

	for (uint32_t length = 2; length <= tree->depth; length++)
		rules += (size_t) (tree->levels[length + 1] - tree->levels[length]) * length;
	return rules;
}

/* The child of a node for an item, or tree->nodes. */
static uint32_t
find_child(const SegBasketTree *tree, uint32_t v, uint32_t item)
{
	uint32_t	low = tree->first[v];
	uint32_t	high = tree->first[v + 1];

	while (low < high)
	{
		uint32_t	middle = low + (high - low) / 2;

		if (tree->item[middle] < item)
			low = middle + 1;
		else
			high = middle;
	}
	return low < tree->first[v + 1] && tree->item[low] == item ? low : tree->nodes;
}

/* The antecedents of the rules of node v, a child of parent. */
static SegStatus
link_node(const SegBasketTree *tree, SegBasketLinks *links, uint32_t length, uint32_t parent, uint32_t v)
{
	uint32_t   *antecedents = &links->antecedents[seg_basket_rule(tree, links, length, v, 0)];

	for (uint32_t c = 0; c + 1 < length; c++)
	{
		/* without item c: as its parent without item c, and the last item */
		uint32_t	found = length == 2 ? tree->item[v] :
			find_child(tree, links->antecedents[seg_basket_rule(tree, links, length - 1, parent, c)], tree->item[v]);

		if (found == tree->nodes || tree->count[found] < tree->count[v])
			return SEG_MALFORMED_MODEL;
		antecedents[c] = found;
	}
	antecedents[length - 1] = parent;
	return SEG_OK;
}

SegStatus
seg_basket_link(const SegBasketTree *tree, SegBasketLinks *links)
{
	links->rules = 0;
	for (uint32_t length = 2; length <= tree->depth; length++)
	{
		links->begins[length] = links->rules;
		links->rules += (size_t) (tree->levels[length + 1] - tree->levels[length]) * length;
		for (uint32_t parent = tree->levels[length - 1]; parent < tree->levels[length]; parent++)
			for (uint32_t v = tree->first[parent]; v < tree->first[parent + 1]; v++)
			{
				seg_check_step(v);
				if (link_node(tree, links, length, parent, v) != SEG_OK)
					return SEG_MALFORMED_MODEL;
			}
	}
	return SEG_OK;
}

void
seg_basket_itemset(const SegBasketTree *tree, const SegBasketLinks *links, uint32_t length, uint32_t v, uint32_t *items)
{
	for (; length > 1; length--)
	{
		items[length - 1] = tree->item[v];
		v = links->antecedents[seg_basket_rule(tree, links, length, v, length - 1)];
	}
	items[0] = v;
}

/* ---- measures ---- */

/* both * all - antecedent * consequent, rounded once */
static double
surplus(const SegBasketCounts *counts)
{
	return (double) ((__int128) counts->both * (__int128) counts->all -
					 (__int128) counts->antecedent * (__int128) counts->consequent);
}

double
seg_basket_leverage(const SegBasketCounts *counts)
{
	return surplus(counts) / ((double) counts->all * (double) counts->all);
}

double
seg_basket_conviction(const SegBasketCounts *counts)
{
	return (double) (counts->all - counts->consequent) / (double) counts->all *
		((double) counts->antecedent / (double) (counts->antecedent - counts->both));
}

double
seg_basket_z_score(const SegBasketCounts *counts)
{
	double		all = (double) counts->all;
	double		variance = (double) counts->antecedent * (double) counts->consequent *
		((all - (double) counts->antecedent) * (all - (double) counts->consequent)) / (all - 1);

	return counts->all > 1 && variance > 0 ? surplus(counts) / sqrt(variance) : NAN;
}

double
seg_basket_p_value(const SegBasketCounts *counts)
{
	return seg_hypergeometric_tail(counts->both, counts->antecedent, counts->consequent, counts->all);
}

void
seg_basket_best_simpler(const SegBasketTree *tree, const SegBasketLinks *links, uint64_t baskets,
						double *best, double *reached)
{
	uint32_t	items[SEG_BASKET_MAX_LENGTH];

	for (uint32_t length = 2; length <= tree->depth; length++)
		for (uint32_t v = tree->levels[length]; v < tree->levels[length + 1]; v++)
		{
			size_t		rule = seg_basket_rule(tree, links, length, v, 0);

			seg_check_step(v);
			seg_basket_itemset(tree, links, length, v, items);
			for (uint32_t c = 0; c < length; c++)
			{
				double		simpler = (double) tree->count[items[c]] / (double) baskets;

				/* without one more item; what is simpler still was reached there */
				for (uint32_t a = 0; a < length && length > 2; a++)
					if (a != c)
						simpler = fmax(simpler, reached[seg_basket_rule(tree, links, length - 1, links->antecedents[rule + a],
																		c - (a < c))]);
				best[rule + c] = simpler;
				reached[rule + c] = fmax(simpler, (double) tree->count[v] / (double) tree->count[links->antecedents[rule + c]]);
			}
		}
}
