/*
 * logit_fit_pg.c
 *		The final function of logit_fit, from rows to a model: levels, design, fit.
 */
#include "logit/logit_pg.h"

#include "access/xact.h"
#include "utils/datum.h"
#include "utils/memutils.h"

#include "base/sort.h"
#include "server/error.h"
#include "server/model.h"
#include "server/model_text.h"
#include "stats/median.h"

/* The levels of a category: of the model, and the level of each code. */
typedef struct Levels
{
	SegLogitModelLevel *items;
	uint32		count;
	uint32		reference;
	uint32	   *of_code;
	size_t		codes;
	size_t		column;			/* the column of the first level; the reference has none */
} Levels;

typedef struct Fitting
{
	SegLogitData *data;
	SegLogitColumn *columns;	/* d */
	SegLogitTotals totals;
	Levels	   *levels;			/* c */
	size_t	   *indicators;		/* d: the column of the missing values, 0: none */
	SegLogitDesign design;
	SegLogitFit fit;
} Fitting;

/* ---- levels ---- */

typedef struct CodeCount
{
	SegLogitLevel level;
	uint64		rows;
	double		weight;
	uint32		code;
} CodeCount;

static SegLogitLevelKind
kind_of(const CodeCount *count, const SegLogitOptions *options)
{
	return count->rows < options->min_level_count ? SEG_LOGIT_OTHER : count->level.text == NULL ? SEG_LOGIT_MISSING : SEG_LOGIT_VALUE;
}

static bool
is_before(const void *a, const void *b, const void *argument)
{
	const CodeCount *x = a;
	const CodeCount *y = b;
	SegLogitLevelKind kind_x = kind_of(x, argument);
	SegLogitLevelKind kind_y = kind_of(y, argument);

	if (kind_x != kind_y)
		return kind_x < kind_y;
	return kind_x == SEG_LOGIT_VALUE && strcmp(x->level.text, y->level.text) < 0;
}

/* Rows and weight of each code. */
static CodeCount *
count_codes(const SegLogitData *data, size_t category, size_t *codes)
{
	const SegLogitLevel *levels = seg_logit_levels(data, category, codes);
	CodeCount  *counts = seg_take(*codes, sizeof(CodeCount));

	for (size_t code = 0; code < *codes; code++)
		counts[code] = (CodeCount) {levels[code],.code = code};
	for (size_t i = 0; i < data->rows.n; i++)
	{
		const double *row = seg_logit_row(&data->rows, i);
		CodeCount  *count = &counts[seg_logit_codes(&data->rows, row)[1 + category]];

		seg_check_step(i);
		count->rows++;
		count->weight += seg_logit_weight(&data->rows, row);
	}
	return counts;
}

/* The level with the most rows, the first of equals; not the other levels together if there are more. */
static uint32
choose_reference(const Levels *levels)
{
	uint32		best = 0;

	for (uint32 l = 1; l < levels->count; l++)
		if (levels->items[l].kind != SEG_LOGIT_OTHER && levels->items[l].rows > levels->items[best].rows)
			best = l;
	return best;
}

static void
make_levels(const Fitting *fitting, size_t category, Levels *levels)
{
	const SegLogitData *data = fitting->data;
	CodeCount  *counts = count_codes(data, category, &levels->codes);

	seg_sort(counts, levels->codes, sizeof(CodeCount), is_before, &data->options);
	levels->of_code = seg_take(levels->codes, sizeof(uint32));
	levels->items = seg_take(levels->codes, sizeof(SegLogitModelLevel));
	for (size_t at = 0; at < levels->codes; at++)
	{
		SegLogitLevelKind kind = kind_of(&counts[at], &data->options);

		seg_check_step(at);
		if (kind == SEG_LOGIT_VALUE || levels->count == 0 || levels->items[levels->count - 1].kind != kind)
			levels->items[levels->count++] = (SegLogitModelLevel) {
				.kind = kind,.text = kind == SEG_LOGIT_VALUE ? counts[at].level.text : ""
			};
		levels->of_code[counts[at].code] = levels->count - 1;
		levels->items[levels->count - 1].rows += counts[at].rows;
		levels->items[levels->count - 1].share += counts[at].weight;
	}
	for (uint32 l = 0; l < levels->count; l++)
		levels->items[l].share = Min(levels->items[l].share / fitting->totals.weight, 1);
	levels->reference = choose_reference(levels);
	pfree(counts);
}

