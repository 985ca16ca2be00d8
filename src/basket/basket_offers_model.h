/*
 * basket_offers_model.h
 *		The rules of a model that apply to a basket.
 *
 * An index has the rules by antecedent.  The antecedents within a basket are found by a
 * walk down the tree of itemsets with the items of the basket.
 */
#ifndef SEG_BASKET_BASKET_OFFERS_MODEL_H
#define SEG_BASKET_BASKET_OFFERS_MODEL_H

#include "basket/basket_model.h"
#include "basket/basket_rules.h"

typedef struct SegBasketIndexRule
{
	uint32_t	consequent;
	uint32_t	both;			/* baskets with all items of the rule */
} SegBasketIndexRule;

/* The best rule for an item. */
typedef struct SegBasketOffer
{
	uint32_t	item;
	uint32_t	both;
	uint32_t	antecedent;		/* node */
	uint32_t	length;			/* of the antecedent */
	double		confidence;
	double		lift;
	double		value;			/* of the item: 1, or by seg_basket_offers_sort */
} SegBasketOffer;

typedef struct SegBasketIndex
{
	const SegBasketModel *model;
	SegBasketLinks links;
	uint32_t   *begins;			/* nodes + 1: the rules of each antecedent */
	SegBasketIndexRule *rules;
	uint32_t   *slots;			/* items by the hash of their names, from 1; 0: empty */
	size_t		mask;			/* slots - 1 */
	uint32_t   *blocked;		/* items: the last call that may not offer it */
	uint32_t   *offered;		/* items: the last call that has an offer of it ... */
	uint32_t   *places;			/* ... and where in offers it is */
	SegBasketOffer *offers;		/* items */
	size_t		n;				/* offers of the last call */
	uint32_t	call;
} SegBasketIndex;

/* Bytes of the arena for an index, including what only making it needs. */
extern size_t seg_basket_index_size(const SegBasketModel *model);

/* Returns SEG_OK or SEG_MALFORMED_MODEL.  The model must live as long as the index. */
extern SegStatus seg_basket_index_make(const SegBasketModel *model, SegArena *arena, SegBasketIndex *index);

/* The item of a name, or SEG_BASKET_NONE. */
extern uint32_t seg_basket_find(const SegBasketIndex *index, const char *name, size_t size);

/* Begin a call: nothing is blocked. */
extern void seg_basket_offers_begin(SegBasketIndex *index);

/* An item that may not be offered.  Returns false if it was blocked before. */
static inline bool
seg_basket_block(SegBasketIndex *index, uint32_t item)
{
	bool		is_new = index->blocked[item] != index->call;

	index->blocked[item] = index->call;
	return is_new;
}

/*
 * OUT index->offers, n: for each item that is not blocked, the best rule among those whose
 * antecedent lies within IN items[n], rising, and with confidence and lift of at least
 * these values.  The best rule has the highest confidence, then lift, then `both`, then the
 * shortest antecedent.
 */
extern void seg_basket_offers_find(SegBasketIndex *index, const uint32_t *items, size_t n,
								   double min_confidence, double min_lift);

/*
 * Order the offers by falling confidence times value, then by falling confidence, lift and
 * `both`, then by item.  IN values: of all items, or NULL for 1.
 */
extern void seg_basket_offers_sort(SegBasketIndex *index, const double *values);

#endif							/* SEG_BASKET_BASKET_OFFERS_MODEL_H */
