/*
 * linalg.c
 *		The linear algebra that we leave to LAPACK and BLAS; see linalg.h.
 *
 * The _work forms take the caller's workspace and, column-major, copy nothing.
 * Where a workspace is queried, the arguments are as proven as for the call.
 */
#include "core/linalg.h"

#include <cblas.h>
#include <lapacke.h>

#define ALIGN ((size_t) 16)

static size_t
aligned(size_t bytes)
{
	return (bytes + ALIGN - 1) & ~(ALIGN - 1);
}

static SegStatus
check_size(size_t d)
{
	if (d == 0)
		return SEG_NO_ROWS;
	return d > SEG_LINALG_MAX ? SEG_TOO_MANY_FEATURES : SEG_OK;
}

static bool
lower_is_finite(const double *matrix, size_t d)
{
	for (size_t j = 0; j < d; j++)
		for (size_t i = j; i < d; i++)
			if (!isfinite(matrix[i + j * d]))
				return false;
	return true;
}

/* ---- products ---- */

void
seg_gram_add(const double *rows, size_t n, size_t d, double *gram)
{
	Assert(d > 0 && d <= SEG_LINALG_MAX && n <= INT32_MAX);
	if (n > 0)
		cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, (int) d, (int) n,
					1.0, rows, (int) d, 1.0, gram, (int) d);
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
 * Lower triangle, d = 6 and d = 5, as they stand in a rectangle:
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

/* ---- eigenvalues ---- */

typedef struct EigenSpace
{
	size_t		values;			/* offsets in bytes */
	size_t		support;
	size_t		integers;
	size_t		work;
	size_t		end;
} EigenSpace;

static const lapack_int eigen_integers = 10;	/* per d, what dsyevr asks for */

/* dsyevr's block size belongs to the library, so the size of its work is queried. */
static size_t
eigen_work(size_t d)
{
	double		best = 0;
	double		none = 0;
	lapack_int	found = 0;
	lapack_int	support[2] = {0};
	lapack_int	integers = 0;
	lapack_int	size = (lapack_int) d;
	lapack_int	info = LAPACKE_dsyevr_work(LAPACK_COL_MAJOR, 'V', 'I', 'L', size, &none, size,
										   0, 0, 1, size, 0, &found, &none, &none, size,
										   support, &best, -1, &integers, -1);
	size_t		least = 26 * d;

	return info == 0 && best > least ? (size_t) best : least;
}

static EigenSpace
eigen_space(size_t d, size_t wanted)
{
	EigenSpace	space;

	Assert(d > 0 && d <= SEG_LINALG_MAX && wanted > 0 && wanted <= d);
	space.values = 0;
	space.support = space.values + aligned(d * sizeof(double));
	space.integers = space.support + aligned(2 * d * sizeof(lapack_int));
	space.work = space.integers + aligned(eigen_integers * d * sizeof(lapack_int));
	space.end = space.work + aligned(eigen_work(d) * sizeof(double));
	return space;
}

size_t
seg_eigen_workspace(size_t d, size_t wanted)
{
	return eigen_space(d, wanted).end;
}

/* The largest entry becomes positive; of entries equal within 1e-9, the first decides. */
static void
fix_sign(double *vector, size_t d)
{
	double		largest = 0;
	size_t		j = 0;

	for (size_t i = 0; i < d; i++)
		largest = fmax(largest, fabs(vector[i]));
	while (fabs(vector[j]) < largest * (1 - 1e-9))
		j++;
	if (vector[j] < 0)
		for (size_t i = 0; i < d; i++)
			vector[i] = -vector[i];
}

/* dsyevr finds in rising order; we give in falling order. */
static void
reverse_pairs(double *values, double *vectors, size_t d, size_t wanted)
{
	for (size_t a = 0, b = wanted - 1; a < b; a++, b--)
	{
		double		value = values[a];

		values[a] = values[b];
		values[b] = value;
		for (size_t i = 0; vectors != NULL && i < d; i++)
		{
			double		entry = vectors[a * d + i];

			vectors[a * d + i] = vectors[b * d + i];
			vectors[b * d + i] = entry;
		}
	}
}

