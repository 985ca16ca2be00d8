/*
 * moments.c
 *		The state of an aggregate that needs moments: options and core moments.
 */
#include "pg/moments.h"

#include "utils/fmgrprotos.h"

#include "pg/budget.h"
#include "pg/error.h"
#include "pg/features.h"

/*
 * The options stand here twice: as they came, to be compared with those of each
 * row, and as text, to be parsed in the end.  Jsonb of a state that somebody
 * made up could not be trusted; text that is parsed can.
 */
typedef struct State
{
	int32		length_word;
	uint32		options_size;	/* jsonb, length word included; 0: none */
	uint32		text_size;		/* with its NUL; 0: none */
	uint32		unused;
	char		rest[FLEXIBLE_ARRAY_MEMBER];	/* options, text, padding to 8, SegMoments */
} State;

StaticAssertDecl(SEG_LINALG_MAX == SEG_MAX_FEATURES, "LAPACK's bound is that of features");

/* Where the moments begin. */
static size_t
head_size(const State *state)
{
	return offsetof(State, rest) + MAXALIGN((size_t) state->options_size + state->text_size);
}

static SegMoments *
moments_of(const State *state)
{
	return (SegMoments *) ((char *) state + head_size(state));
}

/*
 * A state argument as it is.  Anybody can declare an aggregate over our
 * transition function with a state of his own, so it is looked at each time.
 */
static State *
open_state(const void *bytes)
{
	State	   *state = (State *) bytes;
	size_t		size = VARATT_IS_4B_U(state) ? VARSIZE(state) : 0;

	if (size < offsetof(State, rest) || !PointerIsAligned(state, double) ||
		head_size(state) > size ||
		(state->text_size > 0 && state->rest[state->options_size + state->text_size - 1] != '\0') ||
		!seg_moments_is_sound(moments_of(state), size - head_size(state)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("value is not a state of this aggregate")));
	return state;
}

/*
 * A new state with the head of another, in the current context, from where the
 * executor copies it once.  No single state may be larger than what
 * segment.fit_memory leaves; many groups are bounded by the planner's hash_mem.
 */
static State *
allocate(const State *head, size_t d, SegMomentsShape shape)
{
	size_t		size = head_size(head) + seg_moments_size(d, shape);
	State	   *state;

	if (!seg_moments_has_width(shape))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("null_policy mean takes at most %zu features with nulls, but rows have %zu",
						SEG_PACKED_MAX / 2, d)));
	if (size > seg_budget_left())
		seg_raise(SEG_TOO_LARGE, size, seg_budget_left());
	state = palloc(size);
	memcpy(state, head, head_size(head));
	SET_VARSIZE(state, size);
	return state;
}

static State *
head_of_options(const Jsonb *options)
{
	char	   *text = options == NULL ? NULL :
		JsonbToCString(NULL, (JsonbContainer *) &options->root, VARSIZE(options));
	size_t		options_size = options == NULL ? 0 : VARSIZE(options);
	size_t		text_size = options == NULL ? 0 : strlen(text) + 1;
	State	   *head = palloc0(offsetof(State, rest) + MAXALIGN(options_size + text_size));

	head->options_size = options_size;
	head->text_size = text_size;
	if (options != NULL)
	{
		memcpy(head->rest, options, options_size);
		memcpy(head->rest + options_size, text, text_size);
	}
	return head;
}

static State *
in_shape(State *state, SegMomentsShape shape)
{
	const SegMoments *moments = moments_of(state);
	State	   *larger;

	if (seg_moments_same_shape(shape, seg_moments_shape(moments)))
		return state;
	larger = allocate(state, moments->d, shape);
	seg_moments_reshape(moments, shape, moments_of(larger));
	return larger;
}

static State *
begin_state(const Jsonb *options, size_t d, SegMomentsBegin begin)
{
	uint8	   *logs = palloc0(d);
	SegMissing	policy;
	State	   *state;
	SegStatus	status;

	if (d == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("row has no features")));
	policy = begin(options, d, logs);
	state = allocate(head_of_options(options), d, seg_moments_first_shape(d));
	status = seg_moments_begin(moments_of(state), d, policy, logs);
	if (status != SEG_OK)
		seg_raise(status, d, (size_t) SEG_PACKED_MAX);
	return state;
}

