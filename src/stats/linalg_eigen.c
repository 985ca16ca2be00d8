/*
 * linalg_eigen.c
 *		Eigenvalues and eigenvectors of a symmetric matrix; see linalg.h.
 *
 * LAPACK's drivers cannot be interrupted, and take half a second for 1,600
 * features.  So this file calls their parts, each for a few milliseconds:
 *
 * - The matrix becomes tridiagonal by Householder's reflections, a panel of
 *   columns at a time (DSYTRD: DLATRD, DSYR2K).
 * - Without vectors, DSTERF finds the values; that is O(d^2).
 * - With vectors, the tridiagonal matrix is divided in two until halves are
 *   small (DSTEDC), and the halves are merged (DLAED1: DLAED2 deflates, DLAED4
 *   finds a root of the secular equation, the vectors are a product).  The work of
 *   DLAED3 is done here in strips of columns.
 * - The reflections are applied to strips of the vectors wanted (DORMTR).
 *
 * Source: J. Cuppen, "A divide and conquer method for the symmetric tridiagonal
 * eigenproblem" (1981); M. Gu and S. Eisenstat (1995); LAPACK 3.11.
 */
#include "stats/linalg.h"

#include <cblas.h>
#include <lapacke.h>

/* Columns of a panel of reflections, and of a strip of vectors. */
#define PANEL ((size_t) 32)
#define STRIP ((size_t) 64)

/* Halves up to this size are solved by one call. */
#define SMALL ((size_t) 128)

#define ALIGN ((size_t) 16)

/* Auxiliary routines of LAPACK that LAPACKE does not declare; each string has a hidden length. */
extern void dlatrd_(const char *uplo, const lapack_int *n, const lapack_int *nb, double *a, const lapack_int *lda,
					double *e, double *tau, double *w, const lapack_int *ldw, size_t uplo_length);
extern void dlaed2_(lapack_int *k, const lapack_int *n, const lapack_int *n1, double *d, double *q,
					const lapack_int *ldq, lapack_int *indxq, double *rho, double *z, double *dlamda, double *w,
					double *q2, lapack_int *indx, lapack_int *indxc, lapack_int *indxp, lapack_int *coltyp,
					lapack_int *info);
extern void dlaed4_(const lapack_int *n, const lapack_int *i, const double *d, const double *z, double *delta,
					const double *rho, double *dlam, lapack_int *info);
extern void dlamrg_(const lapack_int *n1, const lapack_int *n2, const double *a, const lapack_int *dtrd1,
					const lapack_int *dtrd2, lapack_int *index);

/* The workspace.  Parts that only vectors need are NULL if there are none. */
typedef struct Space
{
	double	   *diagonal;		/* d */
	double	   *beside;			/* the off-diagonal: d, d - 1 used */
	double	   *tau;			/* d: of the reflections */
	double	   *panel;			/* d x PANEL; then STRIP x d */
	double	   *q;				/* d x d: vectors of the tridiagonal matrix */
	double	   *kept;			/* d x d: vectors of the halves that are not deflated in a merge */
	double	   *z;				/* d, as the following */
	double	   *poles;
	double	   *weights;
	lapack_int *order;			/* d: places by rising value */
	lapack_int *integers;		/* 4 d */
	double	   *small;			/* workspace of DSTEDC */
	lapack_int *small_integers;
} Space;

#define SMALL_WORK (1 + 4 * SMALL + SMALL * SMALL)
#define SMALL_INTEGERS (3 + 5 * SMALL)

/* Take a part of the workspace; if base is NULL, only add its size. */
static void *
part(char *base, size_t *used, size_t count, size_t item_size)
{
	char	   *at = base == NULL ? NULL : base + *used;

	*used += (count * item_size + ALIGN - 1) & ~(ALIGN - 1);
	return at;
}

