/*
 * logit.h
 *		Logistic regression: the probability of a label from numbers and categories.
 *
 * The columns of the design are the intercept, the features, and an indicator of 0 or 1 for
 * each level but one of each category.  A missing value of a feature can have an indicator
 * too.  Features are z-scored.  Indicators are not: the ridge penalty multiplies their
 * coefficients by the standard deviation, which is the same.
 *
 * The maximum of the likelihood is found by Newton's method with step halving.  The penalised
 * likelihood of Firth has the same steps with an adjusted gradient.  A row is used where it
 * stands: the dense part of the design is made for a block of rows at a time, and an
 * indicator costs only the rows where it is 1.
 *
 * Sources: P. McCullagh and J. Nelder, "Generalized Linear Models", 1989; D. Firth, "Bias
 * reduction of maximum likelihood estimates", 1993; A. Albert and J. Anderson, "On the
 * existence of maximum likelihood estimates in logistic regression models", 1984.
 */
#ifndef SEG_LOGIT_LOGIT_H
#define SEG_LOGIT_LOGIT_H

#include "base/limits.h"
#include "logit/logit_rows.h"

typedef enum SegLogitPenalty
{
	SEG_LOGIT_NONE,
	SEG_LOGIT_RIDGE,			/* lambda / 2 times the sum of squared slopes of z-scored columns */
	SEG_LOGIT_FIRTH,			/* half the logarithm of the determinant of the information */
} SegLogitPenalty;

/* A group of indicators: the levels of a category, or the missing values of a feature. */
typedef struct SegLogitGroup
{
	bool		is_category;
	uint32_t	source;			/* the category, or the feature */
	const int32_t *columns;		/* by code (feature: 0 value, 1 no value): a column, or -1 */
} SegLogitGroup;

typedef struct SegLogitDesign
{
	size_t		p;				/* columns, the intercept included */
	size_t		q;				/* dense columns: the intercept and the features */
	const double *shift;		/* d */
	const double *inverse;		/* d: 1 / scale; 0 if a feature has no spread */
	const double *fill;			/* d: input units */
	bool		has_missing;	/* some feature has missing values */
	size_t		groups;
	const SegLogitGroup *group;
	const double *sd;			/* p: of the column, 0 for the intercept and a constant column */
	bool	   *aliased;		/* p: these columns have no coefficient */
	double		weight;			/* of all rows */
} SegLogitDesign;

/* Sums over rows at some coefficients. */
typedef struct SegLogitSums
{
	double		log_likelihood;
	double		max_eta;		/* the largest |log-odds| */
	double	   *gradient;		/* p */
	double	   *hessian;		/* p x p, lower triangle, column-major: X' W X */
} SegLogitSums;

/* A block of rows of the design. */
#define SEG_LOGIT_BLOCK ((size_t) 256)

typedef struct SegLogitBlock
{
	size_t		count;
	double	   *dense;			/* [count][q] */
	int32_t    *active;			/* [count][groups]: columns, or -1 */
	double	   *eta;			/* [count], as the next two */
	double	   *residual;		/* weight times (label - probability) */
	double	   *information;	/* weight times probability (1 - probability) */
} SegLogitBlock;

/* Bytes of an arena for seg_logit_evaluate and seg_logit_direction. */
extern size_t seg_logit_workspace(const SegLogitDesign *design);

/* OUT block with arrays from an arena. */
extern void seg_logit_take_block(const SegLogitDesign *design, SegArena *arena, SegLogitBlock *block);

/* Read `count` rows from `first` on, at most SEG_LOGIT_BLOCK. */
extern void seg_logit_read_block(const SegLogitDesign *design, const SegLogitRows *rows, size_t first, size_t count,
								 SegLogitBlock *block);

/* The log-odds of the rows of a block: IN beta[p], OUT block->eta. */
extern void seg_logit_eta(const SegLogitDesign *design, const double *beta, SegLogitBlock *block);

/* OUT sums of rows from .. to - 1 at IN beta[p].  Cost: n q^2 / 2. */
extern void seg_logit_evaluate(const SegLogitDesign *design, const SegLogitRows *rows, size_t from, size_t to,
							   const double *beta, SegLogitSums *sums, SegArena arena);

/*
 * What a direction does to the rows.  True if it separates them: no row with label 1 has a
 * negative change of its log-odds and none with label 0 a positive one, within 1e-8 of the
 * largest coefficient, and some row changes.  OUT *largest: the largest |change|.
 */
extern bool seg_logit_separates(const SegLogitDesign *design, const SegLogitRows *rows, const double *direction,
								double *largest, SegArena arena);

/* log(1 + exp(x)) without overflow. */
static inline double
seg_logit_softplus(double x)
{
	return (x > 0 ? x : 0) + log1p(exp(-fabs(x)));
}

/* The probability for log-odds. */
static inline double
seg_logit_probability(double eta)
{
	double		e = exp(-fabs(eta));

	return (eta >= 0 ? 1 : e) / (1 + e);
}

/* ---- the fit ---- */

typedef struct SegLogitParams
{
	SegLogitPenalty penalty;
	double		lambda;			/* ridge */
	size_t		max_iterations;
} SegLogitParams;

typedef struct SegLogitFit
{
	double	   *beta;			/* p: z-scored features, plain indicators */
	double	   *std_error;		/* p: of the intercept and slopes in input units */
	double		log_likelihood; /* without a penalty */
	size_t		iterations;
	bool		converged;
	bool		is_separated;	/* no maximum exists: beta is the direction that separates */
	size_t		separating;		/* the column with the largest part in it */
} SegLogitFit;

/* Bytes of an arena for seg_logit_fit and seg_logit_step. */
extern size_t seg_logit_fit_workspace(const SegLogitDesign *design);

/*
 * Fit the coefficients.  IN design, with aliased all false; OUT aliased.  OUT fit: the caller
 * sets beta and std_error to arrays of p.  Without a coefficient both are 0.
 */
extern void seg_logit_fit(const SegLogitDesign *design, const SegLogitRows *rows, const SegLogitParams *params,
						  SegLogitFit *fit, SegArena arena);

/*
 * One Newton step from INOUT fit->beta, given the sums there, which are changed; not for
 * Firth.  OUT std_error, log_likelihood (before the step), converged.
 */
extern void seg_logit_step(const SegLogitDesign *design, const SegLogitParams *params, SegLogitSums *sums,
						   SegLogitFit *fit, SegArena arena);

#endif							/* SEG_LOGIT_LOGIT_H */
