/*
 * pca_state_pg.c
 *		The aggregate pca_fit while rows come in: its transition and combine functions.
 */
#include "pca/pca_pg.h"

#include "mb/pg_wchar.h"

#include "server/budget.h"
#include "server/error.h"
#include "server/features.h"

StaticAssertDecl(SEG_LINALG_MAX == SEG_MAX_FEATURES, "LAPACK's bound is that of features");

static bool
is_sound(const void *state, size_t size)
{
	return seg_pca_state_is_sound(state, size);
}

const SegStateType seg_pca_state_type = {SEG_PCA_STATE_MAGIC, is_sound};

static void
check_width(size_t d, SegMomentsShape shape)
{
	if (!seg_moments_has_width(shape))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("null_policy mean takes at most %zu features with nulls, but rows have %zu",
						SEG_PACKED_MAX / 2, d)));
}

static SegPcaState *
in_shape(SegStates *states, SegPcaState *state, SegMomentsShape shape)
{
	SegPcaState *larger;
	SegStateHead head;

	if (seg_moments_same_shape(shape, seg_moments_shape(seg_pca_state_moments(state))))
		return state;
	check_width(state->d, shape);
	larger = seg_state_resize(states, state, seg_pca_state_size(state, shape));
	head = larger->head;
	seg_pca_state_move(state, shape, larger);
	larger->head = head;
	return larger;
}

static SegPcaState *
begin_state(SegStates *states, const Jsonb *given, size_t d)
{
	SegWriter	writer = {NULL, 0};
	SegPcaState head;
	SegPcaState *state;
	SegStatus	status;

	if (d == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("row has no features")));
	memset(&head, 0, sizeof(head));
	head.options = seg_pca_options_read(given, d, &writer);
	head.d = d;
	head.given_size = given == NULL ? 0 : VARSIZE_ANY_EXHDR(given);
	head.labels_size = writer.size;
	head.moments_at = MAXALIGN(sizeof(SegPcaState) + head.given_size + head.labels_size);
	state = seg_state_new(states, &seg_pca_state_type, seg_pca_state_size(&head, seg_moments_first_shape(d)));
	head.head = state->head;
	*state = head;
	if (given != NULL)
		memcpy(state + 1, VARDATA_ANY(given), head.given_size);
	writer = (SegWriter) {(uint8_t *) seg_pca_state_labels(state), 0};
	(void) seg_pca_options_read(given, d, &writer);
	status = seg_pca_state_begin(state);
	if (status != SEG_OK)
		seg_raise((SegFault) {status, .got = d, .wanted = SEG_PACKED_MAX});
	return state;
}

static void
check_options(const SegPcaState *state, const void *given, size_t size)
{
	if (size != state->given_size || (size > 0 && memcmp(state + 1, given, size) != 0))
		seg_refuse_changed("options");
}

static size_t
find_null(const double *row, size_t d)
{
	for (size_t j = 0; j < d; j++)
		if (isnan(row[j]))
			return j + 1;
	return d;
}

static void
check_logs(const SegMoments *moments, const double *row)
{
	const uint8 *logs = seg_moments_logs(moments);

	for (size_t j = 0; j < moments->d; j++)
		if (logs[j] && row[j] <= -1)
			seg_raise((SegFault) {SEG_LOG_DOMAIN, .feature = j + 1});
}

static SegPcaState *
add_row(SegStates *states, SegPcaState *state, const SegFeatures *features)
{
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
		seg_raise((SegFault) {SEG_NULL_FEATURE, .feature = find_null(row, moments->d)});
	if (moments->any_log)
		check_logs(moments, row);
	seg_moments_add(moments, missing);
	return state;
}

PG_FUNCTION_INFO_V1(pca_fit_transfn);
Datum
pca_fit_transfn(PG_FUNCTION_ARGS)
{
	SegStates  *states = seg_states(fcinfo);
	const Jsonb *given = PG_NARGS() > 2 && !PG_ARGISNULL(2) ? PG_GETARG_JSONB_P(2) : NULL;
	SegFeatures features;
	SegPcaState *state;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	features = seg_features_open(PG_GETARG_DATUM(1));
	if (PG_ARGISNULL(0))
		state = begin_state(states, given, features.d);
	else
	{
		state = seg_state_own(fcinfo, states, &seg_pca_state_type);
		check_options(state, given == NULL ? NULL : VARDATA_ANY(given),
					  given == NULL ? 0 : VARSIZE_ANY_EXHDR(given));
	}
	if (features.d != state->d)
		seg_raise((SegFault) {SEG_WRONG_LENGTH, .got = features.d, .wanted = state->d});
	state = add_row(states, state, &features);
	seg_features_close(&features);
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(pca_fit_combinefn);
Datum
pca_fit_combinefn(PG_FUNCTION_ARGS)
{
	SegStates  *states = seg_states(fcinfo);
	SegPcaState *state;
	const SegPcaState *other;
	const SegMoments *from;

	if (!seg_state_both(fcinfo, states, &seg_pca_state_type, (void **) &state, (const void **) &other))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	check_options(state, other + 1, other->given_size);
	if (other->d != state->d)
		seg_raise((SegFault) {SEG_WRONG_LENGTH, .got = other->d, .wanted = state->d});
	if (memcmp(&state->options, &other->options, sizeof(SegPcaOptions)) != 0 ||
		state->labels_size != other->labels_size ||
		memcmp(seg_pca_state_labels(state), seg_pca_state_labels(other), state->labels_size) != 0)
		seg_raise((SegFault) {SEG_MALFORMED_STATE});
	from = seg_pca_state_moments(other);
	seg_moments_check_rows(seg_moments_rows(seg_pca_state_moments(state)) + seg_moments_rows(from));
	state = in_shape(states, state, seg_moments_shape_for_merge(seg_pca_state_moments(state), from));
	seg_moments_merge(seg_pca_state_moments(state), from);
	PG_RETURN_POINTER(state);
}
