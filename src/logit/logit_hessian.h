/*
 * logit_hessian.h
 *		The Hessian of a logistic regression: aliased columns, factor, step, standard errors.
 *
 * Only for the fit (logit_newton.c).  In a design the aliased columns have 1 in the diagonal of
 * the Hessian and 0 elsewhere, so they change nothing.
 */
#ifndef SEG_LOGIT_LOGIT_HESSIAN_H
#define SEG_LOGIT_LOGIT_HESSIAN_H

#include "logit/logit.h"

/* The ridge of a column: half of it times the square of its coefficient is taken from the log-likelihood. */
extern double seg_logit_penalty(const SegLogitDesign *design, const SegLogitParams *params, size_t j);

/*
 * Find the columns that follow from those before, by Cholesky's factors of the Hessian:
 * what is left of a column's diagonal, against what the intercept leaves of it.  SCRATCH
 * factor[p x p].
 */
extern void seg_logit_find_aliased(const SegLogitDesign *design, const double *hessian, double *factor);

/* Columns of which all rows have one value. */
extern void seg_logit_find_constant(const SegLogitDesign *design);

/* Take the aliased columns out of the sums, and add the ridge. */
extern void seg_logit_finish_sums(const SegLogitDesign *design, const SegLogitParams *params, const double *beta, SegLogitSums *sums);

/*
 * OUT factor, root of a Hessian.  Rounding can leave no positive definite one where nearly
 * all information is gone; then the diagonal is raised a little.  False if there is none.
 */
extern bool seg_logit_factorise(const double *hessian, size_t p, double *factor, double *root);

/* step = the inverse of the Hessian times the gradient; returns their product. */
extern double seg_logit_newton_step(const double *factor, const double *root, const double *gradient, size_t p, double *step);

/* INOUT factor becomes its inverse.  The intercept is turned to input units with all slopes. */
extern void seg_logit_standard_errors(const SegLogitDesign *design, double *factor, const double *root, double *std_error);

/* Half the logarithm of the determinant of the Hessian. */
extern double seg_logit_half_log_determinant(const double *factor, const double *root, size_t p);

#endif							/* SEG_LOGIT_LOGIT_HESSIAN_H */
