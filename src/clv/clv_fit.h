/*
 * clv_fit.h
 *		Fitting the models of clv.h by maximum likelihood, over counted customers.
 *
 * The rows are sorted, and all sums are taken in that order, so the order in which customers
 * came does not matter.
 */
#ifndef SEG_CLV_CLV_FIT_H
#define SEG_CLV_CLV_FIT_H

#include "clv/clv_rows.h"

/*
 * The range of the parameters: those without a unit lie between 1 / MOST_PARAMETER and MOST_PARAMETER.
 * alpha / the largest t_cal (or 1 day, if that is more) is at least LEAST_ALPHA, v / the geometric mean of
 * the values at least 1 / MOST_PARAMETER, and both are at most MOST_PARAMETER.
 */
#define SEG_CLV_MOST_PARAMETER 1e7
#define SEG_CLV_LEAST_ALPHA 1e-5

/* A fit of one of the two parts. */
typedef struct SegClvPart
{
	double		parameters[SEG_CLV_PURCHASE_PARAMETERS];	/* or SEG_CLV_VALUE_PARAMETERS of them */
	double		std_errors[SEG_CLV_PURCHASE_PARAMETERS];	/* NAN at the boundary */
	double		log_likelihood;
	uint64_t	n;				/* customers */
	bool		at_boundary;
} SegClvPart;

typedef struct SegClvFit
{
	SegClvKind	kind;
	SegClvPart	purchases;
	SegClvPart	value;			/* of customers whose mean_value is above 0; where there is none n is 0, and all else */
	double		correlation;	/* of x and mean_value, over value.n; NAN where one of them does not vary */
} SegClvFit;

/*
 * Fit.  IN rows[n]: of seg_clv_count, n > 0; SCRATCH patterns[n].  Cost: some ten to thirty passes over the distinct
 * (x, t_x, t_cal), and over the distinct (x, mean_value).
 */
extern void seg_clv_fit(const SegClvRow *rows, size_t n, SegClvRow *patterns, SegClvKind kind, SegClvFit *fit);

#endif							/* SEG_CLV_CLV_FIT_H */