/* The column of a level; -1 for the reference. */
static int32
level_column(const Levels *levels, uint32 level)
{
	if (level == levels->reference)
		return -1;
	return (int32) (levels->column + level - (level > levels->reference));
}

/* ---- the design ---- */

/* Give columns to indicators and levels. */
static void
number_columns(Fitting *fitting)
{
	const SegLogitData *data = fitting->data;
	size_t		p = 1 + data->rows.d;

	fitting->design.q = p;
	fitting->indicators = palloc0((data->rows.d + 1) * sizeof(size_t));
	for (size_t j = 0; j < data->rows.d; j++)
		if (data->options.indicator && fitting->columns[j].missing > 0)
		{
			fitting->indicators[j] = p++;
			fitting->design.groups++;
		}
	for (size_t k = 0; k < data->rows.c; k++)
	{
		fitting->levels[k].column = p;
		p += fitting->levels[k].count - 1;
		fitting->design.groups++;
		if (p > SEG_MAX_FEATURES)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("features and levels of categories make %zu columns, but at most %zu are possible", p, SEG_MAX_FEATURES),
					 errdetail("Category %zu has %u levels.", k + 1, fitting->levels[k].count),
					 errhint("The option min_level_count makes one level of those with few rows. A text that differs between nearly all rows is not a category.")));
	}
	if (p > SEG_MAX_FEATURES)
		seg_raise((SegFault) {SEG_TOO_MANY_FEATURES, .got = p, .wanted = SEG_MAX_FEATURES});
	fitting->design.p = p;
}

static double
median_of(const SegLogitRows *rows, size_t j)
{
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "segment median", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(work);
	SegMatrix	column = {rows->n, 1, seg_take(rows->n, sizeof(double))};
	double	   *weights = rows->weighted ? seg_take(rows->n, sizeof(double)) : NULL;
	double		median;

	for (size_t i = 0; i < rows->n; i++)
	{
		const double *row = seg_logit_row(rows, i);

		seg_check_step(i);
		column.values[i] = row[j];
		if (rows->weighted)
			weights[i] = row[rows->d];
	}
	median = seg_column_median(&column, weights, 0, 0, NAN, seg_take(2 * rows->n, sizeof(double)));
	MemoryContextSwitchTo(old);
	MemoryContextDelete(work);
	return median;
}

static void
scale_features(Fitting *fitting, double *shift, double *inverse, double *fill)
{
	SegLogitData *data = fitting->data;

	for (size_t j = 0; j < data->rows.d; j++)
	{
		SegLogitColumn *column = &fitting->columns[j];

		if (column->missing == data->rows.n)
			column->minimum = column->maximum = column->mean = column->sd = 0;
		fitting->design.has_missing |= column->missing > 0;
		shift[j] = column->mean;
		inverse[j] = seg_scale_inverse(column->sd);
		if (!isfinite(inverse[j]))
			seg_raise((SegFault) {SEG_RANGE_TOO_WIDE, .feature = j + 1});
		fill[j] = data->options.null_policy == SEG_NULL_ZERO || column->missing == data->rows.n ? 0 :
			data->options.null_policy == SEG_NULL_MEDIAN ? median_of(&data->rows, j) : column->mean;
	}
}

/* The deviation of an indicator with that share of the weight. */
static double
indicator_sd(const SegLogitTotals *totals, double share)
{
	double		freedom = seg_logit_freedom(totals, totals->weight, totals->squares);

	return freedom > 0 ? sqrt(totals->weight * share * (1 - share) / freedom) : 0;
}

static void
make_groups(Fitting *fitting, double *sd)
{
	const SegLogitRows *rows = &fitting->data->rows;
	SegLogitGroup *groups = palloc((fitting->design.groups + 1) * sizeof(SegLogitGroup));
	size_t		g = 0;

	for (size_t j = 0; j < rows->d; j++)
		if (fitting->indicators[j] > 0)
		{
			int32	   *map = palloc(2 * sizeof(int32));

			map[0] = -1;
			map[1] = (int32) fitting->indicators[j];
			sd[map[1]] = indicator_sd(&fitting->totals, fitting->columns[j].missing_weight / fitting->totals.weight);
			groups[g++] = (SegLogitGroup) {.source = j,.columns = map};
		}
	for (size_t k = 0; k < rows->c; k++)
	{
		const Levels *levels = &fitting->levels[k];
		int32	   *map = seg_take(levels->codes, sizeof(int32));

		for (size_t code = 0; code < levels->codes; code++)
			map[code] = level_column(levels, levels->of_code[code]);
		for (uint32 l = 0; l < levels->count; l++)
			if (l != levels->reference)
				sd[level_column(levels, l)] = indicator_sd(&fitting->totals, levels->items[l].share);
		groups[g++] = (SegLogitGroup) {.is_category = true,.source = k,.columns = map};
	}
	fitting->design.group = groups;
}

