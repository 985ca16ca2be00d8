/*
 * linalg.c
 *		Linear algebra by LAPACK and BLAS; see linalg.h.
 *
 * The _work forms use the workspace of the caller and, column-major, copy nothing.
 * A library call cannot be interrupted, so each call gets a limited number of columns.
 */
#include "stats/linalg.h"

#include <cblas.h>
#include <lapacke.h>

/* columns between two checks for interrupts */
#define BLOCK ((size_t) 64)

/* Right-hand sides per call. */
#define RIGHT_SIDES ((size_t) 32)

/* The largest value of rows times features squared in one call of the library. */
#define GRAM_WORK ((size_t) 1 << 27)

static SegStatus
check_size(size_t d)
{
	if (d == 0)
		return SEG_NO_ROWS;
	return d > SEG_MAX_FEATURES ? SEG_TOO_MANY_FEATURES : SEG_OK;
}

SegStatus
seg_linalg_check(const double *matrix, size_t d)
{
	SegStatus	status = check_size(d);

	for (size_t j = 0; j < d && status == SEG_OK; j++)
		for (size_t i = j; i < d; i++)
			if (!isfinite(matrix[i + j * d]))
				status = SEG_NOT_FINITE;
	return status;
}

/* ---- products ---- */

void
seg_gram_add(const double *rows, size_t n, size_t d, double *gram)
{
	Assert(d > 0 && d <= SEG_MAX_FEATURES && n <= INT32_MAX);
	for (size_t first = 0, count; first < n; first += count)
	{
		count = seg_min_size(n - first, GRAM_WORK / (d * d));
		CHECK_FOR_INTERRUPTS();
		cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, (int) d, (int) count,
					1.0, rows + first * d, (int) d, 1.0, gram, (int) d);
	}
}

void
seg_product(const double *a, bool transpose_a, const double *b, bool transpose_b, size_t m, size_t n, size_t inner,
			double *product)
{
	size_t		stride_a = transpose_a ? inner : m;
	size_t		stride_b = transpose_b ? n : inner;

	Assert(m > 0 && inner > 0 && m <= SEG_MAX_FEATURES && n <= SEG_MAX_FEATURES && inner <= SEG_MAX_FEATURES);
	for (size_t j = 0; j < n; j += BLOCK)
	{
		CHECK_FOR_INTERRUPTS();
		cblas_dgemm(CblasColMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans,
					(int) m, (int) seg_min_size(BLOCK, n - j), (int) inner, 1, a, (int) stride_a,
					transpose_b ? b + j : b + j * stride_b, (int) stride_b, 0, product + j * m, (int) m);
	}
}

void
seg_gram_add_packed(const double *rows, size_t n, size_t d, double *packed)
{
	Assert(d > 0 && d <= SEG_PACKED_MAX && n <= INT32_MAX);
	if (n > 0)
		LAPACKE_dsfrk_work(LAPACK_COL_MAJOR, 'N', 'L', 'N', (lapack_int) d, (lapack_int) n,
						   1.0, rows, (lapack_int) d, 1.0, packed);
}

/*
 * The lower triangle as a rectangle, for d = 6 and d = 5:
 *
 *		33 43 53		00 33 43
 *		00 44 54		10 11 44
 *		10 11 55		20 21 22
 *		20 21 22		30 31 32
 *		30 31 32		40 41 42
 *		40 41 42
 *		50 51 52
 */
size_t
seg_packed_at(size_t d, size_t i, size_t j)
{
	size_t		even = d % 2 == 0;
	size_t		left = (d + 1) / 2; /* columns of the rectangle */
	size_t		stride = d + even;

	Assert(i >= j && i < d);
	if (j < left)
		return i + even + j * stride;
	return (j - left) + (i - left + 1 - even) * stride;
}

/* ---- Cholesky ---- */

/* Factor `count` columns from `at` on, given the factor of the columns before; update the rows below. */
static SegStatus
cholesky_columns(double *matrix, size_t d, size_t at, size_t count)
{
	size_t		next = at + count;
	double	   *below = matrix + next + at * d;

	if (LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', (lapack_int) count, matrix + at + at * d, (lapack_int) d) != 0)
		return SEG_NOT_POSITIVE_DEFINITE;
	if (next == d)
		return SEG_OK;
	cblas_dtrsm(CblasColMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, (int) (d - next), (int) count,
				1, matrix + at + at * d, (int) d, below, (int) d);
	for (size_t j = next; j < d; j += BLOCK)
	{
		size_t		width = seg_min_size(BLOCK, d - j);

		CHECK_FOR_INTERRUPTS();
		cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, (int) width, (int) count,
					-1, below + (j - next), (int) d, 1, matrix + j + j * d, (int) d);
		if (j + width < d)
			cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, (int) (d - j - width), (int) width, (int) count,
						-1, below + (j + width - next), (int) d, below + (j - next), (int) d,
						1, matrix + (j + width) + j * d, (int) d);
	}
	return SEG_OK;
}

