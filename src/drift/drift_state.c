/*
 * drift_state.c
 *		The flat state of drift_fit; see drift_state.h.
 */
#include "drift/drift_state.h"

#include "base/limits.h"
#include "stats/exact_sum.h"

void
seg_drift_count(SegDriftCount *count, double value)
{
	SegHistogram *bins = &count->bins;

	count->values++;
	seg_twofold_add(count->sum, value);
	if (bins->bins > 0)
		bins->counts[seg_histogram_bin(bins, value)]++;
}

void
seg_drift_state_merge(SegDriftState *into, const SegDriftState *from)
{
	SegDriftCount *ours = seg_drift_counts(into);
	const SegDriftCount *theirs = seg_drift_counts(from);

	for (size_t j = 0; j < into->fit.d; j++)
	{
		seg_twofold_add(ours[j].sum, theirs[j].sum[0]);
		seg_twofold_add(ours[j].sum, theirs[j].sum[1]);
		ours[j].values += theirs[j].values;
		ours[j].missing += theirs[j].missing;
		for (size_t b = 0; b < SEG_HISTOGRAM_MOST; b++)
			ours[j].bins.counts[b] += theirs[j].bins.counts[b];
	}
	for (size_t c = 0; c < into->k; c++)
		seg_drift_clusters(into)[c] += seg_drift_clusters(from)[c];
	into->rows_used += from->rows_used;
}

/* True if every value is counted in one bin, and no row twice; sums may have overflowed. */
static bool
count_is_sound(const SegDriftCount *count, uint64_t used, uint64_t skipped)
{
	uint64_t	total = 0;

	if (count->values > used || count->missing > used + skipped || !seg_histogram_is_sound(&count->bins))
		return false;
	for (size_t b = 0; b < SEG_HISTOGRAM_MOST; b++)
	{
		if (count->bins.counts[b] > (b < count->bins.bins ? count->values - total : 0))
			return false;
		total += count->bins.counts[b];
	}
	return count->bins.bins == 0 || total == count->values;
}

/* The largest number of clusters in a model of a kind; false for a kind without histograms. */
static bool
most_clusters(uint32_t kind, size_t *most)
{
	const SegModelType *type = kind > SEG_KIND_MOST ? NULL : seg_model_type((int) kind);

	if (type == NULL || type->baseline == NULL)
		return false;
	*most = type->baseline->most_clusters;
	return true;
}

bool
seg_drift_state_is_sound(const SegDriftState *state, size_t size)
{
	uint64_t	total = 0;
	size_t		most;

	if (size < sizeof(SegDriftState) || state->model_size > size || state->fit.state.magic != SEG_DRIFT_STATE_MAGIC ||
		state->fit.d == 0 || state->fit.d > SEG_MAX_FEATURES || !most_clusters(state->kind, &most) || state->k > most ||
		size != seg_drift_state_size(state->fit.d, state->k, state->model_size) ||
		state->rows_used > SEG_STATE_MOST_ROWS || state->fit.rows_skipped > SEG_STATE_MOST_ROWS)
		return false;
	for (size_t j = 0; j < state->fit.d; j++)
		if (!count_is_sound(&seg_drift_counts(state)[j], state->rows_used, state->fit.rows_skipped))
			return false;
	for (size_t c = 0; c < state->k; c++)
	{
		if (seg_drift_clusters(state)[c] > state->rows_used - total)
			return false;
		total += seg_drift_clusters(state)[c];
	}
	return true;
}
