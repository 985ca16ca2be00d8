/*
 * linalg.h
 *		The linear algebra that LAPACK and BLAS do for us.
 *
 * Only linalg.c and linalg_eigen.c include the headers of these libraries.  They are two
 * files because they have 770 lines together: linalg.c has products, factors and the
 * condition number, linalg_eigen.c the eigenvectors alone, which call LAPACK's internal
 * routines.  Reference LAPACK stops the process at a bad argument, so every argument
 * is checked here before the call: sizes by Assert and by SEG_TOO_MANY_FEATURES, values
 * by SEG_NOT_FINITE.  A call cannot be interrupted, so each one does a part of the work
 * that takes a few milliseconds at SEG_MAX_FEATURES.  These functions own no memory:
 * the caller asks for the size of a workspace in bytes and passes it, aligned to 16.
 *
 * Matrices are column-major, d x d with leading dimension d.  A symmetric matrix
 * is read from its lower triangle, [i + j * d] with i >= j.
 */
#ifndef SEG_STATS_LINALG_H
#define SEG_STATS_LINALG_H

#include "base/limits.h"
#include "base/port.h"
#include "base/status.h"

/* The largest order of the packed form of seg_gram_packed, which may hold features and masks. */
#define SEG_PACKED_MAX SEG_MAX_FEATURES

/* SEG_OK, SEG_NO_ROWS (d = 0), SEG_TOO_MANY_FEATURES or SEG_NOT_FINITE (something in the lower triangle is). */
extern SegStatus seg_linalg_check(const double *matrix, size_t d);

/*
 * OUT product[m x n] = A B (DGEMM), A being a[m x inner] or its transpose
 * a[inner x m], B likewise b[inner x n] or b[n x inner].
 */
extern void seg_product(const double *a, bool transpose_a, const double *b, bool transpose_b,
						size_t m, size_t n, size_t inner, double *product);

/*
 * gram += rows' rows (DSYRK): IN rows[n][d], row after row, INOUT lower triangle
 * of gram[d x d].  Values may be anything: what is not finite stays visible.
 * Cost: n d^2 multiplications, half of what a general product needs.
 */
extern void seg_gram_add(const double *rows, size_t n, size_t d, double *gram);

/*
 * The same with gram in rectangular full packed form, d (d + 1) / 2 doubles, as
 * fast as the full one (DSFRK; F. Gustavson, J. Wasniewski, J. Dongarra and
 * J. Langou, 2010).  Entries are found through seg_packed_at.
 */
extern void seg_gram_add_packed(const double *rows, size_t n, size_t d, double *packed);

/* Where entry (i, j), i >= j, of a d x d matrix stands in packed form. */
extern size_t seg_packed_at(size_t d, size_t i, size_t j);

static inline size_t
seg_packed_size(size_t d)
{
	return d * (d + 1) / 2;
}

/*
 * Eigenvalues and eigenvectors of a symmetric matrix (DSYTRD, DSTEDC).
 *
 * INOUT matrix[d x d]: lower triangle read, destroyed.  IN wanted: 1 .. d, the
 * number of largest eigenvalues to find.  OUT values[d]: the first `wanted` in
 * falling order.  OUT vectors[wanted][d], or NULL for none: orthonormal, vector
 * after vector, the sign of each such that its largest entry in magnitude (the
 * first of equals, within 1e-9) is positive.
 * Returns SEG_OK, SEG_NO_ROWS (d = 0), SEG_TOO_MANY_FEATURES, SEG_NOT_FINITE
 * (something in the lower triangle is), SEG_NO_CONVERGENCE.
 */
extern size_t seg_eigen_workspace(size_t d, bool with_vectors);
extern SegStatus seg_eigen_symmetric(double *matrix, size_t d, size_t wanted,
									 double *values, double *vectors, void *workspace);

/*
 * The Cholesky factor L, L L' = matrix (DPOTRF).
 *
 * INOUT matrix[d x d]: the lower triangle becomes L; the upper is left alone.
 * Returns SEG_OK, SEG_NO_ROWS, SEG_TOO_MANY_FEATURES, SEG_NOT_FINITE or
 * SEG_NOT_POSITIVE_DEFINITE.
 */
extern SegStatus seg_cholesky(double *matrix, size_t d);

/*
 * With the factor L of seg_cholesky, whose diagonal is positive:
 * solve L z = b for each of `columns` right sides, INOUT b[columns][d] (DTRTRS);
 * or invert L in place (DTRTRI).
 * Return SEG_OK, SEG_NO_ROWS, SEG_TOO_MANY_FEATURES, or SEG_NOT_POSITIVE_DEFINITE
 * when a diagonal entry is not positive.
 */
extern SegStatus seg_cholesky_forward(const double *factor, size_t d, double *b, size_t columns);
extern SegStatus seg_triangular_inverse(double *factor, size_t d);

/*
 * The orthogonal matrix nearest to a square one: U V' of its singular value
 * decomposition U S V' (its polar factor; N. Higham, "Computing the polar
 * decomposition - with applications", 1986).  Where the matrix is singular to
 * working precision, the part that it leaves open is one of several.
 *
 * INOUT matrix[d x d].  Returns SEG_OK, SEG_NO_ROWS, SEG_TOO_MANY_FEATURES,
 * SEG_NOT_FINITE, SEG_NO_CONVERGENCE (for a matrix of zeros, too).
 * Cost: about ten inversions.
 */
extern size_t seg_polar_workspace(size_t d);
extern SegStatus seg_polar(double *matrix, size_t d, void *workspace);

#endif							/* SEG_STATS_LINALG_H */
