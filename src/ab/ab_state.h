/*
 * ab_state.h
 *		The flat state of ab_fit: for each arm a count and exact sums.
 *
 * The sums hold every bit (stats/big_sum.h), so they do not depend on the order of the rows, or on
 * how the rows were split.  Arms stand in the order of their names, so neither does the state.
 */
#ifndef SEG_AB_AB_STATE_H
#define SEG_AB_AB_STATE_H

#include "ab/ab.h"
#include "base/state.h"
#include "stats/big_sum.h"
#include "stats/scale.h"

#define SEG_AB_STATE_MAGIC UINT32_C(0x711EA046)

#define SEG_AB_MOST_ARMS 1000
#define SEG_AB_LONGEST_ARM 128	/* bytes of a name */
#define SEG_AB_FIRST_ROOM 4

/* Outcomes and covariates are at most this large, so that sums of their products stay finite. */
#define SEG_AB_MOST_VALUE SEG_MAX_MAGNITUDE

typedef enum SegAbOutcome
{
	SEG_AB_AUTO,				/* binary when all outcomes are 0 or 1 */
	SEG_AB_BINARY,
	SEG_AB_CONTINUOUS,
} SegAbOutcome;

/* Sums of an arm; those from X on only with a covariate. */
typedef enum SegAbSum
{
	SEG_AB_SUM_Y,
	SEG_AB_SUM_YY,
	SEG_AB_SUM_X,
	SEG_AB_SUM_XX,
	SEG_AB_SUM_XY,
} SegAbSum;

typedef struct SegAbArm
{
	uint64_t	n;
	uint64_t	ones;			/* outcomes of 1 */
	uint64_t	others;			/* outcomes that are neither 0 nor 1 */
	double		least[2];		/* outcome, covariate */
	double		most[2];
	uint64_t	length;			/* of the name */
	char		name[SEG_AB_LONGEST_ARM];	/* zeros behind it */
	SegBigSum	sums[];			/* 2, with a covariate 5 */
} SegAbArm;

typedef struct SegAbState
{
	SegFitHead	fit;			/* d: 1, with a covariate 2 */
	uint32_t	null_policy;	/* SegNullPolicy: error, skip or zero */
	uint32_t	outcome;		/* SegAbOutcome */
	uint32_t	count;			/* arms */
	uint32_t	room;			/* arms that fit */
} SegAbState;					/* room arms behind it */

static inline size_t
seg_ab_arm_size(size_t d)
{
	return sizeof(SegAbArm) + (d == 1 ? 2 : 5) * sizeof(SegBigSum);
}

static inline size_t
seg_ab_state_size(size_t d, size_t room)
{
	return sizeof(SegAbState) + room * seg_ab_arm_size(d);
}

static inline SegAbArm *
seg_ab_arm(const SegAbState *state, size_t a)
{
	return (SegAbArm *) ((char *) (state + 1) + a * seg_ab_arm_size(state->fit.d));
}

/* The place of an arm; OUT *found: is it there, or would it be put there?  O(log arms). */
extern size_t seg_ab_find(const SegAbState *state, const char *name, size_t length, bool *found);

/* Put a new arm at its place by seg_ab_find; there must be room.  The name is not too long. */
extern SegAbArm *seg_ab_insert(SegAbState *state, size_t place, const char *name, size_t length);

/* Count a row: IN values[d], outcome and covariate, finite and at most SEG_AB_MOST_VALUE in magnitude. */
static inline void
seg_ab_add(SegAbArm *arm, size_t d, const double *values)
{
	SegDoubleParts y = seg_double_parts(values[0]);

	arm->n++;
	arm->ones += values[0] == 1;
	arm->others += values[0] != 1 && values[0] != 0;
	for (size_t j = 0; j < d; j++)
	{
		arm->least[j] = values[j] < arm->least[j] ? values[j] : arm->least[j];
		arm->most[j] = values[j] > arm->most[j] ? values[j] : arm->most[j];
	}
	seg_big_sum_add_parts(&arm->sums[SEG_AB_SUM_Y], y);
	seg_big_sum_add_product(&arm->sums[SEG_AB_SUM_YY], y, y);
	if (d > 1)
	{
		SegDoubleParts x = seg_double_parts(values[1]);

		seg_big_sum_add_parts(&arm->sums[SEG_AB_SUM_X], x);
		seg_big_sum_add_product(&arm->sums[SEG_AB_SUM_XX], x, x);
		seg_big_sum_add_product(&arm->sums[SEG_AB_SUM_XY], x, y);
	}
}

/* How many arms of the other state are new. */
extern size_t seg_ab_new_arms(const SegAbState *into, const SegAbState *from);

/* Add the rows of another state with the same d; there must be room for its new arms. */
extern void seg_ab_merge(SegAbState *into, const SegAbState *from);

/* OUT moments of an arm.  False when its sums are none of any rows. */
extern bool seg_ab_moments(const SegAbState *state, size_t a, SegAbMoments *moments);

/* Is it a state of that many bytes, aligned to 8?  For bytes that come from elsewhere. */
extern bool seg_ab_state_is_sound(const SegAbState *state, size_t size);

#endif							/* SEG_AB_AB_STATE_H */
