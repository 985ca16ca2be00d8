/*
 * logit_fit_pg.c
 *		The final function of logit_fit, from rows to a model.
 */
#include "logit/logit_design_pg.h"

#include "access/xact.h"
#include "utils/datum.h"
#include "utils/memutils.h"

#include "server/error.h"
#include "server/model.h"
#include "server/model_text.h"

/* ---- names ---- */

static const char *
given_name(const SegTextList *names, const char *what, size_t at)
{
	return names->count > 0 ? names->items[at] : psprintf("%s %zu", what, at + 1);
}

static char *
level_words(const SegLogitFitting *fitting, size_t category, uint32 level)
{
	return psprintf("level \"%s\" of category \"%s\"", seg_logit_level_text(&fitting->levels[category].items[level]),
					given_name(&fitting->data->options.category_names, "category", category));
}

/* A column in words. */
static char *
column_words(const SegLogitFitting *fitting, size_t column)
{
	const SegLogitData *data = fitting->data;
	const SegTextList *names = &data->options.feature_names;

	if (column == 0)
		return "intercept";
	if (column < fitting->design.q)
		return psprintf("feature \"%s\"", given_name(names, "feature", column - 1));
	for (size_t j = 0; j < data->rows.d; j++)
		if (fitting->indicators[j] == column)
			return psprintf("indicator of feature \"%s\"", given_name(names, "feature", j));
	for (size_t k = 0; k < data->rows.c; k++)
		for (uint32 l = 0; l < fitting->levels[k].count; l++)
			if (seg_logit_level_column(&fitting->levels[k], l) == (int32) column)
				return level_words(fitting, k, l);
	return "";
}

/*
 * If the reference level separates, the direction lowers the intercept and raises all other
 * levels by as much.
 */
static char *
separating_words(const SegLogitFitting *fitting)
{
	const double *direction = fitting->fit.beta;
	size_t		column = fitting->fit.separating;

	for (size_t k = 0; k < fitting->data->rows.c && column >= fitting->design.q; k++)
	{
		const SegLogitLevels *levels = &fitting->levels[k];
		bool		is_reference = column >= levels->column && column < levels->column + levels->count - 1;

		for (size_t l = 0; l + 1 < levels->count && is_reference; l++)
			is_reference = fitting->design.aliased[levels->column + l] ||
				fabs(direction[levels->column + l] + direction[0]) < 1e-3 * fabs(direction[0]);
		if (is_reference)
			return level_words(fitting, k, levels->reference);
	}
	return column_words(fitting, column);
}

/* Once in a statement, which may fit a model for each of many groups. */
static void
tell_aliased(const SegLogitFitting *fitting)
{
	static TimestampTz told = 0;
	StringInfoData list;
	size_t		count = 0;

	initStringInfo(&list);
	for (size_t j = 1; j < fitting->design.p; j++)
		if (fitting->design.aliased[j] && count++ < 20)
			appendStringInfo(&list, "%s%s", count == 1 ? "" : ", ", column_words(fitting, j));
	if (count == 0 || told == GetCurrentStatementStartTimestamp())
		return;
	told = GetCurrentStatementStartTimestamp();
	ereport(NOTICE,
			(errmsg_plural("%zu column has no coefficient, because it is constant or follows from the columns before",
						   "%zu columns have no coefficient, because they are constant or follow from the columns before", count, count),
			 errdetail("%s%s.", list.data, count > 20 ? ", and others" : "")));
}

/* ---- the model ---- */

static SegLogitEffect
effect_of(const SegLogitFitting *fitting, size_t column)
{
	if (fitting->design.aliased[column])
		return (SegLogitEffect) {SEG_LOGIT_ALIASED};
	return (SegLogitEffect) {SEG_LOGIT_ESTIMATED, fitting->fit.beta[column], fitting->fit.std_error[column]};
}

static const char *
model_name(const SegTextList *names, size_t at)
{
	return names->count > 0 ? seg_text_for_model(names->items[at]) : "";
}

static void
fill_features(const SegLogitFitting *fitting, SegLogitModel *model)
{
	const SegLogitDesign *design = &fitting->design;

	model->features = palloc0((model->d + 1) * sizeof(SegFeature));
	model->slopes = palloc0((model->d + 1) * sizeof(SegLogitSlope));
	for (uint32 j = 0; j < model->d; j++)
	{
		const SegLogitColumn *column = &fitting->columns[j];
		double		share = column->missing_weight / fitting->totals.weight;

		model->features[j] = seg_feature_unknown();
		model->features[j].name = model_name(&fitting->data->options.feature_names, j);
		model->features[j].shift = model->features[j].mean = column->mean;
		model->features[j].scale = model->features[j].sd = column->sd;
		model->features[j].fill = design->fill[j];
		model->features[j].minimum = column->minimum;
		model->features[j].maximum = column->maximum;
		model->features[j].missing = column->missing;
		model->features[j].center = share * (design->fill[j] - design->shift[j]) * design->inverse[j];
		model->slopes[j].effect = effect_of(fitting, 1 + j);
		model->slopes[j].has_indicator = fitting->indicators[j] > 0;
		if (model->slopes[j].has_indicator)
		{
			model->slopes[j].share = Min(share, 1);
			model->slopes[j].indicator = effect_of(fitting, fitting->indicators[j]);
		}
	}
}

