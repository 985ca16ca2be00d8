/*
 * clv_pg.c
 *		The aggregate clv_fit, clv_details, clv_parameters, and the family for the server.
 */
#include "server/family.h"

#include "clv/clv_model.h"
#include "clv/clv_state.h"
#include "server/aggregate.h"
#include "server/budget.h"
#include "server/error.h"

/* ---- options ---- */

typedef struct FitOptions
{
	int			model;
} FitOptions;

static const char *const model_names[] = {"mbgnbd", "bgnbd", NULL};

static const SegOption option_table[] = {
	{"model", SEG_OPTION_CHOICE, offsetof(FitOptions, model), .choices = model_names,
		.meaning = "The model of purchases: mbgnbd, in which customers may leave after the first purchase, or bgnbd, in which they do not."},
	{NULL}
};

static const FitOptions defaults = {.model = SEG_CLV_MBGNBD};

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

/* ---- a customer ---- */

static const char *const number_names[] = {"x", "t_x", "t_cal", "mean_value"};

/* 22023: the number with that name is so. */
static void
refuse(const char *name, const char *what, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s %s", name, what),
			 hint == NULL ? 0 : errhint("%s", hint)));
}

static void
refuse_customer(SegClvFault fault, int which)
{
	const double most[] = {SEG_CLV_MOST_PURCHASES, SEG_CLV_MOST_TIME, SEG_CLV_MOST_TIME, SEG_CLV_MOST_VALUE};
	const char *name = number_names[Min(which, 3)];

	switch (fault)
	{
		case SEG_CLV_SOUND:
			break;
		case SEG_CLV_NOT_FINITE:
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("%s is NaN or infinite", name)));
			break;
		case SEG_CLV_NEGATIVE:
			refuse(name, "is negative", NULL);
			break;
		case SEG_CLV_TOO_LARGE:
			refuse(name, psprintf(which < 3 ? "is larger than %.0f" : "is larger than %g", most[Min(which, 3)]), NULL);
			break;
		case SEG_CLV_TOO_SMALL:
			refuse("mean_value", psprintf("is above 0, but smaller than %g", SEG_CLV_LEAST_VALUE), NULL);
			break;
		case SEG_CLV_NOT_WHOLE:
			refuse("x", "is not a whole number", NULL);
			break;
		case SEG_CLV_AFTER_CALIBRATION:
			refuse("t_x", "is larger than t_cal", "Both are days since the first purchase: t_x to the last one, t_cal to the day of observation.");
			break;
		case SEG_CLV_WITHOUT_PURCHASE:
			refuse("t_x", "is above 0, but x is 0", "The first day of purchase does not count in x.");
			break;
	}
}

/* The customer of arguments first .. first + 3; false where one of the first three is null. */
static bool
customer_argument(FunctionCallInfo fcinfo, int first, SegClvCustomer *customer)
{
	SegClvFault fault;
	int			which;

	if (PG_ARGISNULL(first) || PG_ARGISNULL(first + 1) || PG_ARGISNULL(first + 2))
		return false;
	*customer = (SegClvCustomer) {
		PG_GETARG_FLOAT8(first), PG_GETARG_FLOAT8(first + 1), PG_GETARG_FLOAT8(first + 2),
		PG_ARGISNULL(first + 3) ? SEG_CLV_NO_VALUE : PG_GETARG_FLOAT8(first + 3)
	};
	if (!PG_ARGISNULL(first + 3) && customer->mean_value < 0)
		refuse_customer(SEG_CLV_NEGATIVE, 3);
	fault = seg_clv_check(customer, &which);
	if (fault != SEG_CLV_SOUND)
		refuse_customer(fault, which);
	*customer = seg_clv_plain(*customer);
	return true;
}

/* ---- the fit ---- */

/* Rows of a new state. */
#define FIRST_ROOM ((size_t) 64)

/* A larger correlation than this, or a smaller one than its negative, is a WARNING. */
#define MOST_CORRELATION 0.3

