/*
 * hungarian.c
 *		The assignment problem; see hungarian.h.
 */
#include "stats/hungarian.h"

#define FREE UINT32_MAX

typedef struct Search
{
	const double *cost;
	size_t		rows;
	size_t		columns;
	double	   *row_potential;	/* rows */
	double	   *column_potential;	/* columns */
	double	   *shortest;		/* columns: length of the shortest path found so far */
	uint32_t   *row_of;			/* columns: the row assigned to it, or FREE */
	uint32_t   *came_from;		/* columns: the column before it on that path, or FREE */
	bool	   *settled;		/* columns */
} Search;

size_t
seg_hungarian_workspace(size_t rows, size_t columns)
{
	return rows * sizeof(double) +
		columns * (2 * sizeof(double) + 2 * sizeof(uint32_t) + sizeof(bool)) +
		6 * SEG_ARENA_ALIGN;
}

/*
 * Relax the edges of a row that was reached through the column `through`.  Returns
 * the nearest unsettled column.
 */
static uint32_t
relax(Search *search, uint32_t row, uint32_t through, double length)
{
	const double *cost = search->cost + (size_t) row * search->columns;
	uint32_t	nearest = FREE;

	for (uint32_t column = 0; column < search->columns; column++)
	{
		double		path;

		if (search->settled[column])
			continue;
		path = length + (cost[column] - search->row_potential[row] - search->column_potential[column]);
		if (path < search->shortest[column])
		{
			search->shortest[column] = path;
			search->came_from[column] = through;
		}
		if (nearest == FREE || search->shortest[column] < search->shortest[nearest])
			nearest = column;
	}
	return nearest;
}

/* Change the potentials so that the path of that length to the free column has cost 0. */
static void
move_potentials(Search *search, uint32_t row, double length)
{
	search->row_potential[row] += length;
	for (uint32_t column = 0; column < search->columns; column++)
		if (search->settled[column])
		{
			search->row_potential[search->row_of[column]] += length - search->shortest[column];
			search->column_potential[column] -= length - search->shortest[column];
		}
}

/* Assign one more row. */
static void
add_row(Search *search, uint32_t row)
{
	uint32_t	through = FREE;
	uint32_t	column;

	CHECK_FOR_INTERRUPTS();
	for (column = 0; column < search->columns; column++)
	{
		search->shortest[column] = INFINITY;
		search->settled[column] = false;
	}
	column = relax(search, row, FREE, 0);
	while (search->row_of[column] != FREE)
	{
		CHECK_FOR_INTERRUPTS();
		search->settled[column] = true;
		through = column;
		column = relax(search, search->row_of[through], through, search->shortest[through]);
	}
	move_potentials(search, row, search->shortest[column]);
	for (; (through = search->came_from[column]) != FREE; column = through)
		search->row_of[column] = search->row_of[through];
	search->row_of[column] = row;
}

void
seg_hungarian_solve(const double *cost, size_t rows, size_t columns, SegArena *arena, uint32_t *column_of)
{
	Search		search = {cost, rows, columns};

	Assert(rows <= columns && columns < FREE);
	search.row_potential = seg_arena_take(arena, rows, sizeof(double));
	search.column_potential = seg_arena_take(arena, columns, sizeof(double));
	search.shortest = seg_arena_take(arena, columns, sizeof(double));
	search.row_of = seg_arena_take(arena, columns, sizeof(uint32_t));
	search.came_from = seg_arena_take(arena, columns, sizeof(uint32_t));
	search.settled = seg_arena_take(arena, columns, sizeof(bool));
	for (size_t row = 0; row < rows; row++)
		search.row_potential[row] = 0;
	for (size_t column = 0; column < columns; column++)
	{
		search.column_potential[column] = 0;
		search.row_of[column] = FREE;
	}
	for (uint32_t row = 0; row < rows; row++)
		add_row(&search, row);
	for (uint32_t column = 0; column < columns; column++)
		if (search.row_of[column] != FREE)
			column_of[search.row_of[column]] = column;
}
