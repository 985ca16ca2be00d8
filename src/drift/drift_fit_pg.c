/*
 * drift_fit_pg.c
 *		The aggregate drift_fit: rows of now, counted in the bins of a model.
 *
 * The state is one flat bytea: a head, counters, and the model itself, so that
 * the final function has what the rows are compared with.
 */
#include "drift/drift_pg.h"

#include "utils/memutils.h"

#include "drift/drift_state.h"
#include "server/aggregate.h"
#include "server/error.h"
#include "server/options.h"

/* The model in a state. */
static SegDriftSource
source_of_state(const SegDriftState *state)
{
	size_t		size = VARHDRSZ + state->model_size;
	bytea	   *model = palloc(size);

	SET_VARSIZE(model, size);
	memcpy(VARDATA(model), seg_drift_model(state), state->model_size);
	return seg_drift_source(state->kind, seg_model_decode(model, seg_drift_source_type(state->kind)));
}

/* Is the model of the kind, digest and size that the head says? */
static bool
model_is_sound(const SegDriftState *state)
{
	int			kind;
	int			version;
	SegReader	reader;

	return seg_envelope_open(seg_drift_model(state), state->model_size, 0, 0, &kind, &version, &reader) == SEG_OK &&
		kind == state->kind && seg_envelope_digest(seg_drift_model(state)) == state->fit.given &&
		(kind == SEG_KIND_PCA || kind == SEG_KIND_KMEANS || kind == SEG_KIND_ANOMALY);
}

/* Are the bounds those of the model, and as many counters as it wants? */
static bool
counts_fit_model(const SegDriftState *state)
{
	SegDriftSource source = source_of_state(state);
	SegDriftModel then;

	if (source.d != state->fit.d || source.k != state->k)
		return false;
	seg_drift_describe(&source, &then);
	for (size_t j = 0; j < source.d; j++)
	{
		SegHistogram wanted = then.features[j].histogram;
		SegHistogram found = seg_drift_counts(state)[j].bins;

		memset(wanted.counts, 0, sizeof(wanted.counts));
		memset(found.counts, 0, sizeof(found.counts));
		if (memcmp(&wanted, &found, sizeof(SegHistogram)) != 0)
			return false;
	}
	return true;
}

static bool
is_sound(const void *bytes, size_t size)
{
	MemoryContext work;
	MemoryContext old;
	bool		sound;

	if (!seg_drift_state_is_sound(bytes, size) || !model_is_sound(bytes))
		return false;
	work = AllocSetContextCreate(CurrentMemoryContext, "segment drift check", ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(work);
	sound = counts_fit_model(bytes);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(work);
	return sound;
}

static const SegAggregate aggregate;

static SegDriftState *
begin_state(SegStates *states, const bytea *model, const SegDriftSource *source, uint64 digest)
{
	size_t		model_size = VARSIZE_ANY_EXHDR(model);
	SegDriftState *state = seg_state_new(states, &aggregate.state,
										 seg_drift_state_size(source->d, source->k, model_size));
	SegDriftModel then;

	state->fit.d = source->d;
	state->k = source->k;
	state->fit.given = digest;
	state->kind = source->kind;
	state->model_size = model_size;
	memcpy(seg_drift_model(state), VARDATA_ANY(model), model_size);
	seg_drift_describe(source, &then);
	for (size_t j = 0; j < source->d; j++)
	{
		SegHistogram *bins = &seg_drift_counts(state)[j].bins;

		*bins = then.features[j].histogram;
		memset(bins->counts, 0, sizeof(bins->counts));
	}
	return state;
}

/* Count a row that is left out, which a model fitted with null_policy skip did as well. */
static void
skip_row(SegDriftState *state, const SegDriftSource *source)
{
	for (size_t j = 0; j < state->fit.d && source->null_policy == SEG_NULL_SKIP; j++)
		seg_drift_counts(state)[j].missing++;
	state->fit.rows_skipped++;
}

/* IN row[d]: NaN where a feature is null. */
static void
count_row(SegDriftState *state, const SegDriftSource *source, const double *row, size_t nulls)
{
	SegDriftCount *counts = seg_drift_counts(state);
	bool		skipped = nulls > 0 && source->null_policy == SEG_NULL_SKIP;

	for (size_t j = 0; j < state->fit.d; j++)
	{
		if (isnan(row[j]))
			counts[j].missing++;
		else if (!skipped)
			seg_drift_count(&counts[j], row[j]);
	}
	if (skipped)
	{
		state->fit.rows_skipped++;
		return;
	}
	state->rows_used++;
	if (state->k > 0)
	{
		size_t		c = seg_drift_cluster(source, row);

		if (c < state->k)
			seg_drift_clusters(state)[c]++;
	}
}

PG_FUNCTION_INFO_V1(drift_fit_transfn);
Datum
drift_fit_transfn(PG_FUNCTION_ARGS)
{
	static double row[SEG_MAX_FEATURES];
	SegStates  *states = seg_states(fcinfo);
	SegFeatures features;
	SegDriftSource source;
	SegDriftState *state;
	const void *decoded;
	uint64		digest;
	int			kind;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("model must not be null")));
	decoded = seg_model_argument_of(fcinfo, 1, 0, seg_drift_source_type, &kind);
	digest = seg_model_argument_digest(fcinfo, 0);
	source = seg_drift_source(kind, decoded);
	if (PG_ARGISNULL(0))
		state = begin_state(states, PG_GETARG_BYTEA_PP(1), &source, digest);
	else
		state = seg_state_own(fcinfo, states, &aggregate.state);
	if (digest != state->fit.given || kind != state->kind || source.d != state->fit.d || source.k != state->k)
		seg_refuse_changed(aggregate.given);
	if (PG_ARGISNULL(2))
	{
		skip_row(state, &source);
		PG_RETURN_POINTER(state);
	}
	features = seg_features_open(PG_GETARG_DATUM(2));
	if (features.d != state->fit.d)
		seg_raise((SegFault) {SEG_WRONG_LENGTH, .got = features.d, .wanted = state->fit.d});
	count_row(state, &source, row, seg_features_copy(&features, row));
	seg_features_close(&features);
	PG_RETURN_POINTER(state);
}

