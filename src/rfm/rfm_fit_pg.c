/*
 * rfm_fit_pg.c
 *		The aggregate rfm_fit.
 *
 * The state is a bytea that is changed in place: a SegRfmState.  It grows by doubling;
 * a grown state is a new value, which the executor copies.  See server/state.h for
 * checks and memory.
 */
#include "rfm/rfm_fit_pg.h"

#include "rfm/rfm_info_pg.h"
#include "rfm/rfm_model_pg.h"
#include "server/aggregate.h"
#include "server/budget.h"
#include "server/error.h"
#include "server/family.h"
#include "server/value_room.h"
#include "stats/value_cuts.h"

/* ---- options ---- */

typedef struct FitOptions
{
	int64		bins;
	int			ties;
	SegRealList cuts[SEG_RFM_MEASURES];
} FitOptions;

static const char *const tie_names[] = {"lower", "upper", NULL};

static const SegOption cut_options[] = {
	{"recency_days", SEG_OPTION_REALS, SEG_RECENCY * sizeof(SegRealList)},
	{"frequency", SEG_OPTION_REALS, SEG_FREQUENCY * sizeof(SegRealList)},
	{"monetary", SEG_OPTION_REALS, SEG_MONETARY * sizeof(SegRealList)},
	{NULL},
};

static void
read_cuts(const char *key, const JsonbValue *value, void *field)
{
	if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data))
		seg_option_refuse(key, "an object with arrays of numbers");
	seg_options_read(JsonbValueToJsonb((JsonbValue *) value), cut_options, field);
}

static const SegOption option_table[] = {
	{"bins", SEG_OPTION_INT, offsetof(FitOptions, bins), SEG_RFM_MIN_BINS, SEG_RFM_MAX_BINS,
		.meaning = "The number of scores of each measure: 1 to bins."},
	{"ties", SEG_OPTION_CHOICE, offsetof(FitOptions, ties), .choices = tie_names,
		.meaning = "Whether a value that equals a cut gets the score below it (lower) or above it (upper)."},
	{"cuts", SEG_OPTION_CUSTOM, offsetof(FitOptions, cuts), .read = read_cuts, .type_name = "object of arrays of numbers",
		.meaning = "Cuts in place of the quantiles: for recency_days, frequency or monetary an array of bins - 1 rising numbers."},
	{NULL},
};

static const FitOptions defaults = {.bins = SEG_RFM_DEFAULT_BINS, .ties = SEG_RFM_LOWER};

SegRfmOptions
seg_rfm_options_read(const Jsonb *jsonb)
{
	FitOptions	given = defaults;
	SegRfmOptions options;

	memset(&options, 0, sizeof(options));
	seg_options_read(jsonb, option_table, &given);
	options.bins = given.bins;
	options.ties = given.ties;
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		int			count = given.cuts[i].count;

		if (count == 0)
			continue;
		if (count != given.bins - 1 || !seg_cuts_valid(given.cuts[i].items, count))
			seg_option_refuse("cuts", psprintf("%d rising numbers for %s, one fewer than bins",
											   (int) given.bins - 1, seg_rfm_measure_names[i]));
		options.explicit_cuts[i] = 1;
		for (int j = 0; j < count; j++)
			options.cuts[i][j] = given.cuts[i].items[j] + 0.0;
	}
	return options;
}

static void
check_options(const Jsonb *options, size_t d, const SegFitArguments *arguments)
{
	(void) seg_rfm_options_read(options);
}

const SegFamily seg_rfm_family = {
	.type = &seg_rfm_model_type,
	.info = seg_rfm_info,
	.features = seg_rfm_features,
	.options = option_table,
	.defaults = &defaults,
	.check_options = check_options,
};

/* ---- the state ---- */

static void
check(SegStatus status)
{
	if (status != SEG_OK)
		seg_raise((SegFault) {status});
}

static bool
is_sound(const void *state, size_t size)
{
	return seg_rfm_state_is_sound(state, size);
}

static const SegAggregate aggregate;

SegRfmState *
seg_rfm_state_create(SegStates *states, const SegRfmOptions *options)
{
	const uint32 log2_slots[] = {SEG_VALUE_TABLE_MIN_LOG2, SEG_VALUE_TABLE_MIN_LOG2, SEG_VALUE_TABLE_MIN_LOG2};
	SegRfmState *state = seg_state_new(states, &aggregate.state, seg_rfm_state_size(log2_slots));

	seg_rfm_state_init(state, options);
	return state;
}

