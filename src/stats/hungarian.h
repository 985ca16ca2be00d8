/*
 * hungarian.h
 *		The assignment problem: pair rows with columns at the smallest total cost.
 *
 * Rows enter one by one; each finds the cheapest alternating path to a free
 * column by Dijkstra's algorithm over reduced costs, with potentials that keep
 * those from becoming negative.
 *
 * Source: H. W. Kuhn, "The Hungarian method for the assignment problem" (1955);
 * R. Jonker and A. Volgenant, "A shortest augmenting path algorithm for dense
 * and sparse linear assignment problems", Computing 38 (1987).
 */
#ifndef SEG_STATS_HUNGARIAN_H
#define SEG_STATS_HUNGARIAN_H

#include "base/arena.h"
#include "base/port.h"

/* Bytes that seg_hungarian_solve takes from its arena. */
extern size_t seg_hungarian_workspace(size_t rows, size_t columns);

/*
 * Solve it.
 *
 * IN cost: rows x columns, finite; rows <= columns.  INOUT arena: at least
 * seg_hungarian_workspace() bytes.  OUT column_of: rows, all different.
 * Equal totals: the same answer for the same costs.  Cost: rows^2 columns.
 */
extern void seg_hungarian_solve(const double *cost, size_t rows, size_t columns,
								SegArena *arena, uint32_t *column_of);

#endif							/* SEG_STATS_HUNGARIAN_H */
