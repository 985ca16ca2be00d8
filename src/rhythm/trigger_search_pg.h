/*
 * trigger_search_pg.h
 *		What a call of triggers() looks for, and the triggers out of receipts.
 */
#ifndef SEG_RHYTHM_TRIGGER_SEARCH_PG_H
#define SEG_RHYTHM_TRIGGER_SEARCH_PG_H

#include "server/compat.h"

#include "receipts/lines_pg.h"
#include "receipts/products_pg.h"
#include "rhythm/trigger.h"
#include "rhythm/trigger_options_pg.h"
#include "rhythm/trigger_store_pg.h"
#include "server/budget.h"

typedef struct SegTriggerSearch
{
	SegTriggerWindow window;
	SegTriggerOptions options;
	uint32		kinds;
	SegRow	   *row;
	MemoryContext context;		/* of one customer's rows */
	SegTriggerStore *store;
	SegProducts *products;
	const uint32 *categories;	/* by code of the product */
	SegReceiptsEngine *engine;
	SegBudget  *budget;
	size_t		room;			/* of the following */
	int32	   *days;
	double	   *totals;
	double	   *gaps;
	SegKey		customer;		/* the present one */
	size_t		n;				/* days of purchase */
} SegTriggerSearch;

static inline bool
seg_trigger_is_wanted(const SegTriggerSearch *search, SegTriggerKind kind)
{
	return (search->kinds & SEG_TRIGGER_BIT(kind)) != 0;
}

/* Return the triggers of receipts.  IN products: the query of products, NULL without new categories; IN details: their code. */
extern void seg_trigger_search_receipts(SegTriggerSearch *search, const SegReceiptsSource *receipts, const char *details,
										const char *products);

#endif							/* SEG_RHYTHM_TRIGGER_SEARCH_PG_H */
