/*
 * drift_fit.c
 *		The aggregate drift_fit: rows of now, counted in the bins of a model.
 *
 * The state is one flat bytea: a head, counters, and the model itself, so that
 * the final function has what the rows are compared with.
 */
#include "pg/drift.h"

#include "core/linalg.h"
#include "core/sum.h"
#include "pg/budget.h"
#include "pg/error.h"
#include "pg/features.h"

#define MAGIC 0x44524654		/* "TFRD" */

typedef struct State
{
	int32		length_word;
	uint32		magic;
	uint32		d;
	uint32		k;
	uint64		digest;			/* of the model */
	uint64		rows_used;
	uint64		rows_skipped;
	uint32		kind;
	uint32		model_size;		/* of the model's bytes, without a length word */
	double		counters[FLEXIBLE_ARRAY_MEMBER];
} State;

/* One feature's counters. */
typedef struct Count
{
	double		sum[2];			/* of the values counted, high and low part */
	uint64		values;
	uint64		missing;
	SegHistogram bins;			/* the bounds of then, the counts of now */
} Count;

static Count *
counts_of(const State *state)
{
	return (Count *) state->counters;
}

static uint64 *
clusters_of(const State *state)
{
	return (uint64 *) (counts_of(state) + state->d);
}

static char *
model_of(const State *state)
{
	return (char *) (clusters_of(state) + state->k);
}

static size_t
state_size(size_t d, size_t k, size_t model_size)
{
	return offsetof(State, counters) + d * sizeof(Count) + k * sizeof(uint64) + model_size;
}

static State *
open_state(const void *bytes)
{
	State	   *state = (State *) bytes;
	size_t		size = VARATT_IS_4B_U(state) ? VARSIZE(state) : 0;

	if (size < offsetof(State, counters) || !PointerIsAligned(state, double) ||
		state->magic != MAGIC || state->d == 0 || state->d > SEG_MAX_FEATURES ||
		state->k > SEG_KMEANS_MAX_K || size != state_size(state->d, state->k, state->model_size))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("value is not a state of this aggregate")));
	return state;
}

static void
check_aggregate(FunctionCallInfo fcinfo)
{
	if (!AggCheckCallContext(fcinfo, NULL))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("function can only be called as part of an aggregate")));
}

/* The kind of a model by its envelope. */
static int
kind_of(const bytea *model)
{
	int			kind;
	int			version;
	SegReader	reader;
	SegStatus	status = seg_envelope_open(VARDATA_ANY(model), VARSIZE_ANY_EXHDR(model), 0, 0,
										   &kind, &version, &reader);

	if (status != SEG_OK)
		seg_raise(status);
	return kind;
}

static SegDriftSource
source_of_state(const State *state)
{
	size_t		size = VARHDRSZ + state->model_size;
	bytea	   *model = palloc(size);

	SET_VARSIZE(model, size);
	memcpy(VARDATA(model), model_of(state), state->model_size);
	return seg_drift_source(state->kind, seg_model_decode(model, seg_drift_source_type(state->kind)));
}

static State *
begin_state(FunctionCallInfo fcinfo)
{
	const bytea *model = PG_GETARG_BYTEA_PP(1);
	int			kind = kind_of(model);
	SegDriftSource source = seg_drift_source(kind,
											 seg_model_argument(fcinfo, 1, 0, seg_drift_source_type(kind)));
	size_t		model_size = VARSIZE_ANY_EXHDR(model);
	size_t		size = state_size(source.d, source.k, model_size);
	SegDriftModel then;
	State	   *state;

	if (size > seg_budget_left())
		seg_raise(SEG_TOO_LARGE, size, seg_budget_left());
	state = palloc0(size);
	SET_VARSIZE(state, size);
	state->magic = MAGIC;
	state->d = source.d;
	state->k = source.k;
	state->digest = seg_model_argument_digest(fcinfo, 0);
	state->kind = kind;
	state->model_size = model_size;
	memcpy(model_of(state), VARDATA_ANY(model), model_size);
	seg_drift_describe(&source, &then);
	for (size_t j = 0; j < source.d; j++)
	{
		SegHistogram *bins = &counts_of(state)[j].bins;

		*bins = then.features[j].histogram;
		memset(bins->counts, 0, sizeof(bins->counts));
	}
	return state;
}

static void
count_value(Count *count, double x)
{
	SegHistogram *bins = &count->bins;

	count->values++;
	seg_twofold_add(count->sum, x);
	if (bins->bins > 0)
		bins->counts[seg_bin_of(bins->bounds, Min(bins->bins, SEG_HISTOGRAM_MOST), x)]++;
}

/* IN row[d]: NaN where a feature is null. */
static void
count_row(State *state, const SegDriftSource *source, const double *row, size_t nulls)
{
	Count	   *counts = counts_of(state);
	bool		skipped = nulls > 0 && source->null_policy == SEG_NULL_SKIP;

	for (size_t j = 0; j < state->d; j++)
	{
		double		x = isnan(row[j]) ? seg_drift_fill(source, j) : row[j];

		counts[j].missing += isnan(row[j]) != 0;
		if (!skipped && !isnan(x))
			count_value(&counts[j], x);
	}
	if (skipped)
	{
		state->rows_skipped++;
		return;
	}
	state->rows_used++;
	if (state->k > 0)
	{
		size_t		c = seg_drift_cluster(source, row);

		if (c < state->k)
			clusters_of(state)[c]++;
	}
}