static size_t
lay_out(char *base, size_t d, bool with_vectors, Space *space)
{
	size_t		used = 0;

	memset(space, 0, sizeof(*space));
	space->diagonal = part(base, &used, d, sizeof(double));
	space->beside = part(base, &used, d, sizeof(double));
	space->tau = part(base, &used, d, sizeof(double));
	space->panel = part(base, &used, d * STRIP, sizeof(double));
	if (!with_vectors)
		return used;
	space->q = part(base, &used, d * d, sizeof(double));
	space->kept = part(base, &used, d * d, sizeof(double));
	space->z = part(base, &used, d, sizeof(double));
	space->poles = part(base, &used, d, sizeof(double));
	space->weights = part(base, &used, d, sizeof(double));
	space->order = part(base, &used, d, sizeof(lapack_int));
	space->integers = part(base, &used, 4 * d, sizeof(lapack_int));
	space->small = part(base, &used, SMALL_WORK, sizeof(double));
	space->small_integers = part(base, &used, SMALL_INTEGERS, sizeof(lapack_int));
	return used;
}

size_t
seg_eigen_workspace(size_t d, bool with_vectors)
{
	Space		space;

	Assert(d > 0 && d <= SEG_MAX_FEATURES);
	return lay_out(NULL, d, with_vectors, &space);
}

/* ---- to a tridiagonal matrix ---- */

/* Scale the largest entry to about 1; returns the power of two that undoes the scaling. */
static int
rescale(double *matrix, size_t d)
{
	double		largest = 0;
	int			exponent = 0;

	for (size_t j = 0; j < d; j++)
		for (size_t i = j; i < d; i++)
			largest = fmax(largest, fabs(matrix[i + j * d]));
	if (largest == 0)
		return 0;
	(void) frexp(largest, &exponent);
	for (size_t j = 0; j < d; j++)
		for (size_t i = j; i < d; i++)
			matrix[i + j * d] = ldexp(matrix[i + j * d], -exponent);
	return exponent;
}

/* OUT diagonal, beside, tau; INOUT matrix: the reflections are stored below the diagonal. */
static void
reduce(double *matrix, size_t d, Space *space)
{
	lapack_int	size = (lapack_int) d;
	lapack_int	panel = (lapack_int) PANEL;
	size_t		at = 0;
	lapack_int	left;

	for (; d - at > 2 * PANEL; at += PANEL)
	{
		double	   *corner = matrix + at + at * d;

		left = (lapack_int) (d - at);
		CHECK_FOR_INTERRUPTS();
		dlatrd_("L", &left, &panel, corner, &size, space->beside + at, space->tau + at, space->panel, &size, 1);
		CHECK_FOR_INTERRUPTS();
		cblas_dsyr2k(CblasColMajor, CblasLower, CblasNoTrans, left - panel, panel, -1, corner + PANEL, size,
					 space->panel + PANEL, size, 1, corner + PANEL + PANEL * d, size);
		for (size_t j = at; j < at + PANEL; j++)
		{
			matrix[j + 1 + j * d] = space->beside[j];
			space->diagonal[j] = matrix[j + j * d];
		}
	}
	left = (lapack_int) (d - at);
	(void) LAPACKE_dsytrd_work(LAPACK_COL_MAJOR, 'L', left, matrix + at + at * d, size, space->diagonal + at,
							   space->beside + at, space->tau + at, space->panel, left * (lapack_int) PANEL);
}

/* ---- divide and conquer ---- */

/* Roots first .. first + count - 1 of the secular equation: OUT values; in q, their parts. */
static bool
find_roots(const Space *space, lapack_int k, size_t first, size_t count, double rho, double *q, lapack_int stride,
		   double *values)
{
	for (size_t j = first; j < first + count; j++)
	{
		lapack_int	number = (lapack_int) j + 1;
		lapack_int	info;

		dlaed4_(&k, &number, space->poles, space->weights, q + j * stride, &rho, &values[j], &info);
		if (info != 0)
			return false;
	}
	return true;
}

/* The weights for which the roots found are exact (M. Gu and S. Eisenstat), in z. */
static void
refit_weights(Space *space, size_t k, const double *q, size_t stride)
{
	for (size_t i = 0; i < k; i++)
		space->z[i] = q[i + i * stride];
	for (size_t j = 0; j < k; j++)
	{
		if (j % STRIP == 0)
			CHECK_FOR_INTERRUPTS();
		for (size_t i = 0; i < k; i++)
			if (i != j)
				space->z[i] *= q[i + j * stride] / (space->poles[i] - space->poles[j]);
	}
	for (size_t i = 0; i < k; i++)
		space->z[i] = copysign(sqrt(-space->z[i]), space->weights[i]);
}

