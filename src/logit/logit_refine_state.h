/*
 * logit_refine_state.h
 *		The flat state of logit_refine: sums of rows at the coefficients of a model.
 *
 * Behind the head:
 *
 *		SegLogitSum sums[seg_logit_sums(p)]  the bytes of the model[model_size]
 *
 * A sum counts units of 2^-60 in 128 bits, so it does not depend on the order of rows or on
 * how they are split.  Columns are those of the model: the intercept, the features, their
 * indicators, the levels but the reference of each category.
 */
#ifndef SEG_LOGIT_LOGIT_REFINE_STATE_H
#define SEG_LOGIT_LOGIT_REFINE_STATE_H

#include "base/state.h"
#include "logit/logit_model.h"

#define SEG_LOGIT_REFINE_MAGIC UINT32_C(0x4C475246)

typedef struct SegLogitSum
{
	uint64_t	low;
	int64_t		high;
} SegLogitSum;

/* The sums before those of the gradient and the lower triangle of the Hessian, row by row. */
typedef enum SegLogitSumPlace
{
	SEG_LOGIT_SUM_WEIGHT,
	SEG_LOGIT_SUM_POSITIVE,		/* weight of rows with a true label */
	SEG_LOGIT_SUM_LIKELIHOOD,
	SEG_LOGIT_SUM_GRADIENT
} SegLogitSumPlace;

typedef struct SegLogitRefineState
{
	SegFitHead	fit;			/* d: p; given: the digest of the model */
	uint64_t	rows_used;
	uint64_t	positives;
	uint64_t	model_size;
} SegLogitRefineState;

/* The columns of a model. */
typedef struct SegLogitPlan
{
	const SegLogitModel *model;
	uint32_t	p;
	uint32_t   *indicators;		/* d: the column of the missing values; 0: none */
	uint32_t   *levels;			/* c: the column of the first level */
} SegLogitPlan;

/* The columns of a model.  OUT plan: arrays of d and c are given by the caller. */
extern void seg_logit_plan(const SegLogitModel *model, SegLogitPlan *plan);

/* The column of a level; -1 for the reference. */
extern int32_t seg_logit_plan_column(const SegLogitPlan *plan, uint32_t category, uint32_t level);

/* The effect of a column (not the intercept), of a model that may be changed. */
extern SegLogitEffect *seg_logit_plan_effect(SegLogitModel *model, const SegLogitPlan *plan, uint32_t column);

static inline size_t
seg_logit_sums(size_t p)
{
	return SEG_LOGIT_SUM_GRADIENT + p + p * (p + 1) / 2;
}

static inline size_t
seg_logit_refine_size(size_t p, size_t model_size)
{
	return sizeof(SegLogitRefineState) + seg_logit_sums(p) * sizeof(SegLogitSum) + model_size;
}

extern SegLogitSum *seg_logit_refine_sums(const SegLogitRefineState *state);
extern uint8_t *seg_logit_refine_model(const SegLogitRefineState *state);

/* For bytes of unknown origin, aligned to 8: true if they are a state of that size.  The model is checked by the caller. */
extern bool seg_logit_refine_is_sound(const SegLogitRefineState *state, size_t size);

/*
 * Add a row.  IN columns[count], values[count]: the columns that are not 0, ascending, and
 * their values.  Returns SEG_OK, or SEG_RANGE_TOO_WIDE if a number or a sum is too large; the
 * state is then undefined.
 */
extern SegStatus seg_logit_refine_add(SegLogitRefineState *state, const uint32_t *columns, const double *values, size_t count,
									  double log_odds, bool label, double weight);

/* Add the rows of another state of the same model.  As before. */
extern SegStatus seg_logit_refine_merge(SegLogitRefineState *into, const SegLogitRefineState *from);

/* The value of a sum. */
extern double seg_logit_sum_value(const SegLogitSum *sum);

/* OUT sums of seg_logit_step, with gradient and Hessian of p. */
extern void seg_logit_refine_total(const SegLogitRefineState *state, SegLogitSums *sums);

#endif							/* SEG_LOGIT_LOGIT_REFINE_STATE_H */
