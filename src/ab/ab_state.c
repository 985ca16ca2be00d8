/*
 * ab_state.c
 *		The flat state of ab_fit; see ab_state.h.
 */
#include "ab/ab_state.h"

/* By bytes, then by length; below 0: the arm comes before the name. */
static int
compare(const SegAbArm *arm, const char *name, size_t length)
{
	int			order = memcmp(arm->name, name, seg_min_size(arm->length, length));

	return order != 0 ? order : (arm->length > length) - (arm->length < length);
}

size_t
seg_ab_find(const SegAbState *state, const char *name, size_t length, bool *found)
{
	size_t		low = 0;
	size_t		high = state->count;

	*found = false;
	while (low < high)
	{
		size_t		middle = (low + high) / 2;
		int			order = compare(seg_ab_arm(state, middle), name, length);

		if (order == 0)
		{
			*found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

SegAbArm *
seg_ab_insert(SegAbState *state, size_t place, const char *name, size_t length)
{
	SegAbArm   *arm = seg_ab_arm(state, place);
	size_t		size = seg_ab_arm_size(state->fit.d);

	Assert(state->count < state->room && length <= SEG_AB_LONGEST_ARM);
	memmove((char *) arm + size, arm, (state->count - place) * size);
	memset(arm, 0, size);
	memcpy(arm->name, name, length);
	arm->length = length;
	for (size_t j = 0; j < state->fit.d; j++)
	{
		arm->least[j] = DBL_MAX;
		arm->most[j] = -DBL_MAX;
	}
	state->count++;
	return arm;
}

size_t
seg_ab_new_arms(const SegAbState *into, const SegAbState *from)
{
	size_t		new_arms = 0;

	for (size_t a = 0; a < from->count; a++)
	{
		const SegAbArm *arm = seg_ab_arm(from, a);
		bool		found;

		(void) seg_ab_find(into, arm->name, arm->length, &found);
		new_arms += !found;
	}
	return new_arms;
}

void
seg_ab_merge(SegAbState *into, const SegAbState *from)
{
	for (size_t a = 0; a < from->count; a++)
	{
		const SegAbArm *theirs = seg_ab_arm(from, a);
		bool		found;
		size_t		place = seg_ab_find(into, theirs->name, theirs->length, &found);
		SegAbArm   *ours = found ? seg_ab_arm(into, place) : seg_ab_insert(into, place, theirs->name, theirs->length);

		ours->n += theirs->n;
		ours->ones += theirs->ones;
		ours->others += theirs->others;
		for (size_t j = 0; j < into->fit.d; j++)
		{
			ours->least[j] = fmin(ours->least[j], theirs->least[j]);
			ours->most[j] = fmax(ours->most[j], theirs->most[j]);
		}
		for (size_t s = 0; s < (into->fit.d == 1 ? 2 : 5); s++)
			seg_big_sum_merge(&ours->sums[s], &theirs->sums[s]);
	}
}

/*
 * sum of ab - (sum of a) (sum of b) / n, with twice the digits of a double until the end: what remains after
 * the subtraction is exact to a double while the means are below 1e7 standard deviations.
 */
static double
deviations(const SegBigSum *products, const SegBigSum *a, const SegBigSum *b, double n)
{
	double		low;
	double		high = seg_big_sum_twofold(products, &low);
	double		a_low;
	double		a_high = seg_big_sum_twofold(a, &a_low);
	double		b_low;
	double		b_high = seg_big_sum_twofold(b, &b_low);
	double		mean = a_high / n;
	double		mean_low = (fma(-mean, n, a_high) + a_low) / n;
	double		part = mean * b_high;
	double		part_low = fma(mean, b_high, -part) + mean * b_low + mean_low * b_high;

	return (high - part) + (low - part_low);
}

bool
seg_ab_moments(const SegAbState *state, size_t a, SegAbMoments *moments)
{
	const SegAbArm *arm = seg_ab_arm(state, a);
	const SegBigSum *sums = arm->sums;
	double		n = (double) arm->n;
	bool		varies = arm->least[0] < arm->most[0];

	memset(moments, 0, sizeof(*moments));
	moments->n = arm->n;
	moments->ones = arm->ones;
	/* a constant is its own mean, whatever the sums round to */
	moments->mean = varies ? seg_big_sum_value(&sums[SEG_AB_SUM_Y]) / n : arm->least[0];
	moments->ss = varies ? fmax(deviations(&sums[SEG_AB_SUM_YY], &sums[SEG_AB_SUM_Y], &sums[SEG_AB_SUM_Y], n), 0) : 0;
	if (state->fit.d > 1)
	{
		bool		covariate_varies = arm->least[1] < arm->most[1];

		moments->covariate_mean = covariate_varies ? seg_big_sum_value(&sums[SEG_AB_SUM_X]) / n : arm->least[1];
		if (covariate_varies)
			moments->covariate_ss = fmax(deviations(&sums[SEG_AB_SUM_XX], &sums[SEG_AB_SUM_X], &sums[SEG_AB_SUM_X], n), 0);
		if (varies && covariate_varies)
			moments->cross = deviations(&sums[SEG_AB_SUM_XY], &sums[SEG_AB_SUM_X], &sums[SEG_AB_SUM_Y], n);
	}
	return isfinite(moments->mean) && isfinite(moments->ss) && isfinite(moments->covariate_mean) &&
		isfinite(moments->covariate_ss) && isfinite(moments->cross);
}

/* Counts, bounds and name of an arm; any sums are safe. */
static bool
arm_is_sound(const SegAbArm *arm, size_t d)
{
	if (arm->n == 0 || arm->n > SEG_STATE_MOST_ROWS || arm->ones > arm->n || arm->others > arm->n - arm->ones ||
		arm->length == 0 || arm->length > SEG_AB_LONGEST_ARM || memchr(arm->name, 0, arm->length) != NULL)
		return false;
	for (size_t i = arm->length; i < SEG_AB_LONGEST_ARM; i++)
		if (arm->name[i] != '\0')
			return false;
	for (size_t j = 0; j < d; j++)
		if (!(arm->least[j] >= -SEG_AB_MOST_VALUE && arm->least[j] <= arm->most[j] && arm->most[j] <= SEG_AB_MOST_VALUE))
			return false;
	return true;
}

bool
seg_ab_state_is_sound(const SegAbState *state, size_t size)
{
	if (seg_fit_is_empty(&state->fit, size, SEG_AB_STATE_MAGIC))
		return true;
	if (size < sizeof(SegAbState) || state->fit.state.magic != SEG_AB_STATE_MAGIC ||
		state->fit.d < 1 || state->fit.d > 2 || state->fit.rows_skipped > SEG_STATE_MOST_ROWS ||
		(state->null_policy != SEG_NULL_ERROR && state->null_policy != SEG_NULL_SKIP && state->null_policy != SEG_NULL_ZERO) ||
		state->outcome > SEG_AB_CONTINUOUS || state->room > SEG_AB_MOST_ARMS || state->count > state->room ||
		size != seg_ab_state_size(state->fit.d, state->room))
		return false;
	for (size_t a = 0; a < state->count; a++)
	{
		const SegAbArm *arm = seg_ab_arm(state, a);

		if (!arm_is_sound(arm, state->fit.d) ||
			(a > 0 && compare(seg_ab_arm(state, a - 1), arm->name, arm->length) >= 0))
			return false;
	}
	return true;
}
