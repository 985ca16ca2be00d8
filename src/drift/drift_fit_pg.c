/*
 * drift_fit_pg.c
 *		The aggregate drift_fit: counts current rows in the bins of a model.
 *
 * The state is one flat bytea: a head, counters, and the model, which the final function
 * needs for the comparison.
 */
#include "server/compat.h"

#include "lib/stringinfo.h"
#include "utils/memutils.h"

#include "drift/drift_model.h"
#include "drift/drift_state.h"
#include "server/aggregate.h"
#include "server/budget.h"
#include "server/error.h"
#include "server/options.h"

/* A model with histograms, of any kind. */
typedef struct Source
{
	const SegModelType *type;
	const void *model;			/* decoded */
	SegBaselineShape shape;
} Source;

static Source
source_of(int kind, const void *model)
{
	const SegModelType *type = seg_model_type(kind);

	return (Source) {type, model, type->baseline->shape(model)};
}

/* "kmeans, pca, anomaly" */
static char *
names_with_baseline(void)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int kind = 0; kind <= SEG_KIND_MOST; kind++)
	{
		const SegModelType *type = seg_model_type(kind);

		if (type != NULL && type->baseline != NULL)
			appendStringInfo(&names, "%s%s", names.len == 0 ? "" : ", ", seg_kind_name(kind));
	}
	return names.data;
}

/* The type of a kind of model; raises an error if its models have no histograms. */
static const SegModelType *
type_with_baseline(int kind)
{
	const SegModelType *type = seg_model_type(kind);

	if (type->baseline == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("value is %s, which has no histograms", type->title),
				 errhint("Models of these algorithms have histograms: %s.", names_with_baseline())));
	return type;
}

/* The model in a state. */
static Source
source_of_state(const SegDriftState *state)
{
	size_t		size = VARHDRSZ + state->model_size;
	bytea	   *model = palloc(size);

	SET_VARSIZE(model, size);
	memcpy(VARDATA(model), seg_drift_model(state), state->model_size);
	return source_of(state->kind, seg_model_decode(model, seg_model_type(state->kind)));
}

/*
 * OUT report: with the baseline of the source, and with zeros for the current rows;
 * palloc'd.
 */
static void
describe(const Source *source, SegDriftModel *report)
{
	const SegBaseline *baseline = source->type->baseline;

	memset(report, 0, sizeof(*report));
	report->source = source->type->kind;
	report->d = source->shape.d;
	report->clusters = source->shape.clusters;
	report->features = seg_take(report->d, sizeof(SegDriftFeature));
	memset(report->features, 0, report->d * sizeof(SegDriftFeature));
	report->shares = seg_take(report->clusters, sizeof(SegDriftCluster));
	for (uint32 j = 0; j < report->d; j++)
	{
		SegBaselineFeature from = baseline->feature(source->model, j);

		report->features[j].name = from.name;
		report->features[j].baseline = (SegDriftSide) {from.values, from.mean, from.rows, from.missing};
		report->features[j].histogram = *from.histogram;
	}
	for (uint32 c = 0; c < report->clusters; c++)
	{
		SegBaselineCluster from = baseline->cluster(source->model, c);

		report->shares[c] = (SegDriftCluster) {from.cluster_id, from.name, from.rows};
	}
}

/* True if the model has the kind, digest and size given in the head. */
static bool
model_is_sound(const SegDriftState *state)
{
	int			kind;
	int			version;
	SegReader	reader;

	return seg_envelope_open(seg_drift_model(state), state->model_size, 0, 0, &kind, &version, &reader) == SEG_OK &&
		kind == state->kind && seg_envelope_digest(seg_drift_model(state)) == state->fit.given;
}

