/*
 * ab_fit_pg.c
 *		The aggregate ab_fit, and the family for the server.
 */
#include "server/family.h"

#include "ab/ab_model.h"
#include "ab/ab_state.h"
#include "base/sort.h"
#include "server/aggregate.h"
#include "server/budget.h"
#include "server/error.h"
#include "server/feature_words.h"
#include "server/id.h"
#include "server/model_text.h"

/* ---- options ---- */

typedef struct FitOptions
{
	int			outcome_type;
	int			null_policy;
} FitOptions;

static const char *const outcome_words[] = {"auto", "binary", "continuous", NULL};

static const SegOption option_table[] = {
	{"outcome_type", SEG_OPTION_CHOICE, offsetof(FitOptions, outcome_type), .choices = outcome_words,
		.meaning = "What outcomes are: binary is 0 or 1; auto is binary when all outcomes are 0 or 1."},
	{"null_policy", SEG_OPTION_CHOICE, offsetof(FitOptions, null_policy), .choices = seg_null_policy_words,
		.unsupported = 1 << SEG_NULL_MEAN | 1 << SEG_NULL_MEDIAN,
		.meaning = "What a null outcome or covariate does: raise an error, leave the row out, or count as 0."},
	{NULL}
};

static const FitOptions defaults = {.outcome_type = SEG_AB_AUTO, .null_policy = SEG_NULL_ERROR};

static void
check_arm_length(size_t length)
{
	if (length > SEG_AB_LONGEST_ARM)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("name of an arm has %zu bytes, but at most %d are possible", length, SEG_AB_LONGEST_ARM)));
}

static FitOptions
read_options(const Jsonb *jsonb)
{
	FitOptions	options = defaults;

	seg_options_read(jsonb, option_table, &options);
	return options;
}

static void
check_options(const Jsonb *jsonb, size_t d, const SegFitArguments *arguments)
{
	(void) read_options(jsonb);
}

/* ---- rows ---- */

static const SegAggregate aggregate;

static bool
is_sound(const void *state, size_t size)
{
	return seg_ab_state_is_sound(state, size);
}

static SegAbState *
begin(SegStates *states, const Jsonb *jsonb, size_t d)
{
	SegAbState *state = seg_state_new(states, &aggregate.state, seg_ab_state_size(d, SEG_AB_FIRST_ROOM));
	FitOptions	options = read_options(jsonb);

	state->fit.d = d;
	state->room = SEG_AB_FIRST_ROOM;
	state->null_policy = options.null_policy;
	state->outcome = options.outcome_type;
	return state;
}

/* The state with room for so many more arms. */
static SegAbState *
with_room(SegStates *states, SegAbState *state, size_t arms)
{
	size_t		needed = state->count + arms;
	size_t		d = state->fit.d;
	size_t		room;
	SegAbState *grown;
	SegStateHead head;

	if (needed <= state->room)
		return state;
	if (needed > SEG_AB_MOST_ARMS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("there are more than %d arms", SEG_AB_MOST_ARMS)));
	room = Min(Max(needed, 2 * (size_t) state->room), SEG_AB_MOST_ARMS);
	grown = seg_state_resize(states, state, seg_ab_state_size(d, room));
	head = grown->fit.state;
	memcpy(grown, state, seg_ab_state_size(d, state->count));
	grown->fit.state = head;
	grown->room = room;
	memset(seg_ab_arm(grown, state->count), 0, (room - state->count) * seg_ab_arm_size(d));
	return grown;
}

/* A value of a row; false: the row is left out. */
static bool
read_value(FunctionCallInfo fcinfo, int argno, const char *what, uint32 null_policy, double *value)
{
	*value = 0;
	if (PG_ARGISNULL(argno))
	{
		if (null_policy == SEG_NULL_ERROR)
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s is null", what),
					 errhint("The option null_policy says what else to do with nulls: skip or zero.")));
		return null_policy == SEG_NULL_ZERO;
	}
	*value = PG_GETARG_FLOAT8(argno);
	if (!isfinite(*value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s is NaN or infinite", what)));
	if (fabs(*value) > SEG_AB_MOST_VALUE)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s is larger than %g in magnitude", what, SEG_AB_MOST_VALUE)));
	return true;
}

/* Count a row of that arm; the state may have moved. */
static SegAbState *
count_row(SegStates *states, SegAbState *state, const text *arm, const double *values)
{
	const char *name = VARDATA_ANY(arm);
	size_t		length = VARSIZE_ANY_EXHDR(arm);
	bool		found;
	size_t		place = seg_ab_find(state, name, length, &found);

	if (!found)
	{
		/* a name without meaning never gets in, so only new names are looked at */
		if (!seg_is_meaningful(arm))
		{
			state->fit.rows_skipped++;
			return state;
		}
		check_arm_length(length);
		state = with_room(states, state, 1);
		(void) seg_ab_insert(state, place, name, length);
	}
	if (state->outcome == SEG_AB_BINARY && values[0] != 0 && values[0] != 1)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("outcome is neither 0 nor 1, but outcome_type is binary")));
	seg_ab_add(seg_ab_arm(state, place), state->fit.d, values);
	return state;
}