static void
check_options(const State *state, const void *options, size_t size)
{
	if (size != state->options_size || (size > 0 && memcmp(state->rest, options, size) != 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("options differ between rows")));
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
			seg_raise(SEG_LOG_DOMAIN, j + 1);
}

static void
check_rows(uint64 rows)
{
	if (rows > SEG_MOMENTS_MOST_ROWS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("there are more than " UINT64_FORMAT " rows to fit", SEG_MOMENTS_MOST_ROWS)));
}

static State *
add_row(State *state, const SegFeatures *features)
{
	SegMoments *moments = moments_of(state);
	double	   *row;
	size_t		missing;

	check_rows(seg_moments_rows(moments) + 1);
	if (features->nulls != NULL || moments->buffered == moments->capacity)
	{
		state = in_shape(state, seg_moments_shape_for_row(moments, features->nulls != NULL));
		moments = moments_of(state);
	}
	row = seg_moments_next_row(moments);
	missing = seg_features_copy(features, row);
	if (missing > 0 && moments->policy == SEG_MISSING_REFUSE)
		seg_raise(SEG_NULL_FEATURE, find_null(row, moments->d));
	if (moments->any_log)
		check_logs(moments, row);
	seg_moments_add(moments, missing);
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

Datum
seg_moments_transition(FunctionCallInfo fcinfo, SegMomentsBegin begin)
{
	const Jsonb *options = PG_NARGS() > 2 && !PG_ARGISNULL(2) ? PG_GETARG_JSONB_P(2) : NULL;
	SegFeatures features;
	State	   *state;

	check_aggregate(fcinfo);
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	features = seg_features_open(PG_GETARG_DATUM(1));
	if (PG_ARGISNULL(0))
		state = begin_state(options, features.d, begin);
	else
	{
		state = open_state(PG_GETARG_POINTER(0));
		check_options(state, options, options == NULL ? 0 : VARSIZE(options));
	}
	if (features.d != moments_of(state)->d)
		seg_raise(SEG_WRONG_LENGTH, features.d, (size_t) moments_of(state)->d);
	state = add_row(state, &features);
	seg_features_close(&features);
	PG_RETURN_POINTER(state);
}

/* A state from another process stands wherever its tuple put it. */
static State *
other_state(FunctionCallInfo fcinfo, int argno)
{
	void	   *bytes = PG_GETARG_BYTEA_P(argno);

	if (!PointerIsAligned(bytes, double))
		bytes = PG_GETARG_BYTEA_P_COPY(argno);
	return open_state(bytes);
}

Datum
seg_moments_combine(FunctionCallInfo fcinfo)
{
	State	   *state;
	const State *other;
	const SegMoments *from;

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
	check_options(state, other->rest, other->options_size);
	from = moments_of(other);
	if (from->d != moments_of(state)->d)
		seg_raise(SEG_WRONG_LENGTH, (size_t) from->d, (size_t) moments_of(state)->d);
	check_rows(seg_moments_rows(moments_of(state)) + seg_moments_rows(from));
	state = in_shape(state, seg_moments_shape_for_merge(moments_of(state), from));
	seg_moments_merge(moments_of(state), from);
	PG_RETURN_POINTER(state);
}

const Jsonb *
seg_moments_options(const bytea *bytes)
{
	const State *state = open_state(bytes);

	if (state->text_size == 0)
		return NULL;
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(state->rest + state->options_size)));
}

size_t
seg_moments_result_size(const bytea *bytes)
{
	const SegMoments *moments = moments_of(open_state(bytes));

	return seg_moments_size(moments->d, seg_moments_shape_for_result(moments));
}

SegMoments *
seg_moments_result(const bytea *bytes)
{
	const SegMoments *moments = moments_of(open_state(bytes));
	SegMoments *result = palloc(seg_moments_result_size(bytes));

	if (!seg_moments_is_deeply_sound(moments))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("value is not a state of this aggregate")));
	seg_moments_reshape(moments, seg_moments_shape_for_result(moments), result);
	seg_moments_finish(result);
	return result;
}