/* True if bounds and number of counters are those of the model. */
static bool
counts_fit_model(const SegDriftState *state)
{
	Source		source = source_of_state(state);

	if (source.shape.d != state->fit.d || source.shape.clusters != state->k)
		return false;
	for (uint32 j = 0; j < source.shape.d; j++)
	{
		SegHistogram wanted = *source.type->baseline->feature(source.model, j).histogram;
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
begin_state(SegStates *states, const bytea *model, const Source *source, uint64 digest)
{
	size_t		model_size = VARSIZE_ANY_EXHDR(model);
	SegDriftState *state = seg_state_new(states, &aggregate.state,
										 seg_drift_state_size(source->shape.d, source->shape.clusters, model_size));

	state->fit.d = source->shape.d;
	state->k = source->shape.clusters;
	state->fit.given = digest;
	state->kind = source->type->kind;
	state->model_size = model_size;
	memcpy(seg_drift_model(state), VARDATA_ANY(model), model_size);
	for (uint32 j = 0; j < source->shape.d; j++)
	{
		SegHistogram *bins = &seg_drift_counts(state)[j].bins;

		*bins = *source->type->baseline->feature(source->model, j).histogram;
		memset(bins->counts, 0, sizeof(bins->counts));
	}
	return state;
}

/* Count a row that is left out.  For a model with null_policy skip, all its features count as missing. */
static void
skip_row(SegDriftState *state, const Source *source)
{
	for (size_t j = 0; j < state->fit.d && source->shape.skips_nulls; j++)
		seg_drift_counts(state)[j].missing++;
	state->fit.rows_skipped++;
}

/* Scratch of SegBaseline.place, kept until the backend ends: at most 80 kB, and no allocation per row. */
static double *
scratch_for(size_t clusters)
{
	static double *scratch = NULL;
	static size_t room = 0;

	if (clusters > room)
	{
		double	   *larger = MemoryContextAlloc(TopMemoryContext, (clusters + SEG_BASELINE_SCRATCH) * sizeof(double));

		if (scratch != NULL)
			pfree(scratch);
		scratch = larger;
		room = clusters;
	}
	return scratch;
}

/* Count a row.  INOUT row[d]: NaN for null; it is overwritten. */
static void
count_row(SegDriftState *state, const Source *source, double *row, size_t nulls)
{
	SegDriftCount *counts = seg_drift_counts(state);
	bool		skipped = nulls > 0 && source->shape.skips_nulls;

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
		size_t		c = source->type->baseline->place(source->model, row, scratch_for(state->k));

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
	Source		source;
	SegDriftState *state;
	const void *decoded;
	uint64		digest;
	int			kind;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("model must not be null")));
	decoded = seg_model_argument_of(fcinfo, 1, 0, type_with_baseline, &kind);
	digest = seg_model_argument_digest(fcinfo, 0);
	source = source_of(kind, decoded);
	if (PG_ARGISNULL(0))
		state = begin_state(states, PG_GETARG_BYTEA_PP(1), &source, digest);
	else
		state = seg_state_own(fcinfo, states, &aggregate.state);
	if (digest != state->fit.given || kind != state->kind ||
		source.shape.d != state->fit.d || source.shape.clusters != state->k)
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

/* SegAggregate.fit: makes the report. */
static void
report(const void *from, void *to)
{
	const SegDriftState *state = from;
	SegDriftModel *report = to;
	Source		source;

	if (state->rows_used == 0)
		seg_raise((SegFault) {SEG_NO_ROWS});
	source = source_of_state(state);
	describe(&source, report);
	report->rows_used = state->rows_used;
	report->rows_skipped = state->fit.rows_skipped;
	for (size_t j = 0; j < state->fit.d; j++)
	{
		const SegDriftCount *count = &seg_drift_counts(state)[j];
		SegDriftSide *current = &report->features[j].current;

		current->values = count->values;
		current->mean = count->values == 0 ? 0 : (count->sum[0] + count->sum[1]) / (double) count->values;
		if (!isfinite(current->mean))
			seg_raise((SegFault) {SEG_RANGE_TOO_WIDE, .feature = j + 1});
		current->rows = state->rows_used + (source.shape.skips_nulls ? state->fit.rows_skipped : 0);
		current->missing = count->missing;
		memcpy(report->features[j].counts, count->bins.counts, sizeof(count->bins.counts));
	}
	for (size_t c = 0; c < state->k; c++)
		report->shares[c].current = seg_drift_clusters(state)[c];
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