SegStatus
seg_eigen_symmetric(double *matrix, size_t d, size_t wanted,
					double *values, double *vectors, void *workspace)
{
	SegStatus	status = check_size(d);
	EigenSpace	space;
	char	   *at = workspace;
	double	   *found_values;
	double		nowhere;
	lapack_int	found = 0;
	lapack_int	size = (lapack_int) d;
	lapack_int	info;

	if (status != SEG_OK)
		return status;
	if (!lower_is_finite(matrix, d))
		return SEG_NOT_FINITE;
	space = eigen_space(d, wanted);
	found_values = (double *) (at + space.values);	/* dsyevr uses d of them */
	info = LAPACKE_dsyevr_work(LAPACK_COL_MAJOR, vectors == NULL ? 'N' : 'V', 'I', 'L', size, matrix, size,
							   0, 0, size - (lapack_int) wanted + 1, size, 0, &found, found_values,
							   vectors == NULL ? &nowhere : vectors, size,
							   (lapack_int *) (at + space.support),
							   (double *) (at + space.work),
							   (lapack_int) ((space.end - space.work) / sizeof(double)),
							   (lapack_int *) (at + space.integers), eigen_integers * size);
	if (info != 0 || found != (lapack_int) wanted)
		return SEG_NO_CONVERGENCE;
	memcpy(values, found_values, wanted * sizeof(double));
	reverse_pairs(values, vectors, d, wanted);
	for (size_t c = 0; vectors != NULL && c < wanted; c++)
		fix_sign(vectors + c * d, d);
	return SEG_OK;
}

/* ---- Cholesky ---- */

SegStatus
seg_cholesky(double *matrix, size_t d)
{
	SegStatus	status = check_size(d);

	if (status != SEG_OK)
		return status;
	if (!lower_is_finite(matrix, d))
		return SEG_NOT_FINITE;
	if (LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', (lapack_int) d, matrix, (lapack_int) d) != 0)
		return SEG_NOT_POSITIVE_DEFINITE;
	return SEG_OK;
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

SegStatus
seg_cholesky_forward(const double *factor, size_t d, double *b, size_t columns)
{
	SegStatus	status = check_factor(factor, d);

	Assert(columns <= INT32_MAX);
	if (status == SEG_OK && columns > 0 &&
		LAPACKE_dtrtrs_work(LAPACK_COL_MAJOR, 'L', 'N', 'N', (lapack_int) d, (lapack_int) columns,
							factor, (lapack_int) d, b, (lapack_int) d) != 0)
		return SEG_NOT_POSITIVE_DEFINITE;
	return status;
}

SegStatus
seg_triangular_inverse(double *factor, size_t d)
{
	SegStatus	status = check_factor(factor, d);

	if (status == SEG_OK &&
		LAPACKE_dtrtri_work(LAPACK_COL_MAJOR, 'L', 'N', (lapack_int) d, factor, (lapack_int) d) != 0)
		return SEG_NOT_POSITIVE_DEFINITE;
	return status;
}

/* ---- singular values ---- */

static size_t
svd_integers(size_t m, size_t n)
{
	return aligned(8 * seg_min_size(m, n) * sizeof(lapack_int));
}

/* jobz 'S' needs at most 4 r^2 + 7 r and a larger side; queried, it asks for blocks. */
static size_t
svd_work(size_t m, size_t n)
{
	double		best = 0;
	double		none = 0;
	lapack_int	integers = 0;
	lapack_int	rows = (lapack_int) m;
	lapack_int	columns = (lapack_int) n;
	lapack_int	least_side = rows < columns ? rows : columns;
	size_t		r = seg_min_size(m, n);
	size_t		least = 4 * r * r + 7 * r + m + n;
	lapack_int	info;

	Assert(m > 0 && m <= SEG_LINALG_MAX && n > 0 && n <= SEG_LINALG_MAX);
	info = LAPACKE_dgesdd_work(LAPACK_COL_MAJOR, 'S', rows, columns, &none, rows, &none,
							   &none, rows, &none, least_side, &best, -1, &integers);
	return info == 0 && best > least ? (size_t) best : least;
}

size_t
seg_svd_workspace(size_t m, size_t n)
{
	return svd_integers(m, n) + svd_work(m, n) * sizeof(double);
}

SegStatus
seg_svd(double *matrix, size_t m, size_t n, double *values, double *u, double *vt, void *workspace)
{
	SegStatus	status = check_size(m);
	lapack_int	r = (lapack_int) seg_min_size(m, n);
	lapack_int	info;

	if (status == SEG_OK)
		status = check_size(n);
	if (status != SEG_OK)
		return status;
	for (size_t i = 0; i < m * n; i++)
		if (!isfinite(matrix[i]))
			return SEG_NOT_FINITE;
	info = LAPACKE_dgesdd_work(LAPACK_COL_MAJOR, 'S', (lapack_int) m, (lapack_int) n, matrix, (lapack_int) m,
							   values, u, (lapack_int) m, vt, r,
							   (double *) ((char *) workspace + svd_integers(m, n)),
							   (lapack_int) svd_work(m, n), workspace);
	return info == 0 ? SEG_OK : SEG_NO_CONVERGENCE;
}
