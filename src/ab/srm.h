/*
 * srm.h
 *		Sample ratio mismatch: were rows assigned to arms in the planned shares?
 *
 * Chi-square of goodness of fit, for one look at the end; and a p-value that is valid at every
 * look together, out of the totals alone: one over the Bayes factor of shares with a Dirichlet
 * prior of parameters c w_i against the planned shares w_i (M. Lindon and A. Malek, "Anytime-valid
 * inference for multinomial count data", NeurIPS 2022):
 *
 *		BF = Gamma(c) / Gamma(c + N) prod Gamma(c w_i + n_i) / Gamma(c w_i) / prod w_i^n_i
 */
#ifndef SEG_AB_SRM_H
#define SEG_AB_SRM_H

#include "base/port.h"

typedef struct SegSrm
{
	double		chi2;
	double		df;
	double		p;
	double		log_bayes_factor;
	double		anytime_p;
} SegSrm;

/* IN counts[k], weights[k] above 0 with a finite sum; k > 1; c > 0.  NaN figures when all counts are 0. */
extern SegSrm seg_srm(const double *counts, const double *weights, size_t k, double c);

#endif							/* SEG_AB_SRM_H */