static const SegAggregate aggregate;

static bool
is_sound(const void *state, size_t size)
{
	return seg_clv_state_is_sound(state, size);
}

/* The state with room for so many more rows. */
static SegClvState *
with_room(SegStates *states, SegClvState *state, uint64 rows)
{
	SegClvState *grown;
	SegStateHead head;
	size_t		room;

	if (state->room - state->used >= rows)
		return state;
	seg_clv_state_count(state);
	if (state->used + rows <= state->room / 2)
		return state;
	room = Max(state->used + rows, state->room * 2);
	grown = seg_state_resize(states, state, seg_clv_state_size(room));
	head = grown->fit.state;
	memcpy(grown, state, seg_clv_state_size(state->used));
	memset(grown->rows + state->used, 0, (room - state->used) * sizeof(SegClvRow));
	grown->fit.state = head;
	grown->room = room;
	return grown;
}

/* (state, x, t_x, t_cal, mean_value[, options]) */
PG_FUNCTION_INFO_V1(clv_fit_transfn);
Datum
clv_fit_transfn(PG_FUNCTION_ARGS)
{
	SegStates  *states = seg_states(fcinfo);
	uint64		given = seg_given_digest(fcinfo, 5);
	SegClvCustomer customer;
	SegClvState *state;

	if (PG_ARGISNULL(0))
	{
		FitOptions	options = read_options(given == 0 ? NULL : PG_GETARG_JSONB_P(5));

		state = seg_state_new(states, &aggregate.state, seg_clv_state_size(FIRST_ROOM));
		state->fit.d = 1;
		state->fit.given = given;
		state->kind = options.model;
		state->room = FIRST_ROOM;
	}
	else
		state = seg_state_own(fcinfo, states, &aggregate.state);
	if (state->fit.given != given)
		seg_refuse_changed(aggregate.given);
	if (!customer_argument(fcinfo, 1, &customer))
	{
		state->fit.rows_skipped++;
		PG_RETURN_POINTER(state);
	}
	state = with_room(states, state, 1);
	state->rows[state->used++] = (SegClvRow) {customer, 1};
	PG_RETURN_POINTER(state);
}

static void *
merge(SegStates *states, void *own, const void *from)
{
	const SegClvState *other = from;
	SegClvState *state = own;

	if (state->kind != other->kind)
		seg_raise((SegFault) {SEG_MALFORMED_STATE});
	state = with_room(states, state, other->used);
	seg_clv_state_merge(state, other);
	return state;
}

static void
fit(const void *from, void *to)
{
	const SegClvState *state = from;
	SegClvModel *model = to;
	size_t		room = Max(state->used, 1);
	SegClvRow  *rows = seg_take(room, sizeof(SegClvRow));
	SegClvRow  *scratch = seg_take(room, sizeof(SegClvRow));
	size_t		n;

	if (state->used == 0)
		seg_raise((SegFault) {SEG_NO_ROWS, .got = state->fit.rows_skipped});
	memcpy(rows, state->rows, state->used * sizeof(SegClvRow));
	n = seg_clv_count(rows, state->used);
	seg_clv_fit(rows, n, scratch, state->kind, &model->fit);
	model->rows_skipped = state->fit.rows_skipped;
	if (fabs(model->fit.correlation) > MOST_CORRELATION)
		ereport(WARNING,
				(errmsg("correlation of x and mean_value is %.2f, but the model of value assumes none", model->fit.correlation),
				 errhint("Fit customers of similar value apart, for example by segment.")));
}

static const SegAggregate aggregate = {
	.state = {SEG_CLV_STATE_MAGIC, is_sound},
	.given = "options",
	.model = &seg_clv_model_type,
	.merge = merge,
	.fit = fit,
};

PG_FUNCTION_INFO_V1(clv_fit_combinefn);
Datum
clv_fit_combinefn(PG_FUNCTION_ARGS)
{
	return seg_fit_combine(fcinfo, &aggregate);
}

