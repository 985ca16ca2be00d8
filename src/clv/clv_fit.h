/*
 * clv_fit.h
 *		Fitting the models of clv.h by maximum likelihood, over counted customers.
 *
 * Customers whose four numbers are equal are one row with a count.  The rows are sorted, and
 * all sums are taken in that order, so the order in which customers came does not matter.
 */
#ifndef SEG_CLV_CLV_FIT_H
#define SEG_CLV_CLV_FIT_H

#include "clv/clv.h"

/* Some customers, all alike. */
typedef struct SegClvRow
{
	SegClvCustomer customer;
	uint64_t	count;			/* at least 1 */
} SegClvRow;

/* The largest numbers of a customer; the smallest and the largest mean value that is not 0. */
#define SEG_CLV_MOST_PURCHASES 1e7
#define SEG_CLV_MOST_TIME 1e7
#define SEG_CLV_LEAST_VALUE 1e-100
#define SEG_CLV_MOST_VALUE 1e100

/*
 * The range of the parameters: those without a unit lie between 1 / MOST_PARAMETER and MOST_PARAMETER.
 * alpha / the largest t_cal (or 1 day, if that is more) is at least LEAST_ALPHA, v / the geometric mean of
 * the values at least 1 / MOST_PARAMETER, and both are at most MOST_PARAMETER.
 */
#define SEG_CLV_MOST_PARAMETER 1e7
#define SEG_CLV_LEAST_ALPHA 1e-5

/* What is wrong with a customer. */
typedef enum SegClvFault
{
	SEG_CLV_SOUND,
	SEG_CLV_NOT_FINITE,			/* of one of the numbers: which one, 0 to 3, is *which */
	SEG_CLV_NEGATIVE,			/* the same */
	SEG_CLV_TOO_LARGE,			/* the same */
	SEG_CLV_TOO_SMALL,			/* mean_value */
	SEG_CLV_NOT_WHOLE,			/* x */
	SEG_CLV_AFTER_CALIBRATION,	/* t_x is above t_cal */
	SEG_CLV_WITHOUT_PURCHASE,	/* t_x is above 0, but x is 0 */
} SegClvFault;

extern SegClvFault seg_clv_check(const SegClvCustomer *customer, int *which);

/* The customer as rows have it: no mean_value where x is 0, and no negative 0. */
extern SegClvCustomer seg_clv_plain(SegClvCustomer customer);

/* Sort the rows, and make one of rows that are alike.  Returns how many are left.  Cost: n log n. */
extern size_t seg_clv_count(SegClvRow *rows, size_t n);

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
