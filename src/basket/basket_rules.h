/*
 * basket_rules.h
 *		Association rules of frequent itemsets, and their measures.
 *
 * An itemset X of two or more items gives a rule for each of its items c: X without c
 * (the antecedent) -> c (the consequent), as in R. Agrawal and R. Srikant, "Fast algorithms
 * for mining association rules" (1994).  Every antecedent is frequent, so it is a node of
 * the tree, too.
 */
#ifndef SEG_BASKET_BASKET_RULES_H
#define SEG_BASKET_BASKET_RULES_H

#include "base/status.h"
#include "basket/basket_mine.h"

/* The rules of a tree are numbered: by node, then by the place of the consequent in it. */
typedef struct SegBasketLinks
{
	size_t		rules;
	size_t		begins[SEG_BASKET_MAX_LENGTH + 2];	/* number of the first rule of each length */
	uint32_t   *antecedents;	/* rules: node */
} SegBasketLinks;

/* The number of rules of a tree. */
extern size_t seg_basket_count_rules(const SegBasketTree *tree);

/*
 * Find the antecedents of all rules.  IN links->antecedents: room for them.
 * Returns SEG_OK, or SEG_MALFORMED_MODEL if the tree lacks an itemset that it must have.
 */
extern SegStatus seg_basket_link(const SegBasketTree *tree, SegBasketLinks *links);

/* The number of the rule of node v, of that length, with the consequent at place c. */
static inline size_t
seg_basket_rule(const SegBasketTree *tree, const SegBasketLinks *links, uint32_t length, uint32_t v, uint32_t c)
{
	return links->begins[length] + (size_t) (v - tree->levels[length]) * length + c;
}

/* OUT items[length]: of node v. */
extern void seg_basket_itemset(const SegBasketTree *tree, const SegBasketLinks *links, uint32_t length, uint32_t v,
							   uint32_t *items);

/* ---- measures ---- */

/* Baskets: with all items of a rule, with the antecedent, with the consequent, and all. */
typedef struct SegBasketCounts
{
	uint64_t	both;
	uint64_t	antecedent;
	uint64_t	consequent;
	uint64_t	all;
} SegBasketCounts;

static inline double
seg_basket_confidence(const SegBasketCounts *counts)
{
	return (double) counts->both / (double) counts->antecedent;
}

/* Confidence over the share of the consequent: above 1 they are together more often than by chance (S. Brin et al., 1997). */
static inline double
seg_basket_lift(const SegBasketCounts *counts)
{
	return (double) counts->both * (double) counts->all / ((double) counts->antecedent * (double) counts->consequent);
}

/* support(both) - support(antecedent) support(consequent) (G. Piatetsky-Shapiro, 1991). */
extern double seg_basket_leverage(const SegBasketCounts *counts);

/* (1 - support(consequent)) / (1 - confidence) (S. Brin et al., 1997); infinite for confidence 1. */
extern double seg_basket_conviction(const SegBasketCounts *counts);

/* The standardised number of common baskets if both were independent; NaN if it has no variance. */
extern double seg_basket_z_score(const SegBasketCounts *counts);

/* The probability of as many common baskets or more if both were independent; see stats/hypergeometric.h. */
extern double seg_basket_p_value(const SegBasketCounts *counts);

/*
 * The largest confidence of a rule with the same consequent and fewer items of the
 * antecedent, none included: what a rule must exceed to be worth its items (R. Bayardo,
 * R. Agrawal and D. Gunopulos, 2000).  OUT best[rules].  SCRATCH reached[rules].
 */
extern void seg_basket_best_simpler(const SegBasketTree *tree, const SegBasketLinks *links, uint64_t baskets,
									double *best, double *reached);

#endif							/* SEG_BASKET_BASKET_RULES_H */
