/*
 * logit.c
 *		Sums over the rows of a logistic regression; see logit.h.
 */
#include "logit/logit.h"

#include "stats/linalg.h"

/* ---- blocks ---- */

static size_t
padded(size_t size)
{
	return size + SEG_ARENA_ALIGN;
}

size_t
seg_logit_workspace(const SegLogitDesign *design)
{
	size_t		sparse = design->p - design->q;

	return 2 * padded(SEG_LOGIT_BLOCK * design->q * sizeof(double)) + padded(SEG_LOGIT_BLOCK * design->groups * sizeof(int32_t)) +
		3 * padded(SEG_LOGIT_BLOCK * sizeof(double)) +
		padded(sparse * design->q * sizeof(double)) + padded(design->q * design->q * sizeof(double));
}

void
seg_logit_take_block(const SegLogitDesign *design, SegArena *arena, SegLogitBlock *block)
{
	block->dense = seg_arena_take(arena, SEG_LOGIT_BLOCK, design->q * sizeof(double));
	block->active = seg_arena_take(arena, SEG_LOGIT_BLOCK, design->groups * sizeof(int32_t));
	block->eta = seg_arena_take(arena, SEG_LOGIT_BLOCK, sizeof(double));
	block->residual = seg_arena_take(arena, SEG_LOGIT_BLOCK, sizeof(double));
	block->information = seg_arena_take(arena, SEG_LOGIT_BLOCK, sizeof(double));
}

/* The features of a row, z-scored. */
static SEG_CLONES void
read_features(const SegLogitDesign *design, const double *restrict row, size_t d, double *restrict dense)
{
	const double *restrict shift = design->shift;
	const double *restrict inverse = design->inverse;
	const double *restrict fill = design->fill;

	dense[0] = 1;
	if (design->has_missing)
		for (size_t j = 0; j < d; j++)
			dense[1 + j] = ((isnan(row[j]) ? fill[j] : row[j]) - shift[j]) * inverse[j];
	else
		for (size_t j = 0; j < d; j++)
			dense[1 + j] = (row[j] - shift[j]) * inverse[j];
}

/* The columns of the indicators of a row. */
static void
read_indicators(const SegLogitDesign *design, const SegLogitRows *rows, const double *row, int32_t *active)
{
	const uint32_t *codes = seg_logit_codes(rows, row) + 1;

	for (size_t g = 0; g < design->groups; g++)
	{
		const SegLogitGroup *group = &design->group[g];

		active[g] = group->columns[group->is_category ? codes[group->source] : (uint32_t) isnan(row[group->source])];
	}
}

void
seg_logit_read_block(const SegLogitDesign *design, const SegLogitRows *rows, size_t first, size_t count, SegLogitBlock *block)
{
	block->count = count;
	for (size_t i = 0; i < count; i++)
	{
		const double *row = seg_logit_row(rows, first + i);

		read_features(design, row, rows->d, block->dense + i * design->q);
		if (design->groups > 0)
			read_indicators(design, rows, row, block->active + i * design->groups);
	}
}

/* Four rows at a time: each has a chain of additions of its own. */
static SEG_CLONES void
dense_products(const double *dense, size_t count, size_t q, const double *beta, double *eta)
{
	size_t		i = 0;

	for (; i + 4 <= count; i += 4)
	{
		const double *x = dense + i * q;
		double		sum[4] = {0};

		for (size_t j = 0; j < q; j++)
			for (size_t l = 0; l < 4; l++)
				sum[l] = fma(x[l * q + j], beta[j], sum[l]);
		memcpy(eta + i, sum, sizeof(sum));
	}
	for (; i < count; i++)
	{
		eta[i] = 0;
		for (size_t j = 0; j < q; j++)
			eta[i] = fma(dense[i * q + j], beta[j], eta[i]);
	}
}

void
seg_logit_eta(const SegLogitDesign *design, const double *beta, SegLogitBlock *block)
{
	dense_products(block->dense, block->count, design->q, beta, block->eta);
	for (size_t i = 0; i < block->count && design->groups > 0; i++)
		for (size_t g = 0; g < design->groups; g++)
		{
			int32_t		column = block->active[i * design->groups + g];

			if (column >= 0)
				block->eta[i] += beta[column];
		}
}

/* ---- sums ---- */

/* Residuals and information of a block; returns its log-likelihood. */
static double
block_moments(const SegLogitRows *rows, size_t first, SegLogitBlock *block, double *max_eta)
{
	double		log_likelihood = 0;
	double		product = 1;	/* of 1 + e, at most 2^SEG_LOGIT_BLOCK: one logarithm for all rows of weight 1 */


	for (size_t i = 0; i < block->count; i++)
	{
		const double *row = seg_logit_row(rows, first + i);
		double		weight = seg_logit_weight(rows, row);

		/* the log-odds of the label that the row has */
		double		odds = seg_logit_codes(rows, row)[0] ? block->eta[i] : -block->eta[i];
		double		e = exp(-fabs(odds));
		double		other = (odds >= 0 ? e : 1) / (1 + e);	/* the probability of the other label */

		log_likelihood += weight * (odds < 0 ? odds : 0);
		if (rows->weighted)
			log_likelihood -= weight * log1p(e);
		else
			product *= 1 + e;
		block->residual[i] = seg_logit_codes(rows, row)[0] ? weight * other : -weight * other;
		block->information[i] = weight * e / ((1 + e) * (1 + e));
		*max_eta = fmax(*max_eta, fabs(odds));
	}
	return log_likelihood - log(product);
}