SegStatus
seg_cholesky(double *matrix, size_t d)
{
	SegStatus	status = seg_linalg_check(matrix, d);

	for (size_t at = 0; at < d && status == SEG_OK; at += BLOCK)
		status = cholesky_columns(matrix, d, at, seg_min_size(BLOCK, d - at));
	return status;
}

static SegStatus
check_factor(const double *factor, size_t d)
{
	SegStatus	status = check_size(d);

	for (size_t j = 0; status == SEG_OK && j < d; j++)
		if (!(factor[j + j * d] > 0))
			status = SEG_NOT_POSITIVE_DEFINITE;
	return status;
}

/* Solve with the factor, or with its transpose ('T'). */
static SegStatus
solve_triangular(const double *factor, size_t d, char transpose, double *b, size_t columns)
{
	SegStatus	status = check_factor(factor, d);

	for (size_t at = 0; at < columns && status == SEG_OK; at += BLOCK)
	{
		CHECK_FOR_INTERRUPTS();
		if (LAPACKE_dtrtrs_work(LAPACK_COL_MAJOR, 'L', transpose, 'N', (lapack_int) d,
								(lapack_int) seg_min_size(BLOCK, columns - at),
								factor, (lapack_int) d, b + at * d, (lapack_int) d) != 0)
			return SEG_NOT_POSITIVE_DEFINITE;
	}
	return status;
}

SegStatus
seg_cholesky_forward(const double *factor, size_t d, double *b, size_t columns)
{
	return solve_triangular(factor, d, 'N', b, columns);
}

SegStatus
seg_cholesky_backward(const double *factor, size_t d, double *b, size_t columns)
{
	return solve_triangular(factor, d, 'T', b, columns);
}

/* Works from the last block of columns to the first: the part below right is already inverted. */
SegStatus
seg_triangular_inverse(double *factor, size_t d)
{
	SegStatus	status = check_factor(factor, d);

	if (status != SEG_OK)
		return status;
	for (size_t at = (d - 1) / BLOCK * BLOCK;; at -= BLOCK)
	{
		size_t		count = seg_min_size(BLOCK, d - at);
		size_t		next = at + count;
		double	   *corner = factor + at + at * d;

		CHECK_FOR_INTERRUPTS();
		if (next < d)
		{
			cblas_dtrmm(CblasColMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, (int) (d - next),
						(int) count, 1, factor + next + next * d, (int) d, corner + count, (int) d);
			cblas_dtrsm(CblasColMajor, CblasRight, CblasLower, CblasNoTrans, CblasNonUnit, (int) (d - next),
						(int) count, -1, corner, (int) d, corner + count, (int) d);
		}
		if (LAPACKE_dtrtri_work(LAPACK_COL_MAJOR, 'L', 'N', (lapack_int) count, corner, (lapack_int) d) != 0)
			return SEG_NOT_POSITIVE_DEFINITE;
		if (at == 0)
			return SEG_OK;
	}
}

/* ---- the nearest orthogonal matrix ---- */

/* Each step doubles the number of digits; a nearly singular matrix needs some steps more. */
#define POLAR_STEPS 60
#define POLAR_NEAR 1e-2
#define POLAR_DONE 1e-14

typedef struct PolarSpace
{
	double	   *factor;
	double	   *inverse;
	lapack_int *pivots;
} PolarSpace;

size_t
seg_polar_workspace(size_t d)
{
	return 2 * d * d * sizeof(double) + d * sizeof(lapack_int);
}

/* Swap rows at .. at + count - 1 of columns from .. to - 1 with their pivots. */
static void
swap_rows(double *matrix, size_t d, size_t from, size_t to, size_t at, size_t count, const lapack_int *pivots)
{
	if (from < to)
		(void) LAPACKE_dlaswp_work(LAPACK_COL_MAJOR, (lapack_int) (to - from), matrix + from * d, (lapack_int) d,
								   (lapack_int) at + 1, (lapack_int) (at + count), pivots, 1);
}

