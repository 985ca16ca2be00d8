/*
 * logit_hessian.c
 *		The Hessian of a logistic regression; see logit_hessian.h.
 */
#include "logit/logit_hessian.h"

#include "stats/linalg.h"

/* A column is aliased if the columns before leave less than this part of its variance: R squared above 1 - 1e-10. */
#define ALIASED 1e-10

double
seg_logit_penalty(const SegLogitDesign *design, const SegLogitParams *params, size_t j)
{
	if (params->penalty != SEG_LOGIT_RIDGE || j == 0)
		return 0;
	/* z-scored columns are dense */
	return j < design->q ? params->lambda : params->lambda * design->sd[j] * design->sd[j];
}

void
seg_logit_find_aliased(const SegLogitDesign *design, const double *hessian, double *factor)
{
	size_t		p = design->p;

	memcpy(factor, hessian, p * p * sizeof(double));
	for (size_t j = 0; j < p; j++)
	{
		double	   *column = factor + j * p;
		double		whole = hessian[j + j * p];
		double		centered = j == 0 ? whole : whole - factor[j] * factor[j];
		double		inverse;

		CHECK_FOR_INTERRUPTS();
		for (size_t k = 0; k < j; k++)
		{
			double		times = factor[j + k * p];

			if (times != 0)
				for (size_t i = j; i < p; i++)
					column[i] -= times * factor[i + k * p];
		}
		if (!(column[j] > ALIASED * centered && centered > ALIASED * whole))
		{
			design->aliased[j] = true;
			memset(column + j, 0, (p - j) * sizeof(double));
			continue;
		}
		inverse = 1 / sqrt(column[j]);
		for (size_t i = j; i < p; i++)
			column[i] *= inverse;
	}
}

void
seg_logit_find_constant(const SegLogitDesign *design)
{
	for (size_t j = 1; j < design->p; j++)
		design->aliased[j] = !(design->sd[j] > 0);
}

void
seg_logit_finish_sums(const SegLogitDesign *design, const SegLogitParams *params, const double *beta, SegLogitSums *sums)
{
	size_t		p = design->p;

	for (size_t j = 0; j < p; j++)
	{
		double		penalty = seg_logit_penalty(design, params, j);

		sums->gradient[j] -= penalty * beta[j];
		sums->hessian[j + j * p] += penalty;
		if (!design->aliased[j])
			continue;
		for (size_t k = 0; k < j; k++)
			sums->hessian[j + k * p] = 0;
		for (size_t i = j; i < p; i++)
			sums->hessian[i + j * p] = 0;
		sums->hessian[j + j * p] = 1;
		sums->gradient[j] = 0;
	}
}

bool
seg_logit_factorise(const double *hessian, size_t p, double *factor, double *root)
{
	for (size_t j = 0; j < p; j++)
	{
		if (!(hessian[j + j * p] > 0))
			return false;
		root[j] = 1 / sqrt(hessian[j + j * p]);
	}
	for (double raised = 0; raised < 1e-5; raised = raised == 0 ? 1e-13 : raised * 100)
	{
		for (size_t j = 0; j < p; j++)
		{
			for (size_t i = j; i < p; i++)
				factor[i + j * p] = hessian[i + j * p] * root[i] * root[j];
			factor[j + j * p] = 1 + raised;
		}
		if (seg_cholesky(factor, p) == SEG_OK)
			return true;
	}
	return false;
}

double
seg_logit_newton_step(const double *factor, const double *root, const double *gradient, size_t p, double *step)
{
	double		decrement = 0;

	for (size_t j = 0; j < p; j++)
		step[j] = gradient[j] * root[j];
	(void) seg_cholesky_forward(factor, p, step, 1);
	for (size_t j = 0; j < p; j++)
		decrement += step[j] * step[j];
	(void) seg_cholesky_backward(factor, p, step, 1);
	for (size_t j = 0; j < p; j++)
		step[j] *= root[j];
	return decrement;
}

void
seg_logit_standard_errors(const SegLogitDesign *design, double *factor, const double *root, double *std_error)
{
	size_t		p = design->p;
	double		intercept = 0;

	memset(std_error, 0, p * sizeof(double));
	if (seg_triangular_inverse(factor, p) != SEG_OK)
		return;
	for (size_t j = 0; j < p; j++)
	{
		double		sum = 0;

		CHECK_FOR_INTERRUPTS();
		for (size_t i = j; i < p; i++)
			sum += factor[i + j * p] * factor[i + j * p];
		std_error[j] = design->aliased[j] ? 0 : sqrt(sum) * root[j] * (j > 0 && j < design->q ? design->inverse[j - 1] : 1);
	}
	for (size_t i = 0; i < p; i++)
	{
		double		sum = 0;

		for (size_t j = 0; j <= i && j < design->q; j++)
			if (!design->aliased[j])
				sum += factor[i + j * p] * root[j] * (j == 0 ? 1 : -design->shift[j - 1] * design->inverse[j - 1]);
		intercept += sum * sum;
	}
	std_error[0] = sqrt(intercept);
}

double
seg_logit_half_log_determinant(const double *factor, const double *root, size_t p)
{
	double		sum = 0;

	for (size_t j = 0; j < p; j++)
		sum += log(factor[j + j * p]) - log(root[j]);
	return sum;
}