/* gradient[q] += the residuals times the rows */
static SEG_CLONES void
add_gradient(const double *dense, size_t count, size_t q, const double *residual, double *gradient)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < q; j++)
			gradient[j] = fma(residual[i], dense[i * q + j], gradient[j]);
}

/* OUT scaled: the rows times the roots of their information */
static SEG_CLONES void
scale_rows(const double *dense, size_t count, size_t q, const double *information, double *scaled)
{
	for (size_t i = 0; i < count; i++)
	{
		double		root = sqrt(information[i]);

		for (size_t j = 0; j < q; j++)
			scaled[i * q + j] = dense[i * q + j] * root;
	}
}

/* The part of the indicators in gradient and Hessian; INOUT cross[p - q][q]. */
static void
add_indicators(const SegLogitDesign *design, const SegLogitBlock *block, double *cross, SegLogitSums *sums)
{
	size_t		q = design->q;

	for (size_t i = 0; i < block->count; i++)
	{
		const int32_t *active = block->active + i * design->groups;
		const double *dense = block->dense + i * q;
		double		information = block->information[i];

		for (size_t g = 0; g < design->groups; g++)
		{
			double	   *line;

			if (active[g] < 0)
				continue;
			sums->gradient[active[g]] += block->residual[i];
			line = cross + ((size_t) active[g] - q) * q;
			for (size_t j = 0; j < q; j++)
				line[j] += information * dense[j];
			/* later groups have larger columns */
			for (size_t h = 0; h <= g; h++)
				if (active[h] >= 0)
					sums->hessian[(size_t) active[g] + (size_t) active[h] * design->p] += information;
		}
	}
}

/* Put the parts of the Hessian in their places. */
static void
join_parts(const SegLogitDesign *design, const double *gram, const double *cross, double *hessian)
{
	size_t		p = design->p;
	size_t		q = design->q;

	for (size_t j = 0; j < q; j++)
	{
		for (size_t i = j; i < q; i++)
			hessian[i + j * p] = gram[i + j * q];
		for (size_t i = q; i < p; i++)
			hessian[i + j * p] = cross[(i - q) * q + j];
	}
}

void
seg_logit_evaluate(const SegLogitDesign *design, const SegLogitRows *rows, size_t from, size_t to,
				   const double *beta, SegLogitSums *sums, SegArena arena)
{
	size_t		q = design->q;
	SegLogitBlock block;
	double	   *scaled;
	double	   *gram;
	double	   *cross;

	seg_logit_take_block(design, &arena, &block);
	scaled = seg_arena_take(&arena, SEG_LOGIT_BLOCK, q * sizeof(double));
	gram = seg_arena_take(&arena, q, q * sizeof(double));
	cross = seg_arena_take(&arena, design->p - q, q * sizeof(double));
	memset(gram, 0, q * q * sizeof(double));
	memset(cross, 0, (design->p - q) * q * sizeof(double));
	memset(sums->gradient, 0, design->p * sizeof(double));
	memset(sums->hessian, 0, design->p * design->p * sizeof(double));
	sums->log_likelihood = sums->max_eta = 0;
	for (size_t first = from; first < to; first += block.count)
	{
		CHECK_FOR_INTERRUPTS();
		seg_logit_read_block(design, rows, first, seg_min_size(SEG_LOGIT_BLOCK, to - first), &block);
		seg_logit_eta(design, beta, &block);
		sums->log_likelihood += block_moments(rows, first, &block, &sums->max_eta);
		add_gradient(block.dense, block.count, q, block.residual, sums->gradient);
		scale_rows(block.dense, block.count, q, block.information, scaled);
		seg_gram_add(scaled, block.count, q, gram);
		if (design->groups > 0)
			add_indicators(design, &block, cross, sums);
	}
	join_parts(design, gram, cross, sums->hessian);
}

/* ---- separation ---- */

/* Rounding, and what is left of a change that goes to zero: relative to the largest coefficient. */
#define NO_CHANGE 1e-8

bool
seg_logit_separates(const SegLogitDesign *design, const SegLogitRows *rows, const double *direction,
					double *largest, SegArena arena)
{
	double		size = 0;
	double		worst = 0;
	SegLogitBlock block;

	seg_logit_take_block(design, &arena, &block);
	for (size_t j = 0; j < design->p; j++)
		size = fmax(size, fabs(direction[j]));
	*largest = 0;
	for (size_t first = 0; first < rows->n; first += block.count)
	{
		CHECK_FOR_INTERRUPTS();
		seg_logit_read_block(design, rows, first, seg_min_size(SEG_LOGIT_BLOCK, rows->n - first), &block);
		seg_logit_eta(design, direction, &block);
		for (size_t i = 0; i < block.count; i++)
		{
			double		change = seg_logit_codes(rows, seg_logit_row(rows, first + i))[0] ? block.eta[i] : -block.eta[i];

			worst = fmin(worst, change);
			*largest = fmax(*largest, fabs(change));
		}
	}
	return worst >= -NO_CHANGE * size && *largest > 1e3 * NO_CHANGE * size;
}