/* LU with row interchanges (DGETRF), in place; a pivot of 0 becomes `least`. */
static void
factorise(double *matrix, size_t d, double least, lapack_int *pivots)
{
	for (size_t at = 0; at < d; at += BLOCK)
	{
		size_t		count = seg_min_size(BLOCK, d - at);
		size_t		next = at + count;
		double	   *corner = matrix + at + at * d;

		CHECK_FOR_INTERRUPTS();
		(void) LAPACKE_dgetrf_work(LAPACK_COL_MAJOR, (lapack_int) (d - at), (lapack_int) count, corner,
								   (lapack_int) d, pivots + at);
		for (size_t j = at; j < next; j++)
		{
			pivots[j] += (lapack_int) at;
			if (matrix[j + j * d] == 0)
				matrix[j + j * d] = least;
		}
		swap_rows(matrix, d, 0, at, at, count, pivots);
		swap_rows(matrix, d, next, d, at, count, pivots);
		for (size_t j = next; j < d; j += BLOCK)
		{
			size_t		width = seg_min_size(BLOCK, d - j);
			double	   *column = matrix + j * d;

			CHECK_FOR_INTERRUPTS();
			cblas_dtrsm(CblasColMajor, CblasLeft, CblasLower, CblasNoTrans, CblasUnit, (int) count, (int) width,
						1, corner, (int) d, column + at, (int) d);
			cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, (int) (d - next), (int) width, (int) count,
						-1, corner + count, (int) d, column + at, (int) d, 1, column + next, (int) d);
		}
	}
}

/* OUT space->inverse: the transposed inverse of the matrix. */
static void
invert_transposed(const double *matrix, size_t d, double least, const PolarSpace *space)
{
	memcpy(space->factor, matrix, d * d * sizeof(double));
	factorise(space->factor, d, least, space->pivots);
	memset(space->inverse, 0, d * d * sizeof(double));
	for (size_t j = 0; j < d; j++)
		space->inverse[j + j * d] = 1;
	for (size_t j = 0; j < d; j += RIGHT_SIDES)
	{
		CHECK_FOR_INTERRUPTS();
		(void) LAPACKE_dgetrs_work(LAPACK_COL_MAJOR, 'T', (lapack_int) d, (lapack_int) seg_min_size(RIGHT_SIDES, d - j),
								   space->factor, (lapack_int) d, space->pivots,
								   space->inverse + j * d, (lapack_int) d);
	}
}

/* The product of the 1-norm and the infinity norm; SCRATCH rows[d]. */
static double
norm_product(const double *matrix, size_t d, double *rows)
{
	double		column = 0;
	double		row = 0;

	memset(rows, 0, d * sizeof(double));
	for (size_t j = 0; j < d; j++)
	{
		double		sum = 0;

		for (size_t i = 0; i < d; i++)
		{
			sum += fabs(matrix[i + j * d]);
			rows[i] += fabs(matrix[i + j * d]);
		}
		column = fmax(column, sum);
	}
	for (size_t i = 0; i < d; i++)
		row = fmax(row, rows[i]);
	return column * row;
}

/*
 * Newton's iteration X <- (g X + X^-T / g) / 2, scaled by
 *		g^4 = |X^-1|_1 |X^-1|_inf / (|X|_1 |X|_inf)
 * until X is nearly orthogonal.
 */
SegStatus
seg_polar(double *matrix, size_t d, void *workspace)
{
	SegStatus	status = check_size(d);
	PolarSpace	space = {workspace};
	bool		is_near = false;
	double		largest = 0;

	for (size_t i = 0; i < d * d && status == SEG_OK; i++)
	{
		largest = fmax(largest, fabs(matrix[i]));
		if (!isfinite(matrix[i]))
			status = SEG_NOT_FINITE;
	}
	if (status != SEG_OK)
		return status;
	if (!(largest > 0))
		return SEG_NO_CONVERGENCE;
	space.inverse = space.factor + d * d;
	space.pivots = (lapack_int *) (space.inverse + d * d);
	for (size_t i = 0; i < d * d; i++)
		matrix[i] /= largest;
	for (int step = 0; step < POLAR_STEPS; step++)
	{
		double		g = 1;
		double		change = 0;

		invert_transposed(matrix, d, DBL_EPSILON, &space);
		if (!is_near)
			g = sqrt(sqrt(norm_product(space.inverse, d, space.factor) / norm_product(matrix, d, space.factor)));
		if (!(g > 0 && isfinite(g)))
			return SEG_NO_CONVERGENCE;
		for (size_t i = 0; i < d * d; i++)
		{
			double		next = 0.5 * (g * matrix[i] + space.inverse[i] / g);

			change = fmax(change, fabs(next - matrix[i]));
			matrix[i] = next;
		}
		if (change <= POLAR_DONE * (double) d)
			return SEG_OK;
		is_near = change < POLAR_NEAR;
	}
	return SEG_NO_CONVERGENCE;
}