/* (state, arm, outcome[, covariate][, options]), d: 1, with a covariate 2 */
static Datum
transition(FunctionCallInfo fcinfo, size_t d)
{
	int			options = 2 + (int) d;
	SegStates  *states = seg_states(fcinfo);
	uint64		given = seg_given_digest(fcinfo, options);
	SegFitHead *fit = NULL;
	SegAbState *state;
	double		values[2];

	if (!PG_ARGISNULL(0))
	{
		fit = seg_state_own(fcinfo, states, &aggregate.state);
		if (fit->given != given)
			seg_refuse_changed(aggregate.given);
	}
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(seg_fit_skip(states, &aggregate, fit, given));
	if (fit == NULL || fit->d == 0)
	{
		const SegFitHead *empty = fit;

		state = begin(states, PG_NARGS() > options && !PG_ARGISNULL(options) ? PG_GETARG_JSONB_P(options) : NULL, d);
		seg_fit_replace(states, &state->fit, empty, given);
	}
	else
		state = (SegAbState *) fit;
	seg_check_width(d, state->fit.d);
	if (!read_value(fcinfo, 2, "outcome", state->null_policy, &values[0]) ||
		(d > 1 && !read_value(fcinfo, 3, "covariate", state->null_policy, &values[1])))
	{
		state->fit.rows_skipped++;
		PG_RETURN_POINTER(state);
	}
	PG_RETURN_POINTER(count_row(states, state, PG_GETARG_TEXT_PP(1), values));
}

PG_FUNCTION_INFO_V1(ab_fit_transfn);
Datum
ab_fit_transfn(PG_FUNCTION_ARGS)
{
	return transition(fcinfo, 1);
}

PG_FUNCTION_INFO_V1(ab_fit_covariate_transfn);
Datum
ab_fit_covariate_transfn(PG_FUNCTION_ARGS)
{
	return transition(fcinfo, 2);
}

static void *
merge(SegStates *states, void *own, const void *other)
{
	SegAbState *state = with_room(states, own, seg_ab_new_arms(own, other));

	seg_ab_merge(state, other);
	return state;
}

/* ---- the model ---- */

/* An arm of the state and its name in UTF-8. */
typedef struct NamedArm
{
	const char *name;
	size_t		place;
} NamedArm;

static bool
is_before(const void *a, const void *b, const void *argument)
{
	return strcmp(((const NamedArm *) a)->name, ((const NamedArm *) b)->name) < 0;
}

static bool
is_binary(const SegAbState *state)
{
	if (state->outcome != SEG_AB_AUTO)
		return state->outcome == SEG_AB_BINARY;
	for (size_t a = 0; a < state->count; a++)
		if (seg_ab_arm(state, a)->others > 0)
			return false;
	return true;
}

static void
fit(const void *from, void *to)
{
	const SegAbState *state = from;
	SegAbModel *model = to;
	NamedArm   *sorted = seg_take(Max(state->count, 1), sizeof(NamedArm));

	if (state->count == 0)
		seg_raise((SegFault) {SEG_NO_ROWS});
	for (size_t a = 0; a < state->count; a++)
		sorted[a] = (NamedArm) {seg_text_for_model(pnstrdup(seg_ab_arm(state, a)->name, seg_ab_arm(state, a)->length)), a};
	/* bytes in UTF-8 can have another order */
	seg_sort(sorted, state->count, sizeof(NamedArm), is_before, NULL);
	model->null_policy = state->null_policy;
	model->is_binary = is_binary(state);
	model->has_covariate = state->fit.d > 1;
	model->rows_skipped = state->fit.rows_skipped;
	model->count = state->count;
	model->names = seg_take(state->count, sizeof(char *));
	model->arms = seg_take(state->count, sizeof(SegAbMoments));
	for (size_t a = 0; a < state->count; a++)
	{
		model->names[a] = sorted[a].name;
		if (!seg_ab_moments(state, sorted[a].place, &model->arms[a]))
			seg_raise((SegFault) {SEG_MALFORMED_STATE});
	}
}

static const SegAggregate aggregate = {
	.state = {SEG_AB_STATE_MAGIC, is_sound},
	.given = "options",
	.model = &seg_ab_model_type,
	.merge = merge,
	.fit = fit,
};

PG_FUNCTION_INFO_V1(ab_fit_combinefn);
Datum
ab_fit_combinefn(PG_FUNCTION_ARGS)
{
	return seg_fit_combine(fcinfo, &aggregate);
}

PG_FUNCTION_INFO_V1(ab_fit_finalfn);
Datum
ab_fit_finalfn(PG_FUNCTION_ARGS)
{
	return seg_fit_final(fcinfo, &aggregate);
}

/* ---- the family ---- */

static void
info(const void *decoded, SegModelInfo *info)
{
	const SegAbModel *model = decoded;

	info->method = "exact";
	info->rows_used = 0;
	for (uint32 a = 0; a < model->count; a++)
		info->rows_used += model->arms[a].n;
	info->rows_skipped = model->rows_skipped;
	info->k = model->count;
	seg_info_text(info, "outcome_type", outcome_words[model->is_binary ? SEG_AB_BINARY : SEG_AB_CONTINUOUS]);
	seg_info_text(info, "null_policy", seg_null_policy_words[model->null_policy]);
}

const SegFamily seg_ab_family = {
	.type = &seg_ab_model_type,
	.info = info,
	.options = option_table,
	.defaults = &defaults,
	.check_options = check_options,
};