/* Make room for the values of the state and, when not NULL, of the other state. */
static SegRfmState *
with_room(SegStates *states, SegRfmState *state, const SegRfmState *other)
{
	uint32		log2_slots[SEG_RFM_MEASURES];
	SegRfmState *grown;
	SegStateHead head;
	size_t		size;

	if (!seg_rfm_room(state, other, log2_slots))
		return state;
	size = seg_rfm_state_size(log2_slots);
	grown = seg_state_resize(states, state, size);
	head = grown->fit.state;
	memset(grown, 0, size);
	check(seg_rfm_grow(state, log2_slots, grown));
	grown->fit.state = head;
	return grown;
}

/* Drop low bits of the values of every table that is above the limit. */
static void
within_limit(SegRfmState *state)
{
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
	{
		SegValueSlot *scratch;

		if (state->tables[i].distinct <= SEG_VALUE_TABLE_MOST)
			continue;
		scratch = seg_value_scratch(state->tables, SEG_RFM_MEASURES);
		check(seg_rfm_coarsen(state, i, 0, scratch));
		pfree(scratch);
	}
}

SegRfmState *
seg_rfm_state_count(SegStates *states, SegRfmState *state, const double values[SEG_RFM_MEASURES])
{
	if (!seg_rfm_is_scored(values))
	{
		state->fit.rows_skipped++;
		return state;
	}
	check(seg_rfm_add(state, values));
	if (seg_rfm_wants_room(state))
	{
		state = with_room(states, state, NULL);
		within_limit(state);
	}
	return state;
}

bool
seg_rfm_state_fit(const SegRfmState *state, SegRfmModel *model)
{
	SegValueSlot *scratch = seg_value_scratch(state->tables, SEG_RFM_MEASURES);
	SegStatus	status = seg_rfm_fit(state, scratch, model);

	pfree(scratch);
	if (status == SEG_NO_ROWS)
		return false;
	check(status);
	return true;
}

/* ---- the support functions ---- */

/* (state, recency_days, frequency, monetary[, options]) */
PG_FUNCTION_INFO_V1(rfm_fit_transfn);
Datum
rfm_fit_transfn(PG_FUNCTION_ARGS)
{
	SegStates  *states = seg_states(fcinfo);
	uint64		given = seg_given_digest(fcinfo, 4);
	double		values[SEG_RFM_MEASURES];
	SegRfmState *state;

	if (PG_ARGISNULL(0))
	{
		SegRfmOptions options = seg_rfm_options_read(given == 0 ? NULL : PG_GETARG_JSONB_P(4));

		state = seg_rfm_state_create(states, &options);
		state->fit.given = given;
	}
	else
		state = seg_state_own(fcinfo, states, &aggregate.state);
	if (state->fit.given != given)
		seg_refuse_changed(aggregate.given);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
	{
		state->fit.rows_skipped++;
		PG_RETURN_POINTER(state);
	}
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		values[i] = PG_GETARG_FLOAT8(i + 1);
	PG_RETURN_POINTER(seg_rfm_state_count(states, state, values));
}

static void *
merge(SegStates *states, void *own, const void *from)
{
	SegRfmState *state = own;
	const SegRfmState *other = from;
	SegValueSlot *scratch;

	if (memcmp(&state->options, &other->options, sizeof(SegRfmOptions)) != 0)
		seg_raise((SegFault) {SEG_MALFORMED_STATE});
	state = with_room(states, state, other);
	scratch = seg_value_scratch(state->tables, SEG_RFM_MEASURES);
	check(seg_rfm_merge(state, other, scratch));
	pfree(scratch);
	return state;
}

static void
fit(const void *state, void *model)
{
	if (!seg_rfm_state_fit(state, model))
		seg_raise((SegFault) {SEG_NO_ROWS, .got = ((const SegRfmState *) state)->fit.rows_skipped});
}

static const SegAggregate aggregate = {
	.state = {SEG_RFM_MAGIC, is_sound},
	.given = "options",
	.model = &seg_rfm_model_type,
	.merge = merge,
	.fit = fit,
};

PG_FUNCTION_INFO_V1(rfm_fit_combinefn);
Datum
rfm_fit_combinefn(PG_FUNCTION_ARGS)
{
	return seg_fit_combine(fcinfo, &aggregate);
}

PG_FUNCTION_INFO_V1(rfm_fit_finalfn);
Datum
rfm_fit_finalfn(PG_FUNCTION_ARGS)
{
	return seg_fit_final(fcinfo, &aggregate);
}
