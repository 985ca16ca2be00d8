/*
 * linalg.h
 *		Linear algebra by LAPACK and BLAS.
 *
 * Only linalg.c and linalg_eigen.c include the headers of these libraries.  They are two
 * files because they have 770 lines together: linalg.c has products, factors and the
 * condition number, linalg_eigen.c the eigenvectors alone, which call LAPACK's internal
 * routines.  Reference LAPACK stops the process at a bad argument, so every argument
 * is checked here before the call: sizes by Assert and by SEG_TOO_MANY_FEATURES, values
 * by SEG_NOT_FINITE.  A call cannot be interrupted, so each call does a part of the work
 * that takes a few milliseconds at SEG_MAX_FEATURES.  These functions allocate nothing:
 * the caller gets the size of a workspace in bytes and passes it, aligned to 16.
 *
 * Matrices are column-major, d x d with leading dimension d.  A symmetric matrix
 * is read from its lower triangle, [i + j * d] with i >= j.
 */
#ifndef SEG_STATS_LINALG_H
#define SEG_STATS_LINALG_H

#include "base/limits.h"
#include "base/port.h"
#include "base/status.h"

/* The largest order for seg_gram_add_packed; it may contain features and masks. */
#define SEG_PACKED_MAX SEG_MAX_FEATURES

/* SEG_OK, SEG_NO_ROWS (d = 0), SEG_TOO_MANY_FEATURES or SEG_NOT_FINITE (in the lower triangle). */
extern SegStatus seg_linalg_check(const double *matrix, size_t d);

/*
 * OUT product[m x n] = A B (DGEMM).  A is a[m x inner], or the transpose of
 * a[inner x m].  B is b[inner x n], or the transpose of b[n x inner].
 */
extern void seg_product(const double *a, bool transpose_a, const double *b, bool transpose_b,
						size_t m, size_t n, size_t inner, double *product);

/*
 * gram += rows' rows (DSYRK): IN rows[n][d], row after row, INOUT lower triangle
 * of gram[d x d].  Values may be infinite or NaN; the result then is not finite.
 * Cost: n d^2 multiplications, half of what a general product needs.
 */
extern void seg_gram_add(const double *rows, size_t n, size_t d, double *gram);

/*
 * The same with gram in rectangular full packed form, d (d + 1) / 2 doubles, as
 * fast as the full one (DSFRK; F. Gustavson, J. Wasniewski, J. Dongarra and
 * J. Langou, 2010).  seg_packed_at gives the place of an entry.
 */
extern void seg_gram_add_packed(const double *rows, size_t n, size_t d, double *packed);

/* The place of entry (i, j), i >= j, of a d x d matrix in packed form. */
extern size_t seg_packed_at(size_t d, size_t i, size_t j);

static inline size_t
seg_packed_size(size_t d)
{
	return d * (d + 1) / 2;
}

/*
 * Eigenvalues and eigenvectors of a symmetric matrix (DSYTRD, DSTEDC).
 *
 * INOUT matrix[d x d]: the lower triangle is read and destroyed.  IN wanted: 1 .. d,
 * the number of largest eigenvalues to find.  OUT values[d]: the first `wanted` in
 * descending order.  OUT vectors[wanted][d], or NULL for none: orthonormal, vector
 * after vector.  The entry with the largest magnitude in each vector (the first of
 * equals, within 1e-9) is positive.
 * Returns SEG_OK, SEG_NO_ROWS (d = 0), SEG_TOO_MANY_FEATURES, SEG_NOT_FINITE
 * (in the lower triangle), SEG_NO_CONVERGENCE.
 */
extern size_t seg_eigen_workspace(size_t d, bool with_vectors);
extern SegStatus seg_eigen_symmetric(double *matrix, size_t d, size_t wanted,
									 double *values, double *vectors, void *workspace);

/*
 * The Cholesky factor L, L L' = matrix (DPOTRF).
 *
 * INOUT matrix[d x d]: the lower triangle becomes L; the upper one is not changed.
 * Returns SEG_OK, SEG_NO_ROWS, SEG_TOO_MANY_FEATURES, SEG_NOT_FINITE or
 * SEG_NOT_POSITIVE_DEFINITE.
 */
extern SegStatus seg_cholesky(double *matrix, size_t d);

/*
 * With the factor L of seg_cholesky, whose diagonal is positive:
 * solve L z = b, or L' z = b, for each of `columns` right-hand sides, INOUT b[columns][d] (DTRTRS);
 * or invert L in place (DTRTRI).
 * Return SEG_OK, SEG_NO_ROWS, SEG_TOO_MANY_FEATURES, or SEG_NOT_POSITIVE_DEFINITE
 * if a diagonal entry is not positive.
 */
extern SegStatus seg_cholesky_forward(const double *factor, size_t d, double *b, size_t columns);
extern SegStatus seg_cholesky_backward(const double *factor, size_t d, double *b, size_t columns);
extern SegStatus seg_triangular_inverse(double *factor, size_t d);

/*
 * The orthogonal matrix nearest to a square one: U V' of its singular value
 * decomposition U S V' (its polar factor; N. Higham, "Computing the polar
 * decomposition - with applications", 1986).  If the matrix is singular to working
 * precision, the nearest matrix is not unique; the function returns one of them.
 *
 * INOUT matrix[d x d].  Returns SEG_OK, SEG_NO_ROWS, SEG_TOO_MANY_FEATURES,
 * SEG_NOT_FINITE, SEG_NO_CONVERGENCE (also for a matrix of zeros).
 * Cost: about ten inversions.
 */
extern size_t seg_polar_workspace(size_t d);
extern SegStatus seg_polar(double *matrix, size_t d, void *workspace);

#endif							/* SEG_STATS_LINALG_H */