/* Columns first .. first + count - 1 of q become vectors of the secular problem. */
static void
make_vectors(Space *space, size_t k, size_t first, size_t count, const lapack_int *places, double *q, size_t stride)
{
	double	   *vector = space->panel;

	for (size_t j = first; j < first + count; j++)
	{
		double	   *column = q + j * stride;
		double		norm;

		for (size_t i = 0; i < k; i++)
			vector[i] = space->z[i] / column[i];
		norm = cblas_dnrm2((int) k, vector, 1);
		for (size_t i = 0; i < k; i++)
			column[i] = vector[places[i] - 1] / norm;
	}
}

/* Rows of q, in a strip of columns: vectors of a half (m x inner) times those of the secular problem. */
static void
multiply_half(const double *half, size_t m, size_t inner, const double *secular, size_t count, double *to, size_t stride,
			  double *copy)
{
	for (size_t j = 0; j < count; j++)
	{
		memcpy(copy + j * inner, secular + j * stride, inner * sizeof(double));
		if (inner == 0)
			memset(to + j * stride, 0, m * sizeof(double));
	}
	if (inner > 0)
		cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, (int) m, (int) count, (int) inner,
					1, half, (int) m, copy, (int) inner, 0, to, (int) stride);
}

/*
 * Merge the two halves of a block of n rows; the first half has n1 rows.  INOUT
 * values[n] and q.  IN rho: the entry between the halves.  INOUT order: of each half;
 * then of all.
 */
static bool
merge(Space *space, size_t n, size_t n1, double rho, double *values, double *q, size_t stride, lapack_int *order)
{
	lapack_int	size = (lapack_int) n;
	lapack_int	cut = (lapack_int) n1;
	lapack_int	leading = (lapack_int) stride;
	lapack_int *places = space->integers + n;
	lapack_int *types = space->integers + 3 * n;
	lapack_int	k;
	lapack_int	deflated;
	lapack_int	info;
	lapack_int	rising = 1;
	lapack_int	falling = -1;
	size_t		upper;
	size_t		lower;
	size_t		n2 = n - n1;

	for (size_t j = 0; j < n; j++)
		space->z[j] = j < n1 ? q[n1 - 1 + j * stride] : q[n1 + j * stride];
	CHECK_FOR_INTERRUPTS();
	dlaed2_(&k, &size, &cut, values, q, &leading, order, &rho, space->z, space->poles, space->weights, space->kept,
			space->integers, places, space->integers + 2 * n, types, &info);
	if (info != 0)
		return false;
	for (size_t j = 0; k == 0 && j < n; j++)
		order[j] = (lapack_int) j + 1;
	if (k == 0)
		return true;
	upper = (size_t) types[0] + types[1];
	lower = (size_t) types[1] + types[2];
	for (size_t first = 0; first < (size_t) k; first += STRIP)
	{
		CHECK_FOR_INTERRUPTS();
		if (!find_roots(space, k, first, seg_min_size(STRIP, k - first), rho, q, leading, values))
			return false;
	}
	/* for k = 1 and k = 2 DLAED4 returns the vectors themselves */
	if (k > 2)
		refit_weights(space, k, q, stride);
	for (size_t first = 0; first < (size_t) k; first += STRIP)
	{
		size_t		count = seg_min_size(STRIP, k - first);
		double	   *strip = q + first * stride;

		CHECK_FOR_INTERRUPTS();
		if (k > 2)
			make_vectors(space, k, first, count, places, q, stride);
		for (size_t j = 0; k == 2 && j < 2; j++)
		{
			double		vector[2] = {q[j * stride], q[1 + j * stride]};

			q[j * stride] = vector[places[0] - 1];
			q[1 + j * stride] = vector[places[1] - 1];
		}
		/* the upper half has at most as many vectors as rows, so the rows of the lower half are free */
		multiply_half(space->kept + n1 * upper, n2, lower, strip + types[0], count, strip + n1, stride, space->panel);
		multiply_half(space->kept, n1, upper, strip, count, strip, stride, space->panel);
	}
	deflated = size - k;
	dlamrg_(&k, &deflated, values, &rising, &falling, order);
	return true;
}

