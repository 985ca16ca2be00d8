/*
 * __family__.c
 *		The mean of each feature, and how far a row is from the means.
 */
#include "__family__/__family__.h"

#include "base/limits.h"
#include "stats/exact_sum.h"
#include "stats/scale.h"

void
seg___family___add(Seg__Family__State *state, const double *row)
{
	for (uint32_t j = 0; j < state->fit.d; j++)
		seg_twofold_add(state->sums[j].parts, row[j]);
	state->rows_used++;
}

void
seg___family___merge(Seg__Family__State *into, const Seg__Family__State *from)
{
	for (uint32_t j = 0; j < into->fit.d; j++)
	{
		seg_twofold_add(into->sums[j].parts, from->sums[j].parts[0]);
		seg_twofold_add(into->sums[j].parts, from->sums[j].parts[1]);
	}
	into->rows_used += from->rows_used;
}

SegStatus
seg___family___means(const Seg__Family__State *state, double *means, size_t *position)
{
	if (state->rows_used == 0)
		return SEG_NO_ROWS;
	for (uint32_t j = 0; j < state->fit.d; j++)
	{
		means[j] = (state->sums[j].parts[0] + state->sums[j].parts[1]) / (double) state->rows_used;
		if (!isfinite(means[j]))
		{
			*position = j + 1;
			return SEG_RANGE_TOO_WIDE;
		}
	}
	return SEG_OK;
}

double
seg___family___distance(const double *a, const double *b, size_t d)
{
	double		sum = 0;

	for (size_t j = 0; j < d; j++)
		sum += (a[j] - b[j]) * (a[j] - b[j]);
	return sqrt(sum);
}

bool
seg___family___state_is_sound(const Seg__Family__State *state, size_t size)
{
	if (seg_fit_is_empty(&state->fit, size, SEG___FAMILY___STATE_MAGIC))
		return true;
	return size >= sizeof(Seg__Family__State) && state->fit.state.magic == SEG___FAMILY___STATE_MAGIC &&
		state->fit.d >= 1 && state->fit.d <= SEG_MAX_FEATURES && size == seg___family___state_size(state->fit.d) &&
		state->null_policy <= SEG_NULL_SKIP &&
		state->rows_used <= SEG_STATE_MOST_ROWS && state->fit.rows_skipped <= SEG_STATE_MOST_ROWS;
}
