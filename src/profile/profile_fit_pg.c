/*
 * profile_fit_pg.c
 *		The aggregate profile_fit.
 *
 * The state is a bytea that is changed in place: a SegProfileState.  It grows by doubling;
 * a grown state is a new value, which the executor copies.  See server/state.h.
 */
#include "profile/profile_pg.h"

#include "access/xact.h"

#include "profile/profile_state.h"
#include "server/aggregate.h"
#include "server/budget.h"
#include "server/error.h"
#include "server/family.h"
#include "server/value_room.h"

static const SegAggregate aggregate;

static void
check(SegStatus status)
{
	if (status != SEG_OK)
		seg_raise((SegFault) {status});
}

static bool
is_sound(const void *state, size_t size)
{
	return seg_profile_state_is_sound(state, size);
}

static void
check_options(const Jsonb *options, size_t d, const SegFitArguments *arguments)
{
	static const SegOption names_table[] = {
		{"category_names", SEG_OPTION_TEXTS, 0},
		{NULL},
	};
	SegTextList names = {0};
	JsonbValue *given = options == NULL ? NULL : getKeyJsonValueFromContainer((JsonbContainer *) &options->root, "category_names", 14, NULL);

	/* the number of categories is known only by their names */
	if (given != NULL)
	{
		JsonbParseState *state = NULL;
		JsonbValue	key = {.type = jbvString,.val.string = {14, "category_names"}};

		pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		pushJsonbValue(&state, WJB_KEY, &key);
		pushJsonbValue(&state, WJB_VALUE, given);
		seg_options_read(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)), names_table, &names);
	}
	if (d + names.count == 0 || d + names.count > SEG_PROFILE_ATTRIBUTES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there are %zu attributes, but a profile has 1 to %d", d + names.count, SEG_PROFILE_ATTRIBUTES)));
	(void) seg_profile_options(options, d, names.count);
}

const SegFamily seg_profile_family = {
	.type = &seg_profile_model_type,
	.info = seg_profile_info,
	.features = seg_profile_features,
	.options = seg_profile_option_table,
	.defaults = &seg_profile_defaults,
	.check_options = check_options,
};

/* ---- the state ---- */

static SegProfileState *
create(SegStates *states, const Jsonb *options, const SegProfileRow *row)
{
	const SegProfileModel *plan = seg_profile_options(options, row->d, row->c);
	SegProfileSizes sizes = seg_profile_least_sizes();
	SegWriter	counter = {NULL, 0};
	SegWriter	writer;
	SegProfileState *state;

	seg_profile_encode(&counter, plan);
	if (counter.size > SEG_PROFILE_MAX_OPTIONS)
		seg_raise((SegFault) {SEG_TOO_LARGE, .got = counter.size, .wanted = SEG_PROFILE_MAX_OPTIONS});
	state = seg_state_new(states, &aggregate.state, seg_profile_state_size(row->d, row->c, counter.size, &sizes));
	seg_profile_state_init(state, row->d, row->c, counter.size);
	writer = (SegWriter) {seg_profile_parts(state).options, 0};
	seg_profile_encode(&writer, plan);
	return state;
}

static SegValueSlot *
scratch_for(const SegProfileState *state)
{
	return seg_value_scratch(seg_profile_parts(state).numbers, state->d);
}

/* Make room for the texts of a row, or the values of another state. */
static SegProfileState *
with_room(SegStates *states, SegProfileState *state, const SegProfileState *other, const SegProfileText *texts)
{
	SegProfileSizes sizes;
	SegProfileState *grown;
	SegStateHead head;
	size_t		size;

	if (!seg_profile_room(state, other, texts, &sizes))
		return state;
	size = seg_profile_state_size(state->d, state->c, state->options_size, &sizes);
	grown = seg_state_resize(states, state, size);
	head = grown->fit.state;
	memset(grown, 0, size);
	check(seg_profile_grow(state, &sizes, grown));
	grown->fit.state = head;
	return grown;
}

static void
within_limits(SegProfileState *state)
{
	uint32		crowded = seg_profile_too_many(state);

	if (crowded < state->c)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("category %u has more than %d different values", crowded + 1, SEG_TEXT_TABLE_MOST),
				 errhint("A text that differs between nearly all rows is not a category.")));
	if (seg_profile_wants_room(state))
	{
		SegValueSlot *scratch = scratch_for(state);

		check(seg_profile_coarsen(state, scratch));
		pfree(scratch);
	}
}

