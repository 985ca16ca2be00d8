/*
 * basket_pg.h
 *		Items of a model as text, and its rules by antecedent, made once for a call site.
 */
#ifndef SEG_BASKET_BASKET_PG_H
#define SEG_BASKET_BASKET_PG_H

#include "server/model.h"
#include "server/rows.h"

#include "basket/basket_offers_model.h"

/* The items of a model as text of the database; made when they are needed. */
typedef struct SegBasketTexts
{
	MemoryContext context;
	const SegBasketNames *names;
	Datum	   *texts;			/* 0: not made yet */
} SegBasketTexts;

/* Texts in the current context. */
extern SegBasketTexts seg_basket_texts(const SegBasketModel *model);

extern Datum seg_basket_text(SegBasketTexts *texts, uint32_t item);

/* text[] of n items, in the order of their names. */
extern Datum seg_basket_text_array(SegBasketTexts *texts, const uint32_t *items, size_t n);

/* 22023 unless min_confidence is from 0 to 1, and min_lift 0 or more. */
extern void seg_basket_check_bounds(double min_confidence, double min_lift);

#endif							/* SEG_BASKET_BASKET_PG_H */
