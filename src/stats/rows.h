/*
 * rows.h
 *		A matrix of rows, and blocks of eight of them for loops that take eight at once.
 *
 * Rows stand one behind the other, as they arrive: value (i, j) at [i][j].  In a
 * block each feature's eight values are neighbours, [feature][8], so that a loop
 * over the lanes is a loop over rows, and vectorising it leaves each row's own
 * order of operations alone.  The lanes behind row n - 1 repeat that row.
 */
#ifndef SEG_STATS_ROWS_H
#define SEG_STATS_ROWS_H

#include "base/lanes.h"

#define SEG_LANES ((size_t) 8)

typedef struct SegRows
{
	size_t		n;
	size_t		d;
	double	   *values;			/* n x d, 64-byte aligned */
} SegRows;

static inline double *
seg_rows_row(const SegRows *rows, size_t i)
{
	return rows->values + i * rows->d;
}

static inline double *
seg_rows_cell(const SegRows *rows, size_t i, size_t j)
{
	return rows->values + i * rows->d + j;
}

static inline void
seg_rows_set(SegRows *rows, size_t i, const double *row)
{
	memcpy(seg_rows_row(rows, i), row, rows->d * sizeof(double));
}

/* A total order of rows by their values: -1, 0 or 1. */
static inline int
seg_rows_compare(const SegRows *rows, size_t a, size_t b)
{
	const double *x = seg_rows_row(rows, a);
	const double *y = seg_rows_row(rows, b);

	for (size_t j = 0; j < rows->d; j++)
		if (x[j] != y[j])
			return x[j] < y[j] ? -1 : 1;
	return 0;
}

/* ---- blocks ---- */

static inline size_t
seg_rows_blocks(size_t n)
{
	return (n + SEG_LANES - 1) / SEG_LANES;
}

/* Rows in block b: SEG_LANES, or fewer in the last one. */
static inline size_t
seg_rows_lanes(const SegRows *rows, size_t b)
{
	return seg_min_size(SEG_LANES, rows->n - b * SEG_LANES);
}

/* OUT lanes: the rows of block b. */
SEG_ALWAYS_INLINE void
seg_rows_of_block(const SegRows *rows, size_t b, const double *lanes[SEG_LANES])
{
	for (size_t l = 0; l < SEG_LANES; l++)
		lanes[l] = seg_rows_row(rows, seg_min_size(b * SEG_LANES + l, rows->n - 1));
}

/* OUT block: `count` columns of block b, count x SEG_LANES. */
SEG_ALWAYS_INLINE void
seg_rows_get_block(const SegRows *rows, size_t b, const uint32_t *columns, size_t count, double *block)
{
	const double *lanes[SEG_LANES];
	size_t		c = 0;

	seg_rows_of_block(rows, b, lanes);
	if (count == rows->d)		/* the columns are all there are, in their order */
		for (; c + 4 <= count; c += 4)
			for (size_t half = 0; half < SEG_LANES; half += 4)
			{
				SegLanes	x[4];

				for (size_t l = 0; l < 4; l++)
					x[l] = *(const SegLanes *) (lanes[half + l] + c);
				seg_lanes_transpose(x);
				for (size_t l = 0; l < 4; l++)
					*(SegLanes *) (block + (c + l) * SEG_LANES + half) = x[l];
			}
	for (; c < count; c++)
		for (size_t l = 0; l < SEG_LANES; l++)
			block[c * SEG_LANES + l] = lanes[l][columns[c]];
}

#endif							/* SEG_STATS_ROWS_H */