/* Eigenvalues and vectors of rows from .. from + n - 1 of the tridiagonal matrix. */
static bool
solve(Space *space, size_t d, size_t from, size_t n)
{
	double	   *values = space->diagonal + from;
	double	   *beside = space->beside + from;
	double	   *q = space->q + from + from * d;
	size_t		n1 = n / 2;
	double		rho;

	CHECK_FOR_INTERRUPTS();
	if (n <= SMALL)
	{
		for (size_t j = 0; j < n; j++)
			space->order[from + j] = (lapack_int) j + 1;
		return LAPACKE_dstedc_work(LAPACK_COL_MAJOR, 'I', (lapack_int) n, values, beside, q, (lapack_int) d,
								   space->small, SMALL_WORK, space->small_integers, SMALL_INTEGERS) == 0;
	}
	rho = beside[n1 - 1];
	values[n1 - 1] -= fabs(rho);
	values[n1] -= fabs(rho);
	return solve(space, d, from, n1) && solve(space, d, from + n1, n - n1) &&
		merge(space, n, n1, rho, values, q, d, space->order + from);
}

/* ---- the result ---- */

/* Make the entry with the largest magnitude positive; the first one of those equal within 1e-9. */
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

/* Convert vectors of the tridiagonal matrix to vectors of the matrix, a strip at a time. */
static bool
reflect(const double *matrix, size_t d, size_t wanted, Space *space, double *vectors)
{
	for (size_t first = 0; first < wanted && d > 1; first += STRIP)
	{
		size_t		count = seg_min_size(STRIP, wanted - first);

		CHECK_FOR_INTERRUPTS();
		if (LAPACKE_dormtr_work(LAPACK_COL_MAJOR, 'L', 'L', 'N', (lapack_int) d, (lapack_int) count,
								matrix, (lapack_int) d, space->tau, vectors + first * d, (lapack_int) d,
								space->kept, (lapack_int) (d * d)) != 0)
			return false;
	}
	return true;
}

/* The largest values and their vectors, in descending order. */
static bool
with_vectors(const double *matrix, size_t d, size_t wanted, Space *space, double *values, double *vectors)
{
	memset(space->q, 0, d * d * sizeof(double));
	if (!solve(space, d, 0, d))
		return false;
	for (size_t c = 0; c < wanted; c++)
	{
		size_t		place = (size_t) space->order[d - 1 - c] - 1;

		values[c] = space->diagonal[place];
		memcpy(vectors + c * d, space->q + place * d, d * sizeof(double));
	}
	if (!reflect(matrix, d, wanted, space, vectors))
		return false;
	for (size_t c = 0; c < wanted; c++)
		fix_sign(vectors + c * d, d);
	return true;
}

SegStatus
seg_eigen_symmetric(double *matrix, size_t d, size_t wanted,
					double *values, double *vectors, void *workspace)
{
	SegStatus	status = seg_linalg_check(matrix, d);
	int			exponent;
	Space		space;

	if (status != SEG_OK)
		return status;
	Assert(wanted > 0 && wanted <= d);
	(void) lay_out(workspace, d, vectors != NULL, &space);
	exponent = rescale(matrix, d);
	reduce(matrix, d, &space);
	CHECK_FOR_INTERRUPTS();
	if (vectors != NULL)
	{
		if (!with_vectors(matrix, d, wanted, &space, values, vectors))
			return SEG_NO_CONVERGENCE;
	}
	else
	{
		if (LAPACKE_dsterf_work((lapack_int) d, space.diagonal, space.beside) != 0)
			return SEG_NO_CONVERGENCE;
		for (size_t c = 0; c < wanted; c++)
			values[c] = space.diagonal[d - 1 - c];
	}
	for (size_t c = 0; c < wanted; c++)
		values[c] = ldexp(values[c], exponent);
	return SEG_OK;
}
