/*
 * __family___pg.c
 *		The aggregate __family___fit, the scalar __family___distance, and the family for the server.
 */
#include "server/family.h"

#include "__family__/__family__.h"
#include "__family__/__family___model.h"
#include "server/aggregate.h"
#include "server/error.h"

/* ---- options ---- */

typedef struct FitOptions
{
	int			null_policy;
} FitOptions;

static const char *const null_policy_choices[] = {"error", "skip", NULL};

static const SegOption option_table[] = {
	{"null_policy", SEG_OPTION_CHOICE, offsetof(FitOptions, null_policy), .choices = null_policy_choices,
		.meaning = "What a null feature does: raise an error, or leave the row out."},
	{NULL}
};

static const FitOptions defaults = {.null_policy = SEG_NULL_ERROR};

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

/* ---- the fit ---- */

static const SegAggregate aggregate;

static bool
is_sound(const void *state, size_t size)
{
	return seg___family___state_is_sound(state, size);
}

static void *
begin(SegStates *states, const Jsonb *options, size_t d)
{
	Seg__Family__State *state = seg_state_new(states, &aggregate.state, seg___family___state_size(d));

	state->fit.d = d;
	state->null_policy = read_options(options).null_policy;
	return state;
}

static void *
add(SegStates *states, void *own, const SegFeatures *features)
{
	static double row[SEG_MAX_FEATURES];
	Seg__Family__State *state = own;
	size_t		nulls = seg_features_copy(features, row);

	if (nulls > 0 && state->null_policy == SEG_NULL_ERROR)
		seg_refuse_null(features);
	if (nulls > 0)
		state->fit.rows_skipped++;
	else
		seg___family___add(state, row);
	return state;
}

static void *
merge(SegStates *states, void *own, const void *other)
{
	seg___family___merge(own, other);
	return own;
}

static void
fit(const void *from, void *to)
{
	const Seg__Family__State *state = from;
	Seg__Family__Model *model = to;
	size_t		position = 0;
	SegStatus	status;

	model->null_policy = state->null_policy;
	model->rows_used = state->rows_used;
	model->rows_skipped = state->fit.rows_skipped;
	model->d = state->fit.d;
	model->means = palloc(state->fit.d * sizeof(double));
	status = seg___family___means(state, model->means, &position);
	if (status != SEG_OK)
		seg_raise((SegFault) {status, .feature = position});
}

static const SegAggregate aggregate = {
	.state = {SEG___FAMILY___STATE_MAGIC, is_sound},
	.given = "options",
	.model = &seg___family___model_type,
	.begin = begin,
	.add = add,
	.merge = merge,
	.fit = fit,
};

/* (state, features[, options]) */
PG_FUNCTION_INFO_V1(__family___fit_transfn);
Datum
__family___fit_transfn(PG_FUNCTION_ARGS)
{
	return seg_fit_transition(fcinfo, &aggregate);
}

PG_FUNCTION_INFO_V1(__family___fit_combinefn);
Datum
__family___fit_combinefn(PG_FUNCTION_ARGS)
{
	return seg_fit_combine(fcinfo, &aggregate);
}

PG_FUNCTION_INFO_V1(__family___fit_finalfn);
Datum
__family___fit_finalfn(PG_FUNCTION_ARGS)
{
	return seg_fit_final(fcinfo, &aggregate);
}

/* ---- the scalar ---- */

/* (model, features) */
PG_FUNCTION_INFO_V1(__family___distance);
Datum
__family___distance(PG_FUNCTION_ARGS)
{
	static double row[SEG_MAX_FEATURES];
	const Seg__Family__Model *model = seg_model_argument(fcinfo, 0, 0, &seg___family___model_type);
	SegFeatures features = seg_features_open(PG_GETARG_DATUM(1));
	double		distance;
	size_t		nulls;

	if (features.d != model->d)
		seg_raise((SegFault) {SEG_WRONG_LENGTH, .got = features.d, .wanted = model->d});
	nulls = seg_features_copy(&features, row);
	if (nulls > 0 && model->null_policy == SEG_NULL_ERROR)
		seg_refuse_null(&features);
	seg_features_close(&features);
	if (nulls > 0)
		PG_RETURN_NULL();
	distance = seg___family___distance(row, model->means, model->d);
	if (!isfinite(distance))
		seg_raise((SegFault) {SEG_TOO_FAR});
	PG_RETURN_FLOAT8(distance);
}

/* ---- the family ---- */

static void
info(const void *decoded, SegModelInfo *info)
{
	const Seg__Family__Model *model = decoded;

	info->features = model->d;
	info->rows_used = model->rows_used;
	info->rows_skipped = model->rows_skipped;
	seg_info_text(info, "null_policy", null_policy_choices[model->null_policy]);
}

static void
features(const void *decoded, SegRow *row)
{
	const Seg__Family__Model *model = decoded;

	for (uint32 j = 0; j < model->d; j++)
	{
		SegFeatureInfo line = seg_feature_info(j + 1, psprintf("feature %u", j + 1));

		line.mean = model->means[j];
		seg_store_feature(row, &line);
	}
}

const SegFamily seg___family___family = {
	.type = &seg___family___model_type,
	.info = info,
	.features = features,
	.options = option_table,
	.defaults = &defaults,
	.check_options = check_options,
};