PG_FUNCTION_INFO_V1(drift_fit_transfn);
Datum
drift_fit_transfn(PG_FUNCTION_ARGS)
{
	static double row[SEG_MAX_FEATURES];
	SegFeatures features;
	SegDriftSource source;
	State	   *state;

	check_aggregate(fcinfo);
	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("model is null")));
	if (PG_ARGISNULL(2))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	state = PG_ARGISNULL(0) ? begin_state(fcinfo) : open_state(PG_GETARG_POINTER(0));
	source = seg_drift_source(state->kind,
							  seg_model_argument(fcinfo, 1, 0, seg_drift_source_type(state->kind)));
	if (seg_model_argument_digest(fcinfo, 0) != state->digest || source.d != state->d || source.k != state->k)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("model differs between rows")));
	features = seg_features_open(PG_GETARG_DATUM(2));
	if (features.d != state->d)
		seg_raise(SEG_WRONG_LENGTH, features.d, (size_t) state->d);
	count_row(state, &source, row, seg_features_copy(&features, row));
	seg_features_close(&features);
	PG_RETURN_POINTER(state);
}

static State *
other_state(FunctionCallInfo fcinfo, int argno)
{
	void	   *bytes = PG_GETARG_BYTEA_P(argno);

	if (!PointerIsAligned(bytes, double))
		bytes = PG_GETARG_BYTEA_P_COPY(argno);
	return open_state(bytes);
}

static void
merge(State *into, const State *from)
{
	Count	   *ours = counts_of(into);
	const Count *theirs = counts_of(from);

	for (size_t j = 0; j < into->d; j++)
	{
		seg_twofold_add(ours[j].sum, theirs[j].sum[0]);
		seg_twofold_add(ours[j].sum, theirs[j].sum[1]);
		ours[j].values += theirs[j].values;
		ours[j].missing += theirs[j].missing;
		for (size_t b = 0; b < SEG_HISTOGRAM_MOST; b++)
			ours[j].bins.counts[b] += theirs[j].bins.counts[b];
	}
	for (size_t c = 0; c < into->k; c++)
		clusters_of(into)[c] += clusters_of(from)[c];
	into->rows_used += from->rows_used;
	into->rows_skipped += from->rows_skipped;
}

PG_FUNCTION_INFO_V1(drift_fit_combinefn);
Datum
drift_fit_combinefn(PG_FUNCTION_ARGS)
{
	State	   *state;
	const State *other;

	check_aggregate(fcinfo);
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	other = other_state(fcinfo, 1);
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(other);
	state = open_state(PG_GETARG_POINTER(0));
	if (state->digest != other->digest || state->d != other->d || state->k != other->k)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("model differs between rows")));
	merge(state, other);
	PG_RETURN_POINTER(state);
}

static bytea *
report_bytes(const SegDriftModel *report)
{
	SegWriter	writer = {NULL, 0};
	uint8	   *payload;
	bytea	   *bytes;

	seg_drift_encode(&writer, report);
	bytes = seg_model_alloc(writer.size, &payload);
	writer = (SegWriter) {payload, 0};
	seg_drift_encode(&writer, report);
	seg_model_seal(bytes, &seg_drift_model_type);
	return bytes;
}

PG_FUNCTION_INFO_V1(drift_fit_finalfn);
Datum
drift_fit_finalfn(PG_FUNCTION_ARGS)
{
	const State *state;
	SegDriftSource source;
	SegDriftModel report;

	if (PG_ARGISNULL(0))
		seg_raise(SEG_NO_ROWS);
	state = open_state(PG_GETARG_POINTER(0));
	source = source_of_state(state);
	if (source.d != state->d || source.k != state->k)
		seg_raise(SEG_MALFORMED_MODEL);
	seg_drift_describe(&source, &report);
	report.rows_used = state->rows_used;
	report.rows_skipped = state->rows_skipped;
	for (size_t j = 0; j < state->d; j++)
	{
		const Count *count = &counts_of(state)[j];
		SegDriftSide *now = &report.features[j].now;

		now->values = count->values;
		now->mean = count->values == 0 ? 0 : (count->sum[0] + count->sum[1]) / (double) count->values;
		if (!isfinite(now->mean))
			seg_raise(SEG_RANGE_TOO_WIDE, j + 1);
		now->rows = state->rows_used + state->rows_skipped;
		now->missing = count->missing;
		memcpy(report.features[j].counts, count->bins.counts, sizeof(count->bins.counts));
	}
	for (size_t c = 0; c < state->k; c++)
		report.shares[c].now = clusters_of(state)[c];
	PG_RETURN_BYTEA_P(report_bytes(&report));
}
