/*
 * budget.h
 *		segment.fit_memory: one ceiling for all live fits of a backend.
 *
 * GROUP BY makes many aggregate states at once, so a limit for each of them
 * would be none.  A fit reserves before it allocates; what it reserved is given
 * back when its memory context is reset or deleted, also after an error.
 */
#ifndef SEG_SERVER_BUDGET_H
#define SEG_SERVER_BUDGET_H

#include "server/compat.h"

typedef struct SegBudget SegBudget;

/* A budget that lives as long as the context. */
extern SegBudget *seg_budget_create(MemoryContext context);

/* Reserve, or raise SEG_TOO_LARGE: nothing is reserved then. */
extern void seg_budget_reserve(SegBudget *budget, size_t bytes);

/*
 * Reserve a little although it may be too much, in the middle of a step that cannot stop.
 * The caller makes room before the next step, or the next reservation raises SEG_TOO_LARGE.
 */
extern void seg_budget_force(SegBudget *budget, size_t bytes);

/* Give back, before the context ends, what was reserved. */
extern void seg_budget_release(SegBudget *budget, size_t bytes);

/*
 * Room for count items in the current context, reserved until the context is reset
 * or deleted; or raise SEG_TOO_LARGE.  May be larger than 1 GB.
 */
extern void *seg_take(size_t count, size_t item_size);

/* Raise SEG_TOO_LARGE unless that much could be reserved now: for what lives shortly. */
extern void seg_budget_check(size_t bytes);

/* What is reserved of this budget. */
extern size_t seg_budget_reserved(const SegBudget *budget);

/* What may still be reserved now. */
extern size_t seg_budget_left(void);

/*
 * So many bytes were freed that may lie between others.  The C library keeps their pages, and what
 * is allocated next may not fit into the gaps; after a few of these calls the pages are given back.
 */
extern void seg_budget_freed(size_t bytes);

/*
 * Ask the system for large pages where there are megabytes of them: a fit goes over
 * its memory again and again.  Advice, to be given before the memory is written to.
 */
extern void seg_advise_large_pages(void *room, size_t size);

#endif							/* SEG_SERVER_BUDGET_H */