static void *
merge(SegStates *states, void *own, const void *from)
{
	SegDriftState *state = own;
	const SegDriftState *other = from;

	if (state->model_size != other->model_size ||
		memcmp(seg_drift_model(state), seg_drift_model(other), state->model_size) != 0)
		seg_refuse_changed(aggregate.given);
	seg_drift_state_merge(state, other);
	return state;
}

/* As SegAggregate.fit: the report. */
static void
report(const void *from, void *to)
{
	const SegDriftState *state = from;
	SegDriftModel *report = to;
	SegDriftSource source;

	if (state->rows_used == 0)
		seg_raise((SegFault) {SEG_NO_ROWS});
	source = source_of_state(state);
	seg_drift_describe(&source, report);
	report->rows_used = state->rows_used;
	report->rows_skipped = state->fit.rows_skipped;
	for (size_t j = 0; j < state->fit.d; j++)
	{
		const SegDriftCount *count = &seg_drift_counts(state)[j];
		SegDriftSide *now = &report->features[j].now;

		now->values = count->values;
		now->mean = count->values == 0 ? 0 : (count->sum[0] + count->sum[1]) / (double) count->values;
		if (!isfinite(now->mean))
			seg_raise((SegFault) {SEG_RANGE_TOO_WIDE, .feature = j + 1});
		now->rows = state->rows_used + (source.null_policy == SEG_NULL_SKIP ? state->fit.rows_skipped : 0);
		now->missing = count->missing;
		memcpy(report->features[j].counts, count->bins.counts, sizeof(count->bins.counts));
	}
	for (size_t c = 0; c < state->k; c++)
		report->shares[c].now = seg_drift_clusters(state)[c];
}

static const SegAggregate aggregate = {
	.state = {SEG_DRIFT_STATE_MAGIC, is_sound},
	.given = "model",
	.model = &seg_drift_model_type,
	.merge = merge,
	.fit = report,
};

PG_FUNCTION_INFO_V1(drift_fit_combinefn);
Datum
drift_fit_combinefn(PG_FUNCTION_ARGS)
{
	return seg_fit_combine(fcinfo, &aggregate);
}

PG_FUNCTION_INFO_V1(drift_fit_finalfn);
Datum
drift_fit_finalfn(PG_FUNCTION_ARGS)
{
	return seg_fit_final(fcinfo, &aggregate);
}
