/*
 * anomaly_fit_pg.c
 *		The aggregate anomaly_fit: its support functions.
 */
#include "anomaly/anomaly_pg.h"

#include "server/error.h"
#include "server/features.h"

/* Logarithms are taken of the sample later, but every row must have them. */
static void
check_logs(const SegAnomalyState *state, const double *row)
{
	SegReader	reader = seg_reader((const uint8 *) state + state->labels_at, state->labels_size);

	for (size_t j = 0; j < state->d; j++)
		if (seg_read_label(&reader, NULL, NULL) == SEG_TRANSFORM_LOG1P && row[j] <= -1)
			seg_raise((SegFault) {SEG_LOG_DOMAIN, .feature = j + 1});
}

static size_t
first_null(const double *row, size_t d)
{
	size_t		j = 0;

	while (j < d && !isnan(row[j]))
		j++;
	return j + 1;
}

PG_FUNCTION_INFO_V1(anomaly_fit_transfn);
Datum
anomaly_fit_transfn(PG_FUNCTION_ARGS)
{
	static double row[SEG_MAX_FEATURES];
	SegStates  *states = seg_states(fcinfo);
	const Jsonb *options = PG_NARGS() > 2 && !PG_ARGISNULL(2) ? PG_GETARG_JSONB_P(2) : NULL;
	SegAnomalyState *state;
	SegFeatures features;
	size_t		missing;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	features = seg_features_open(PG_GETARG_DATUM(1));
	if (PG_ARGISNULL(0))
		state = seg_anomaly_state_create(states, options, features.d);
	else
	{
		state = seg_state_own(fcinfo, states, &seg_anomaly_state_type);
		seg_anomaly_state_check_options(state, options);
	}
	if (features.d != state->d)
		seg_raise((SegFault) {SEG_WRONG_LENGTH, .got = features.d, .wanted = state->d});
	missing = seg_features_copy(&features, row);
	if (missing > 0)
	{
		if (state->options.null_policy == SEG_NULL_ERROR)
			seg_raise((SegFault) {SEG_NULL_FEATURE, .feature = first_null(row, features.d)});
		if (state->options.null_policy == SEG_NULL_SKIP)
		{
			state->rows_skipped++;
			PG_RETURN_POINTER(state);
		}
	}
	seg_features_close(&features);
	if (state->has_transform)
		check_logs(state, row);
	PG_RETURN_POINTER(seg_anomaly_state_take(states, state, row, missing));
}

PG_FUNCTION_INFO_V1(anomaly_fit_combinefn);
Datum
anomaly_fit_combinefn(PG_FUNCTION_ARGS)
{
	SegStates  *states = seg_states(fcinfo);
	SegAnomalyState *state;
	const SegAnomalyState *other;

	if (!seg_state_both(fcinfo, states, &seg_anomaly_state_type, (void **) &state, (const void **) &other))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	seg_anomaly_state_check_same(state, other);
	PG_RETURN_POINTER(seg_anomaly_state_unite(states, state, other));
}

PG_FUNCTION_INFO_V1(anomaly_fit_finalfn);
Datum
anomaly_fit_finalfn(PG_FUNCTION_ARGS)
{
	(void) seg_states(fcinfo);
	if (PG_ARGISNULL(0))
		seg_raise((SegFault) {SEG_NO_ROWS});
	PG_RETURN_BYTEA_P(seg_anomaly_fit_state(seg_state_other(fcinfo, 0, &seg_anomaly_state_type)));
}
