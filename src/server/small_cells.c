/*
 * small_cells.c
 *		Which cells of an aggregated table are too small to be shown.
 *
 * A cell is small when it counts 1 to min_cell - 1 rows.  The total of the cells is
 * often known, so a reader could subtract the other cells from it and learn the sum of
 * the cells that are not shown.  If that sum tells too much, the next smallest cell is
 * not shown either, and all cells that are equal to it: complementary suppression, see
 * Willenborg and de Waal (2001), Elements of Statistical Disclosure Control.  The sum
 * tells too much when it is the count of one cell, when it is below min_cell, and when
 * it equals the number of these cells, since each of them is then 1.
 *
 * This guards against accidents.  It does not protect against somebody who combines
 * tables, or the same table of two days.
 */
#include "server/compat.h"

#include "common/int.h"
#include "miscadmin.h"
#include "windowapi.h"

#include "server/settings.h"

typedef struct PartitionCells
{
	bool		judged;
	int32		min_cell;
	int64		next;			/* counts up to it are not shown; 0: only small ones */
} PartitionCells;

/* () -> integer */
PG_FUNCTION_INFO_V1(min_cell_size);
Datum
min_cell_size(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(seg_min_cell_size);
}

/* Is the cell not shown whatever the others are?  n: its count, of which 0 is shown. */
static bool
is_hidden_alone(WindowObject window, FunctionCallInfo fcinfo, int64 position, int32 min_cell, int64 *n)
{
	bool		isnull;
	bool		isout;

	*n = DatumGetInt64(WinGetFuncArgInPartition(window, 0, position, WINDOW_SEEK_HEAD, false, &isnull, &isout));
	if (isnull)
	{
		*n = 0;
		return true;
	}
	if (*n > 0 && *n < min_cell)
		return true;
	if (PG_NARGS() > 2)
	{
		Datum		hidden = WinGetFuncArgInPartition(window, 2, position, WINDOW_SEEK_HEAD, false, &isnull, &isout);

		return !isnull && DatumGetBool(hidden);
	}
	return false;
}

/* Finds the smallest cell that must not be shown for the sake of the small ones, in one pass. */
static void
judge_partition(WindowObject window, FunctionCallInfo fcinfo, PartitionCells *cells)
{
	int64		rows = WinGetPartitionRowCount(window);
	int64		hidden_cells = 0;
	int64		hidden_total = 0;
	int64		next = PG_INT64_MAX;

	for (int64 i = 0; i < rows; i++)
	{
		int64		n;

		CHECK_FOR_INTERRUPTS();
		if (is_hidden_alone(window, fcinfo, i, cells->min_cell, &n))
		{
			/* an unknown count adds nothing to the sum */
			if (n > 0)
				hidden_cells++;
			if (pg_add_s64_overflow(hidden_total, n, &hidden_total))
				hidden_total = PG_INT64_MAX;
		}
		else if (n > 0 && n < next)
			next = n;
	}
	if (hidden_cells > 0 && next < PG_INT64_MAX &&
		(hidden_cells == 1 || hidden_total < cells->min_cell || hidden_total == hidden_cells))
		cells->next = next;
	cells->judged = true;
}

/* (n, min_cell[, is_hidden]) OVER (PARTITION BY the cells with one total) -> boolean */
PG_FUNCTION_INFO_V1(is_small_cell);
Datum
is_small_cell(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	PartitionCells *cells = WinGetPartitionLocalMemory(window, sizeof(PartitionCells));
	int64		n;

	if (!cells->judged)
	{
		bool		isnull;

		cells->min_cell = DatumGetInt32(WinGetFuncArgInPartition(window, 1, 0, WINDOW_SEEK_HEAD, false, &isnull, NULL));
		if (isnull)
			cells->min_cell = seg_min_cell_size;
		judge_partition(window, fcinfo, cells);
	}
	if (is_hidden_alone(window, fcinfo, WinGetCurrentPosition(window), cells->min_cell, &n))
		PG_RETURN_BOOL(true);
	PG_RETURN_BOOL(n > 0 && n <= cells->next);
}
