/*
 * matrix.h
 *		A matrix with a row of features for each observation, and blocks of eight rows.
 *
 * The matrix is stored row by row, in the order in which the rows arrive: value
 * (i, j) is at [i][j].  A block is stored by feature, [feature][8]: the eight values
 * of a feature are adjacent.  A loop over them is a loop over rows, so a compiler
 * can vectorise it without changing the order of operations within a row.
 * The last block is filled with copies of row n - 1.
 */
#ifndef SEG_STATS_MATRIX_H
#define SEG_STATS_MATRIX_H

#include "base/vec.h"

/* Rows in a block. */
#define SEG_BLOCK_ROWS ((size_t) 8)

typedef struct SegMatrix
{
	size_t		n;
	size_t		d;
	double	   *values;			/* n x d, 64-byte aligned */
} SegMatrix;

static inline double *
seg_matrix_row(const SegMatrix *rows, size_t i)
{
	return rows->values + i * rows->d;
}

static inline double *
seg_matrix_cell(const SegMatrix *rows, size_t i, size_t j)
{
	return rows->values + i * rows->d + j;
}

static inline void
seg_matrix_set(SegMatrix *rows, size_t i, const double *row)
{
	memcpy(seg_matrix_row(rows, i), row, rows->d * sizeof(double));
}

/* A total order of rows by their values: -1, 0 or 1. */
static inline int
seg_matrix_compare(const SegMatrix *rows, size_t a, size_t b)
{
	const double *x = seg_matrix_row(rows, a);
	const double *y = seg_matrix_row(rows, b);

	for (size_t j = 0; j < rows->d; j++)
		if (x[j] != y[j])
			return x[j] < y[j] ? -1 : 1;
	return 0;
}

/* ---- blocks ---- */

static inline size_t
seg_matrix_blocks(size_t n)
{
	return (n + SEG_BLOCK_ROWS - 1) / SEG_BLOCK_ROWS;
}

/* Rows in block b: SEG_BLOCK_ROWS, or fewer in the last one. */
static inline size_t
seg_matrix_block_rows(const SegMatrix *rows, size_t b)
{
	return seg_min_size(SEG_BLOCK_ROWS, rows->n - b * SEG_BLOCK_ROWS);
}

/* OUT pointers to the rows of block b. */
SEG_ALWAYS_INLINE void
seg_matrix_rows_of_block(const SegMatrix *rows, size_t b, const double *pointers[SEG_BLOCK_ROWS])
{
	for (size_t l = 0; l < SEG_BLOCK_ROWS; l++)
		pointers[l] = seg_matrix_row(rows, seg_min_size(b * SEG_BLOCK_ROWS + l, rows->n - 1));
}

/* OUT block: the values of `count` columns in block b, count x SEG_BLOCK_ROWS. */
SEG_ALWAYS_INLINE void
seg_matrix_get_block(const SegMatrix *rows, size_t b, const uint32_t *columns, size_t count, double *block)
{
	const double *pointers[SEG_BLOCK_ROWS];
	size_t		c = 0;

	seg_matrix_rows_of_block(rows, b, pointers);
	if (count == rows->d)		/* all columns, in their order */
		for (; c + 4 <= count; c += 4)
			for (size_t half = 0; half < SEG_BLOCK_ROWS; half += 4)
			{
				SegVec4d	x[4];

				for (size_t l = 0; l < 4; l++)
					x[l] = *(const SegVec4d *) (pointers[half + l] + c);
				seg_vec4d_transpose(x);
				for (size_t l = 0; l < 4; l++)
					*(SegVec4d *) (block + (c + l) * SEG_BLOCK_ROWS + half) = x[l];
			}
	for (; c < count; c++)
		for (size_t l = 0; l < SEG_BLOCK_ROWS; l++)
			block[c * SEG_BLOCK_ROWS + l] = pointers[l][columns[c]];
}

#endif							/* SEG_STATS_MATRIX_H */