static void
fill_categories(const SegLogitFitting *fitting, SegLogitModel *model)
{
	model->categories = palloc0((model->c + 1) * sizeof(SegLogitCategory));
	for (uint32 k = 0; k < model->c; k++)
	{
		const SegLogitLevels *levels = &fitting->levels[k];

		model->categories[k] = (SegLogitCategory) {
			.name = model_name(&fitting->data->options.category_names, k),.count = levels->count,.levels = levels->items
		};
		for (uint32 l = 0; l < levels->count; l++)
			levels->items[l].effect = l == levels->reference ? (SegLogitEffect) {SEG_LOGIT_REFERENCE}
				: effect_of(fitting, seg_logit_level_column(levels, l));
	}
}

static bytea *
encode_model(const SegLogitFitting *fitting)
{
	const SegLogitData *data = fitting->data;
	const SegLogitOptions *options = &data->options;
	SegLogitModel model = {
		.penalty = options->penalty,
		.lambda = options->lambda,
		.null_policy = options->null_policy,
		.indicator = options->indicator,
		.min_level_count = options->min_level_count,
		.max_iterations = options->max_iterations,
		.rows_used = data->rows.n,
		.rows_skipped = data->rows_skipped,
		.positives = fitting->totals.positives,
		.weight = fitting->totals.weight,
		.positive_weight = fitting->totals.positive_weight,
		.log_likelihood = Min(fitting->fit.log_likelihood, 0),
		.iterations = fitting->fit.iterations,
		.converged = fitting->fit.converged,
		.intercept = {SEG_LOGIT_ESTIMATED, fitting->fit.beta[0], fitting->fit.std_error[0]},
		.d = data->rows.d,
		.c = data->rows.c,
	};

	fill_features(fitting, &model);
	fill_categories(fitting, &model);
	return seg_model_bytes(&seg_logit_model_type, &model);
}

/* ---- all together ---- */

static void
sort_rows(SegLogitData *data)
{
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "segment logit order", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(work);

	seg_logit_sort(&data->rows, data->levels, seg_logit_arena(seg_logit_sort_size(&data->rows)));
	MemoryContextSwitchTo(old);
	MemoryContextDelete(work);
}

static void
check_labels(const SegLogitFitting *fitting)
{
	uint64		rows = fitting->data->rows.n;

	if (fitting->totals.positives == 0 || fitting->totals.positives == rows)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("label is true in " UINT64_FORMAT " of " UINT64_FORMAT " rows, but both values are needed",
						fitting->totals.positives, rows)));
}

static void
run(SegLogitFitting *fitting)
{
	const SegLogitOptions *options = &fitting->data->options;
	SegLogitParams params = {options->penalty, options->lambda, options->max_iterations};
	size_t		p = fitting->design.p;

	fitting->fit.beta = palloc0(p * sizeof(double));
	fitting->fit.std_error = palloc0(p * sizeof(double));
	seg_logit_fit(&fitting->design, &fitting->data->rows, &params, &fitting->fit,
				  seg_logit_arena(seg_logit_fit_workspace(&fitting->design)));
	if (fitting->fit.is_separated)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s separates the labels", separating_words(fitting)),
				 errdetail("Its coefficient has no finite value, because the likelihood rises without end."),
				 errhint("Use the penalty \"firth\" or \"ridge\".")));
	for (size_t j = 0; j < p; j++)
		if (!isfinite(fitting->fit.beta[j]) || !isfinite(fitting->fit.std_error[j]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s has no finite coefficient", column_words(fitting, j)),
					 errhint("Use the penalty \"ridge\".")));
}

static bytea *
make_model(SegLogitData *data)
{
	SegLogitFitting fitting = {data};
	size_t		position = 0;
	SegStatus	status;

	sort_rows(data);
	fitting.columns = palloc0((data->rows.d + 1) * sizeof(SegLogitColumn));
	status = seg_logit_describe(&data->rows, fitting.columns, &fitting.totals, &position);
	if (status != SEG_OK)
		seg_raise((SegFault) {status, .feature = position});
	check_labels(&fitting);
	fitting.levels = palloc0((data->rows.c + 1) * sizeof(SegLogitLevels));
	for (size_t k = 0; k < data->rows.c; k++)
		seg_logit_make_levels(&fitting, k, &fitting.levels[k]);
	seg_logit_make_design(&fitting);
	run(&fitting);
	tell_aliased(&fitting);
	return encode_model(&fitting);
}

PG_FUNCTION_INFO_V1(logit_fit_finalfn);
Datum
logit_fit_finalfn(PG_FUNCTION_ARGS)
{
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "segment logit", ALLOCSET_SMALL_SIZES);
	MemoryContext result = MemoryContextSwitchTo(work);
	SegLogitData *data = PG_ARGISNULL(0) ? NULL : (SegLogitData *) PG_GETARG_POINTER(0);
	bytea	   *model;

	if (data == NULL || data->rows.n == 0)
		seg_raise((SegFault) {SEG_NO_ROWS, .got = data == NULL ? 0 : data->rows_skipped});
	model = make_model(data);
	MemoryContextSwitchTo(result);
	model = (bytea *) DatumGetPointer(datumCopy(PointerGetDatum(model), false, -1));
	MemoryContextDelete(work);
	PG_RETURN_BYTEA_P(model);
}
