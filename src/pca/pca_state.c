/*
 * pca_state.c
 *		The flat state of pca_fit; see pca_state.h.
 */
#include "pca/pca_state.h"

/* The policy of moments for a null_policy. */
static SegMissing
missing_of(int null_policy)
{
	switch ((SegNullPolicy) null_policy)
	{
		case SEG_NULL_SKIP:
			return SEG_MISSING_SKIP;
		case SEG_NULL_MEAN:
			return SEG_MISSING_MEAN;
		case SEG_NULL_ZERO:
			return SEG_MISSING_ZERO;
		case SEG_NULL_ERROR:
		case SEG_NULL_MEDIAN:	/* not possible with moments; an error before */
			break;
	}
	return SEG_MISSING_REFUSE;
}

SegStatus
seg_pca_state_begin(SegPcaState *state)
{
	uint8_t		logs[SEG_PACKED_MAX];
	SegReader	reader = seg_reader(seg_pca_state_labels(state), state->labels_size);

	if (state->fit.d > SEG_PACKED_MAX)
		return SEG_TOO_MANY_FEATURES;
	state->fit.state.magic = SEG_PCA_STATE_MAGIC;
	for (size_t j = 0; j < state->fit.d; j++)
		logs[j] = seg_read_label(&reader, NULL, NULL) == SEG_TRANSFORM_LOG1P;
	return seg_moments_begin(seg_pca_state_moments(state), state->fit.d,
							 missing_of(state->options.null_policy), logs);
}

void
seg_pca_state_move(const SegPcaState *from, SegMomentsShape shape, SegPcaState *into)
{
	memcpy(into, from, from->moments_at);
	seg_moments_reshape(seg_pca_state_moments(from), shape, seg_pca_state_moments(into));
}

static bool
options_are_sound(const SegPcaOptions *options, size_t d)
{
	if ((options->standardize != SEG_STANDARDIZE_ZSCORE && options->standardize != SEG_STANDARDIZE_NONE) ||
		options->null_policy < 0 || options->null_policy > SEG_NULL_ZERO ||
		options->null_policy == SEG_NULL_MEDIAN)
		return false;
	if (options->components > 0)
		return options->components <= d && options->explained_variance == 0;
	return options->explained_variance > 0 && options->explained_variance <= 1;
}

static bool
labels_are_sound(const SegPcaState *state)
{
	const SegMoments *moments = seg_pca_state_moments(state);
	SegReader	reader = seg_reader(seg_pca_state_labels(state), state->labels_size);
	bool		any_log;

	if (!seg_labels_are_sound(reader.at, reader.left, state->fit.d, &any_log))
		return false;
	for (size_t j = 0; j < state->fit.d; j++)
		if ((seg_read_label(&reader, NULL, NULL) == SEG_TRANSFORM_LOG1P) != seg_moments_logs(moments)[j])
			return false;
	return true;
}

bool
seg_pca_state_is_sound(const SegPcaState *state, size_t size)
{
	const SegMoments *moments;

	if (seg_fit_is_empty(&state->fit, size, SEG_PCA_STATE_MAGIC))
		return true;
	if (size <= sizeof(SegPcaState) || state->fit.state.magic != SEG_PCA_STATE_MAGIC ||
		state->fit.rows_skipped > SEG_STATE_MOST_ROWS || state->labels_size > size ||
		state->moments_at != (sizeof(SegPcaState) + (uint64_t) state->labels_size + 7) / 8 * 8 ||
		state->moments_at >= size)
		return false;
	moments = seg_pca_state_moments(state);
	return seg_moments_is_sound(moments, size - state->moments_at) && moments->d == state->fit.d &&
		options_are_sound(&state->options, state->fit.d) &&
		moments->policy == missing_of(state->options.null_policy) && labels_are_sound(state);
}
