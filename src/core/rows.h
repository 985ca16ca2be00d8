/*
 * rows.h
 *		A matrix of rows, packed for loops that take eight rows at once.
 *
 * Eight rows make a block, and within a block each feature's eight values are
 * neighbours: value (i, j) stands at [i / 8][j][i % 8].  A loop over the lanes
 * is then a loop over rows, so that vectorising it leaves each row's own order
 * of operations alone.  The lanes behind row n - 1 repeat that row.
 */
#ifndef SEG_CORE_ROWS_H
#define SEG_CORE_ROWS_H

#include "core/port.h"

#define SEG_LANES ((size_t) 8)

typedef struct SegRows
{
	size_t		n;
	size_t		d;
	double	   *values;			/* seg_rows_blocks(n) x d x SEG_LANES, 64-byte aligned */
} SegRows;

static inline size_t
seg_rows_blocks(size_t n)
{
	return (n + SEG_LANES - 1) / SEG_LANES;
}

static inline double *
seg_rows_block(const SegRows *rows, size_t b)
{
	return rows->values + b * rows->d * SEG_LANES;
}

/* Rows in block b: SEG_LANES, or fewer in the last one. */
static inline size_t
seg_rows_lanes(const SegRows *rows, size_t b)
{
	return seg_min_size(SEG_LANES, rows->n - b * SEG_LANES);
}

static inline double *
seg_rows_cell(const SegRows *rows, size_t i, size_t j)
{
	return seg_rows_block(rows, i / SEG_LANES) + j * SEG_LANES + i % SEG_LANES;
}

/* Copy row i to OUT row, d. */
static inline void
seg_rows_get(const SegRows *rows, size_t i, double *row)
{
	const double *from = seg_rows_cell(rows, i, 0);

	for (size_t j = 0; j < rows->d; j++)
		row[j] = from[j * SEG_LANES];
}

/* Set row i from IN row, d. */
static inline void
seg_rows_set(SegRows *rows, size_t i, const double *row)
{
	double	   *to = seg_rows_cell(rows, i, 0);

	for (size_t j = 0; j < rows->d; j++)
		to[j * SEG_LANES] = row[j];
}

/* Fill the lanes behind the last row; to be called once all rows are set. */
static inline void
seg_rows_pad(SegRows *rows)
{
	size_t		padded = seg_rows_blocks(rows->n) * SEG_LANES;

	for (size_t i = rows->n; i < padded && rows->n > 0; i++)
		for (size_t j = 0; j < rows->d; j++)
			*seg_rows_cell(rows, i, j) = *seg_rows_cell(rows, rows->n - 1, j);
}

/* A total order of rows by their values: -1, 0 or 1. */
static inline int
seg_rows_compare(const SegRows *rows, size_t a, size_t b)
{
	for (size_t j = 0; j < rows->d; j++)
	{
		double		x = *seg_rows_cell(rows, a, j);
		double		y = *seg_rows_cell(rows, b, j);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

#endif							/* SEG_CORE_ROWS_H */