static SegProfileState *
add(SegStates *states, SegProfileState *state, const SegProfileRow *row)
{
	for (size_t j = 0; j < row->c; j++)
		if (row->texts[j].length > SEG_TEXT_TABLE_LONGEST)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("category %zu has %zu bytes, but at most %d are allowed", j + 1, row->texts[j].length, SEG_TEXT_TABLE_LONGEST)));
	if (row->c > 0)
		state = with_room(states, state, NULL, row->texts);
	check(seg_profile_add(state, row->numbers, row->texts));
	if (seg_profile_wants_room(state))
		state = with_room(states, state, NULL, NULL);
	within_limits(state);
	return state;
}

/* (state, features, categories[, options]) */
PG_FUNCTION_INFO_V1(profile_fit_transfn);
Datum
profile_fit_transfn(PG_FUNCTION_ARGS)
{
	SegStates  *states = seg_states(fcinfo);
	uint64		given = seg_given_digest(fcinfo, 3);
	SegProfileState *state = NULL;
	SegProfileRow row;

	if (!PG_ARGISNULL(0))
	{
		state = seg_state_own(fcinfo, states, &aggregate.state);
		if (state->fit.given != given)
			seg_refuse_changed(aggregate.given);
	}
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_POINTER(seg_fit_skip(states, &aggregate, (SegFitHead *) state, given));
	seg_profile_row(fcinfo, 1, &row);
	if (state == NULL || state->fit.d == 0)
	{
		const SegFitHead *empty = (const SegFitHead *) state;

		state = create(states, given == 0 ? NULL : PG_GETARG_JSONB_P(3), &row);
		seg_fit_replace(states, &state->fit, empty, given);
	}
	seg_profile_check_shape(&row, state->d, state->c, "the rows before have");
	PG_RETURN_POINTER(add(states, state, &row));
}

static void *
merge(SegStates *states, void *own, const void *from)
{
	SegProfileState *state = own;
	const SegProfileState *other = from;
	SegValueSlot *scratch;

	if (state->d != other->d || state->options_size != other->options_size ||
		memcmp(seg_profile_parts(state).options, seg_profile_parts(other).options, state->options_size) != 0)
		seg_raise((SegFault) {SEG_MALFORMED_STATE});
	state = with_room(states, state, other, NULL);
	scratch = scratch_for(state);
	check(seg_profile_merge(state, other, scratch));
	pfree(scratch);
	within_limits(state);
	return state;
}

/* ---- the model ---- */

/* More codes than a twentieth of the rows: most codes then stand for a handful of customers. */
#define ROWS_PER_CODE 20

/* Once in a statement, which may fit a model for each of many groups. */
static void
warn_of_many_codes(const SegProfileModel *model)
{
	static TimestampTz warned = 0;
	uint64		codes = seg_profile_codes(model);

	if (codes <= Max(model->rows_used / ROWS_PER_CODE, 1) || warned == GetCurrentStatementStartTimestamp())
		return;
	warned = GetCurrentStatementStartTimestamp();
	ereport(NOTICE,
			(errmsg(codes == UINT64_MAX ? "the letters allow more codes than can be counted for " UINT64_FORMAT " rows"
					: "the letters allow " UINT64_FORMAT " codes for " UINT64_FORMAT " rows",
					codes == UINT64_MAX ? model->rows_used : codes, model->rows_used),
			 errdetail("With fewer than %d rows for each code, most codes stand for few customers or for none.", ROWS_PER_CODE),
			 errhint("Use fewer attributes or fewer letters; to find groups in many attributes, use kmeans_fit.")));
}

static void
fit(const void *counted, void *model)
{
	const SegProfileState *state = counted;
	SegProfileParts parts = seg_profile_parts(state);
	size_t		texts = 1;
	SegArena	arena;
	size_t		size = seg_profile_fit_size(state);

	for (uint32 j = 0; j < state->c; j++)
		texts = Max(texts, parts.texts[j].distinct);
	arena = seg_arena(seg_take(size, 1), size);
	check(seg_profile_fit(state, &arena, scratch_for(state), seg_take(texts, sizeof(SegTextSlot)), model));
	warn_of_many_codes(model);
}

static const SegAggregate aggregate = {
	.state = {SEG_PROFILE_STATE_MAGIC, is_sound},
	.given = "options",
	.model = &seg_profile_model_type,
	.merge = merge,
	.fit = fit,
};

PG_FUNCTION_INFO_V1(profile_fit_combinefn);
Datum
profile_fit_combinefn(PG_FUNCTION_ARGS)
{
	return seg_fit_combine(fcinfo, &aggregate);
}

PG_FUNCTION_INFO_V1(profile_fit_finalfn);
Datum
profile_fit_finalfn(PG_FUNCTION_ARGS)
{
	return seg_fit_final(fcinfo, &aggregate);
}
