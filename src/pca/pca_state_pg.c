/*
 * pca_state_pg.c
 *		The state of the aggregate pca_fit, and its support functions.
 */
#include "pca/pca_pg.h"

#include "mb/pg_wchar.h"

#include "server/error.h"

static bool
is_sound(const void *state, size_t size)
{
	return seg_pca_state_is_sound(state, size);
}

static void
check_nulls(size_t d, SegMomentsShape shape)
{
	if (!seg_moments_has_width(shape))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("null_policy \"mean\" supports at most %zu features with nulls, but rows have %zu",
						SEG_PACKED_MAX / 2, d)));
}

static SegPcaState *
in_shape(SegStates *states, SegPcaState *state, SegMomentsShape shape)
{
	SegPcaState *larger;
	SegStateHead head;

	if (seg_moments_same_shape(shape, seg_moments_shape(seg_pca_state_moments(state))))
		return state;
	check_nulls(state->fit.d, shape);
	larger = seg_state_resize(states, state, seg_pca_state_size(state, shape));
	head = larger->fit.state;
	seg_pca_state_move(state, shape, larger);
	larger->fit.state = head;
	return larger;
}

static void *
begin(SegStates *states, const Jsonb *options, size_t d)
{
	SegWriter	writer = {NULL, 0};
	SegPcaState head;
	SegPcaState *state;
	SegStatus	status;

	memset(&head, 0, sizeof(head));
	head.options = seg_pca_options_read(options, d, &writer);
	head.fit.d = d;
	head.labels_size = writer.size;
	head.moments_at = MAXALIGN(sizeof(SegPcaState) + head.labels_size);
	state = seg_state_new(states, &seg_pca_aggregate.state, seg_pca_state_size(&head, seg_moments_first_shape(d)));
	head.fit.state = state->fit.state;
	*state = head;
	writer = (SegWriter) {(uint8_t *) seg_pca_state_labels(state), 0};
	(void) seg_pca_options_read(options, d, &writer);
	status = seg_pca_state_begin(state);
	if (status != SEG_OK)
		seg_raise((SegFault) {status, .got = d, .wanted = SEG_PACKED_MAX});
	return state;
}

static void
check_logs(const SegMoments *moments, const double *row)
{
	const uint8 *logs = seg_moments_logs(moments);

	for (size_t j = 0; j < moments->d; j++)
		if (logs[j] && row[j] <= -1)
			seg_raise((SegFault) {SEG_LOG_DOMAIN, .feature = j + 1});
}

static void *
add(SegStates *states, void *own, const SegFeatures *features)
{
	SegPcaState *state = own;
	SegMoments *moments = seg_pca_state_moments(state);
	double	   *row;
	size_t		missing;

	seg_moments_check_rows(seg_moments_rows(moments) + 1);
	if (features->nulls != NULL || moments->buffered == moments->capacity)
	{
		state = in_shape(states, state, seg_moments_shape_for_row(moments, features->nulls != NULL));
		moments = seg_pca_state_moments(state);
	}
	row = seg_moments_next_row(moments);
	missing = seg_features_copy(features, row);
	if (missing > 0 && moments->policy == SEG_MISSING_REFUSE)
		seg_refuse_null(features);
	if (moments->any_log)
		check_logs(moments, row);
	seg_moments_add(moments, missing);
	return state;
}

/* Check the options in a state of unknown origin; the digest only covers the options as given. */
static void *
merge(SegStates *states, void *own, const void *from)
{
	SegPcaState *state = own;
	const SegPcaState *other = from;
	const SegMoments *moments = seg_pca_state_moments(other);

	if (memcmp(&state->options, &other->options, sizeof(SegPcaOptions)) != 0 ||
		state->labels_size != other->labels_size ||
		memcmp(seg_pca_state_labels(state), seg_pca_state_labels(other), state->labels_size) != 0)
		seg_raise((SegFault) {SEG_MALFORMED_STATE});
	seg_moments_check_rows(seg_moments_rows(seg_pca_state_moments(state)) + seg_moments_rows(moments));
	state = in_shape(states, state, seg_moments_shape_for_merge(seg_pca_state_moments(state), moments));
	seg_moments_merge(seg_pca_state_moments(state), moments);
	return state;
}

const SegAggregate seg_pca_aggregate = {
	.state = {SEG_PCA_STATE_MAGIC, is_sound},
	.given = "options",
	.model = &seg_pca_model_type,
	.begin = begin,
	.add = add,
	.merge = merge,
	.fit = seg_pca_fit,
};

PG_FUNCTION_INFO_V1(pca_fit_transfn);
Datum
pca_fit_transfn(PG_FUNCTION_ARGS)
{
	return seg_fit_transition(fcinfo, &seg_pca_aggregate);
}

PG_FUNCTION_INFO_V1(pca_fit_combinefn);
Datum
pca_fit_combinefn(PG_FUNCTION_ARGS)
{
	return seg_fit_combine(fcinfo, &seg_pca_aggregate);
}

PG_FUNCTION_INFO_V1(pca_fit_finalfn);
Datum
pca_fit_finalfn(PG_FUNCTION_ARGS)
{
	return seg_fit_final(fcinfo, &seg_pca_aggregate);
}