PG_FUNCTION_INFO_V1(clv_fit_finalfn);
Datum
clv_fit_finalfn(PG_FUNCTION_ARGS)
{
	return seg_fit_final(fcinfo, &aggregate);
}

/* ---- one customer ---- */

#define MOST_RATE 100.0

/* (model, x, t_x, t_cal, mean_value, horizon_days, discount_rate) */
PG_FUNCTION_INFO_V1(clv_details);
Datum
clv_details(PG_FUNCTION_ARGS)
{
	const SegClvModel *model;
	SegClvPurchases purchases;
	SegClvCustomer customer;
	double		horizon;
	double		rate;
	double		alive;
	double		value = NAN;
	SegRow		row;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(5) || PG_ARGISNULL(6) || !customer_argument(fcinfo, 1, &customer))
		PG_RETURN_NULL();
	model = seg_model_argument(fcinfo, 0, 0, &seg_clv_model_type);
	horizon = PG_GETARG_FLOAT8(5);
	rate = PG_GETARG_FLOAT8(6);
	if (!(horizon >= 0 && horizon <= SEG_CLV_MOST_DAYS))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("horizon_days must be between 0 and %g, but is %g", SEG_CLV_MOST_DAYS, horizon)));
	if (!(rate >= 0 && rate <= MOST_RATE))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("discount_rate must be between 0 and %g, but is %g", MOST_RATE, rate)));
	purchases = seg_clv_model_purchases(model);
	alive = seg_clv_alive(&purchases, &customer);
	if (model->fit.value.n > 0)
		value = seg_clv_value(model->fit.value.parameters, &customer);
	seg_row_begin(&row, seg_call_shape(fcinfo));
	seg_put_float8(&row, alive);
	seg_put_float8(&row, alive * seg_clv_purchases(&purchases, &customer, horizon));
	seg_put_float8(&row, value);
	seg_put_float8(&row, value * (alive * seg_clv_discounted(&purchases, &customer, horizon, rate)));
	return seg_row_value(&row);
}

/* ---- the parameters ---- */

static void
put_part(SegRow *row, const char *model, const char *const *names, const SegClvPart *part)
{
	for (int i = 0; part->n > 0 && names[i] != NULL; i++)
	{
		seg_put_text(row, model);
		seg_put_text(row, names[i]);
		seg_put_float8(row, part->parameters[i]);
		seg_put_float8(row, part->std_errors[i]);
		seg_put_float8(row, part->log_likelihood);
		seg_put_int64(row, part->n);
		seg_put_bool(row, part->at_boundary);
		seg_row_store(row);
	}
}

/* (model) */
PG_FUNCTION_INFO_V1(clv_parameters);
Datum
clv_parameters(PG_FUNCTION_ARGS)
{
	static const char *const purchases[] = {"r", "alpha", "a", "b", NULL};
	static const char *const value[] = {"p", "q", "v", NULL};
	const SegClvModel *model = seg_model_argument(fcinfo, 0, 0, &seg_clv_model_type);
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	put_part(&row, model_names[model->fit.kind], purchases, &model->fit.purchases);
	put_part(&row, "gamma_gamma", value, &model->fit.value);
	return (Datum) 0;
}

/* ---- the family ---- */

static void
info(const void *decoded, SegModelInfo *info)
{
	const SegClvModel *model = decoded;

	info->method = "exact";
	info->features = lengthof(number_names);
	info->rows_used = model->fit.purchases.n;
	info->rows_skipped = model->rows_skipped;
	seg_info_text(info, "model", model_names[model->fit.kind]);
}

static void
features(const void *decoded, SegRow *row)
{
	for (int i = 0; i < lengthof(number_names); i++)
	{
		SegFeatureInfo line = seg_feature_info(i + 1, number_names[i]);

		seg_store_feature(row, &line);
	}
}

const SegFamily seg_clv_family = {
	.type = &seg_clv_model_type,
	.info = info,
	.features = features,
	.options = option_table,
	.defaults = &defaults,
	.check_options = check_options,
};
