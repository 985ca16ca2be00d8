/*
 * wide_pool_pg.h
 *		The pool of amounts that need numeric arithmetic (receipts/amount.h).
 */
#ifndef SEG_RECEIPTS_WIDE_POOL_PG_H
#define SEG_RECEIPTS_WIDE_POOL_PG_H

#include "server/compat.h"

#include "utils/numeric.h"

#include "receipts/amount.h"
#include "server/budget.h"

/*
 * A pool with memory from the context.  Ends with the context.  Sums cannot stop for want of memory, so
 * the pool only counts its memory in the budget (seg_budget_force); the engine makes room.
 */
extern SegWidePool *seg_wide_pool_create(MemoryContext context, SegBudget *budget);

/* The number of a numeric, which is copied. */
extern int64 seg_wide_pool_enter(SegWidePool *pool, Numeric value);

/* The numeric of a number; it stays the pool's. */
extern Numeric seg_wide_pool_value(SegWidePool *pool, int64 number);

/* A total, whose wide part is a number of the pool, as numeric; palloc'd. */
extern Numeric seg_total_numeric(SegWidePool *pool, const SegTotal *total);

/* Give all numbers back. */
extern void seg_wide_pool_clear(SegWidePool *pool);

/* How many numbers are in use. */
extern uint64 seg_wide_pool_count(const SegWidePool *pool);

#endif							/* SEG_RECEIPTS_WIDE_POOL_PG_H */
