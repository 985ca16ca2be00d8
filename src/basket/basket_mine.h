/*
 * basket_mine.h
 *		Frequent itemsets of baskets.
 *
 * The frequent items have numbers by rising count, and each basket is the rising list of
 * its frequent items (basket_lines_state.h).  Itemsets grow in depth first order, as in Eclat (M. Zaki,
 * "Scalable algorithms for association mining", 2000): an itemset is extended by items
 * behind its last one only.  Its baskets are kept as places in the lines, each the place
 * behind its last item; one pass over what follows these places counts all extensions at
 * once (T. Uno, M. Kiyomi and H. Arimura, "LCM ver. 2", 2004).  Rare items come first, so
 * the lists are short where there are many extensions.
 *
 * What is found is the same for every order of the baskets: items are numbered by count
 * and name, and itemsets are written in the order of these numbers.
 */
#ifndef SEG_BASKET_BASKET_MINE_H
#define SEG_BASKET_BASKET_MINE_H

#include "base/arena.h"
#include "basket/basket.h"

/*
 * Itemsets as a tree.  Node v stands for the items on the path to it, which rise.  Nodes
 * are in the order of levels: the first `items` nodes are the single items, and the
 * children of v are the nodes first[v] .. first[v + 1] - 1.
 */
typedef struct SegBasketTree
{
	uint32_t	nodes;
	uint32_t	depth;			/* items of the largest itemset */
	uint32_t	levels[SEG_BASKET_MAX_LENGTH + 2];	/* where the nodes of each length begin, from 1; then: nodes */
	uint32_t   *item;			/* nodes */
	uint32_t   *count;			/* nodes */
	uint32_t   *first;			/* nodes + 1 */
} SegBasketTree;

typedef struct SegBasketMine
{
	/* IN */
	const uint32_t *lines;
	size_t		n;				/* lines */
	const uint32_t *counts;		/* of the items, rising */
	uint32_t	items;
	uint32_t	max_length;
	uint64_t	max_itemsets;
	bool		raise;			/* raise the threshold when there are more itemsets than that */

	/* INOUT */
	uint64_t	threshold;

	/* OUT */
	uint64_t	itemsets;		/* stops at max_itemsets + 1 unless raise is set */
	uint64_t	lengths[SEG_BASKET_MAX_LENGTH + 1]; /* of the itemsets, by length */
} SegBasketMine;

/* Bytes of the arena that the two functions below need.  SCRATCH sums[items]. */
extern size_t seg_basket_mine_size(const SegBasketMine *mine, uint64_t *sums);

/*
 * Count the itemsets.  OUT mine->itemsets, lengths and, with raise, threshold: then the
 * smallest one with at most max_itemsets itemsets; lengths are not valid if it has risen.
 */
extern void seg_basket_mine_count(SegBasketMine *mine, SegArena arena);

/* Write the itemsets to a tree with arrays for as many as were counted. */
extern void seg_basket_mine_write(SegBasketMine *mine, SegBasketTree *tree, SegArena arena);

#endif							/* SEG_BASKET_BASKET_MINE_H */