static void
make_design(Fitting *fitting)
{
	const SegLogitRows *rows = &fitting->data->rows;
	double	   *scales = palloc0((3 * rows->d + 1) * sizeof(double));
	double	   *sd;

	number_columns(fitting);
	scale_features(fitting, scales, scales + rows->d, scales + 2 * rows->d);
	sd = palloc0(fitting->design.p * sizeof(double));
	for (size_t j = 0; j < rows->d; j++)
		sd[1 + j] = fitting->columns[j].sd > 0 ? 1 : 0;
	make_groups(fitting, sd);
	fitting->design.shift = scales;
	fitting->design.inverse = scales + rows->d;
	fitting->design.fill = scales + 2 * rows->d;
	fitting->design.sd = sd;
	fitting->design.aliased = palloc0(fitting->design.p * sizeof(bool));
	fitting->design.weight = fitting->totals.weight;
}

/* ---- names ---- */

static const char *
given_name(const SegTextList *names, const char *what, size_t at)
{
	return names->count > 0 ? names->items[at] : psprintf("%s %zu", what, at + 1);
}

static char *
level_words(const Fitting *fitting, size_t category, uint32 level)
{
	return psprintf("level \"%s\" of category \"%s\"", seg_logit_level_text(&fitting->levels[category].items[level]),
					given_name(&fitting->data->options.category_names, "category", category));
}

/* A column in words. */
static char *
column_words(const Fitting *fitting, size_t column)
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
			if (level_column(&fitting->levels[k], l) == (int32) column)
				return level_words(fitting, k, l);
	return "";
}

/*
 * If the reference level separates, the direction lowers the intercept and raises all other
 * levels by as much.
 */
static char *
separating_words(const Fitting *fitting)
{
	const double *direction = fitting->fit.beta;
	size_t		column = fitting->fit.separating;

	for (size_t k = 0; k < fitting->data->rows.c && column >= fitting->design.q; k++)
	{
		const Levels *levels = &fitting->levels[k];
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
tell_aliased(const Fitting *fitting)
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
effect_of(const Fitting *fitting, size_t column)
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
fill_features(const Fitting *fitting, SegLogitModel *model)
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
fill_categories(const Fitting *fitting, SegLogitModel *model)
{
	model->categories = palloc0((model->c + 1) * sizeof(SegLogitCategory));
	for (uint32 k = 0; k < model->c; k++)
	{
		const Levels *levels = &fitting->levels[k];

		model->categories[k] = (SegLogitCategory) {
			.name = model_name(&fitting->data->options.category_names, k),.count = levels->count,.levels = levels->items
		};
		for (uint32 l = 0; l < levels->count; l++)
			levels->items[l].effect = l == levels->reference ? (SegLogitEffect) {SEG_LOGIT_REFERENCE}
				: effect_of(fitting, level_column(levels, l));
	}
}

static bytea *
encode_model(const Fitting *fitting)
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
check_labels(const Fitting *fitting)
{
	uint64		rows = fitting->data->rows.n;

	if (fitting->totals.positives == 0 || fitting->totals.positives == rows)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("label is true in " UINT64_FORMAT " of " UINT64_FORMAT " rows, but both values are needed",
						fitting->totals.positives, rows)));
}

static void
run(Fitting *fitting)
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
	Fitting		fitting = {data};
	size_t		position = 0;
	SegStatus	status;

	sort_rows(data);
	fitting.columns = palloc0((data->rows.d + 1) * sizeof(SegLogitColumn));
	status = seg_logit_describe(&data->rows, fitting.columns, &fitting.totals, &position);
	if (status != SEG_OK)
		seg_raise((SegFault) {status, .feature = position});
	check_labels(&fitting);
	fitting.levels = palloc0((data->rows.c + 1) * sizeof(Levels));
	for (size_t k = 0; k < data->rows.c; k++)
		make_levels(&fitting, k, &fitting.levels[k]);
	make_design(&fitting);
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
		seg_raise((SegFault) {SEG_NO_ROWS});
	model = make_model(data);
	MemoryContextSwitchTo(result);
	model = (bytea *) DatumGetPointer(datumCopy(PointerGetDatum(model), false, -1));
	MemoryContextDelete(work);
	PG_RETURN_BYTEA_P(model);
}
