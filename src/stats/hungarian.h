/*
 * hungarian.h
 *		The assignment problem: assign columns to rows with the smallest total cost.
 *
 * Rows are assigned one by one.  For each row, Dijkstra's algorithm finds the shortest
 * alternating path to a free column over reduced costs.  Potentials keep the reduced
 * costs from becoming negative.
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
 * Find the assignment.
 *
 * IN cost: rows x columns, finite; rows <= columns.  INOUT arena: at least
 * seg_hungarian_workspace() bytes.  OUT column_of: rows, all different.  If several
 * assignments have the same total, the same costs always give the same one.
 * Cost: rows^2 columns.
 */
extern void seg_hungarian_solve(const double *cost, size_t rows, size_t columns,
								SegArena *arena, uint32_t *column_of);

#endif							/* SEG_STATS_HUNGARIAN_H */
