/*
 * forecast_reconcile_pg.c
 *		The aggregate forecast_reconcile: forecasts of parts and wholes that add up.
 *
 * A row is a path, such as {DE,Champions}, and the model of its series; {DE} is the whole of all paths
 * that begin with DE, and {} of all.  GROUP BY ROLLUP gives such rows: nulls at the end of a path are
 * dropped.  A whole without a row of its own is the sum of its parts.
 */
#include "forecast/forecast_pg.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "base/sort.h"
#include "forecast/forecast_reconcile_model.h"
#include "forecast/series.h"
#include "server/budget.h"
#include "server/model_text.h"
#include "stats/chisq.h"

/* ---- options ---- */

typedef struct ReconcileOptions
{
	int64		horizon;
	double		level;
	int			method;
} ReconcileOptions;

static const SegOption option_table[] = {
	{"horizon", SEG_OPTION_INT, offsetof(ReconcileOptions, horizon), 1, SEG_FORECAST_MOST_HORIZON,
		.meaning = "Periods to forecast."},
	{"level", SEG_OPTION_REAL, offsetof(ReconcileOptions, level), 0.01, 0.9999,
		.meaning = "Level of the intervals."},
	{"method", SEG_OPTION_CHOICE, offsetof(ReconcileOptions, method), .choices = seg_forecast_reconcile_names,
		.meaning = "How differences are shared out: by variance, equally, by number of parts; or parts or the whole stay."},
	{NULL}
};

static const ReconcileOptions defaults = {.horizon = 12, .level = 0.95, .method = SEG_RECONCILE_WLS};

static ReconcileOptions
read_options(const Jsonb *jsonb)
{
	ReconcileOptions options = defaults;

	seg_options_read(jsonb, option_table, &options);
	return options;
}

static void
check_options(const Jsonb *jsonb, size_t d, const SegFitArguments *arguments)
{
	(void) read_options(jsonb);
}

/* ---- the state ---- */

typedef struct Series
{
	uint32		depth;
	const char **path;			/* UTF-8 */
	bytea	   *model;			/* NULL: a whole without a row of its own */
	int64		end;			/* number of the period after the last one */
} Series;

typedef struct State
{
	SegBudget  *budget;
	uint64		given;
	ReconcileOptions options;
	size_t		count;
	size_t		room;
	Series	   *series;
} State;

/* palloc'd; a null that is not at the end is 22004. */
static const char **
read_path(ArrayType *array, uint32 *depth)
{
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	const char **path;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("path must have one dimension")));
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
	while (count > 0 && nulls[count - 1])
		count--;
	path = palloc(Max(count, 1) * sizeof(char *));
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("path has a null before its last element")));
		path[i] = seg_text_for_model(TextDatumGetCString(elements[i]));
	}
	*depth = (uint32) count;
	return path;
}

static State *
create_state(FunctionCallInfo fcinfo, MemoryContext context, uint64 given)
{
	State	   *state = palloc0(sizeof(State));

	state->budget = seg_budget_create(context);
	state->given = given;
	state->options = read_options(PG_NARGS() > 3 && !PG_ARGISNULL(3) ? PG_GETARG_JSONB_P(3) : NULL);
	return state;
}

/* Keep a series in the context of the aggregate.  IN path[depth]: in a context that is reset soon. */
static void
add_series(State *state, MemoryContext context, const char **path, uint32 depth, const bytea *model, int64 end)
{
	Series		series = {.depth = depth, .end = end};
	size_t		texts = 0;
	MemoryContext old;
	char	   *at;

	for (uint32 i = 0; i < depth; i++)
		texts += strlen(path[i]) + 1;
	/* twice: chunks of memory are powers of 2 */
	seg_budget_reserve(state->budget, 2 * (sizeof(Series) + depth * sizeof(char *) + texts + VARSIZE(model)));
	old = MemoryContextSwitchTo(context);
	series.path = palloc(depth * sizeof(char *) + texts + 1);
	at = (char *) (series.path + depth);
	for (uint32 i = 0; i < depth; i++)
	{
		series.path[i] = strcpy(at, path[i]);
		at += strlen(at) + 1;
	}
	series.model = palloc(VARSIZE(model));
	memcpy(series.model, model, VARSIZE(model));
	if (state->count == state->room)
	{
		state->room = Max(2 * state->room, 16);
		state->series = state->series == NULL ? palloc(state->room * sizeof(Series)) :
			repalloc_huge(state->series, state->room * sizeof(Series));
	}
	state->series[state->count++] = series;
	MemoryContextSwitchTo(old);
}

/* (state, path, model[, options]) */
PG_FUNCTION_INFO_V1(forecast_reconcile_transfn);
Datum
forecast_reconcile_transfn(PG_FUNCTION_ARGS)
{
	MemoryContext context = seg_aggregate_context(fcinfo);
	State	   *state = PG_ARGISNULL(0) ? NULL : (State *) PG_GETARG_POINTER(0);
	uint64		given = seg_given_digest(fcinfo, 3);

	if (state == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(context);

		state = create_state(fcinfo, context, given);
		MemoryContextSwitchTo(old);
	}
	if (state->given != given)
		seg_refuse_changed("options");
	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
	{
		bytea	   *bytes = PG_GETARG_BYTEA_P(2);
		const SegForecastModel *model = seg_model_decode(bytes, &seg_forecast_model_type);
		uint32		depth;
		const char **path = read_path(PG_GETARG_ARRAYTYPE_P(1), &depth);

		add_series(state, context, path, depth, bytes, model->first + model->n);
	}
	PG_RETURN_POINTER(state);
}

/* ---- the tree ---- */

static int
compare_paths(const Series *a, const Series *b)
{
	if (a->depth != b->depth)
		return a->depth < b->depth ? -1 : 1;
	for (uint32 i = 0; i < a->depth; i++)
	{
		int			order = strcmp(a->path[i], b->path[i]);

		if (order != 0)
			return order;
	}
	return 0;
}

/* By depth, then by path; of two with the same path the one with a model first. */
static bool
is_before(const void *a, const void *b, const void *argument)
{
	const Series *x = a;
	const Series *y = b;
	int			order = compare_paths(x, y);

	return order != 0 ? order < 0 : x->model != NULL && y->model == NULL;
}

/* OUT *count: the series and all wholes above them, sorted; palloc'd.  22023 for a path that occurs twice. */
static Series *
tree_of(const State *state, size_t *count)
{
	size_t		most = state->count;
	size_t		n = 0;
	Series	   *all;

	for (size_t i = 0; i < state->count; i++)
		most += state->series[i].depth;
	all = seg_take(Max(most, 1), sizeof(Series));
	for (size_t i = 0; i < state->count; i++)
	{
		all[n++] = state->series[i];
		for (uint32 depth = 0; depth < state->series[i].depth; depth++)
			all[n++] = (Series) {.depth = depth, .path = state->series[i].path};
	}
	seg_sort(all, n, sizeof(Series), is_before, NULL);
	*count = 0;
	for (size_t i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (*count > 0 && compare_paths(&all[*count - 1], &all[i]) == 0)
		{
			if (all[i].model != NULL)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("a path occurs more than once"),
						 errhint("Each path needs one model. A null in the data is not the null of a total: replace it by a text.")));
			continue;
		}
		all[(*count)++] = all[i];
	}
	return all;
}

/* The place of the whole that a series is a part of. */
static size_t
parent_of(const Series *all, size_t at)
{
	Series		whole = all[at];
	size_t		low = 0;
	size_t		high = at;

	if (at == 0)
		return 0;
	whole.depth--;
	while (low < high)
	{
		size_t		middle = (low + high) / 2;

		/* two long paths take long to compare */
		CHECK_FOR_INTERRUPTS();
		if (compare_paths(&all[middle], &whole) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- reconciling ---- */

typedef struct Run
{
	const State *state;
	const Series *all;
	size_t		count;
	SegNode    *tree;			/* count, parents set */
	double	   *variances;		/* count x horizon */
	double	   *limits;			/* count */
	SegReconciledModel *model;
} Run;

/* The forecasts of one series: OUT node->base, and its variances. */
static void
forecast_series(const Run *run, size_t i)
{
	const Series *series = &run->all[i];
	SegReconciledNode *node = &run->model->nodes[i];
	uint32		horizon = run->model->horizon;
	const SegForecastModel *model = seg_model_decode(series->model, &seg_forecast_model_type);
	size_t		ahead = (size_t) (run->model->first - series->end);
	SegForecastPart *parts;

	if (model->options.grain != run->model->grain)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("models have the grains %s and %s", seg_forecast_grain_names[run->model->grain],
						seg_forecast_grain_names[model->options.grain])));
	if (ahead + horizon > SEG_FORECAST_MOST_HORIZON)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a series ends %zu periods before the last one", ahead),
				 errhint("Fit all series with the same as_of.")));
	parts = seg_forecast_parts_of(&model->options, &model->fit, &model->effects, model->first, model->values, model->n,
								  ahead + horizon, run->model->level);
	run->limits[i] = seg_forecast_lower_limit(&model->options, model->values, model->n);
	for (uint32 h = 0; h < horizon; h++)
	{
		const SegForecastPart *part = &parts[model->n + ahead + h];

		if (!isfinite(part->mean))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("forecast is out of range")));
		node->base[h] = part->mean;
		/* one value says nothing about its variance */
		run->variances[i * horizon + h] = isfinite(part->variance) ? part->variance : part->mean * part->mean;
	}
	node->has_base = true;
}

static void
reconcile_step(const Run *run, uint32 h)
{
	SegReconciledModel *model = run->model;
	double		z = sqrt(seg_chisq_quantile(model->level, 1));

	for (size_t i = 0; i < run->count; i++)
	{
		const SegReconciledNode *node = &model->nodes[i];

		run->tree[i].base = node->has_base ? node->base[h] : NAN;
		run->tree[i].variance = node->has_base ? run->variances[i * model->horizon + h] : NAN;
		run->tree[i].lower = run->limits[i];
	}
	seg_reconcile(run->tree, run->count, model->method);
	for (size_t i = 0; i < run->count; i++)
	{
		SegReconciledNode *node = &model->nodes[i];
		double		reach = z * sqrt(run->tree[i].value_variance);

		node->value[h] = run->tree[i].value;
		node->lower[h] = fmax(run->tree[i].value - reach, run->limits[i]);
		node->upper[h] = run->tree[i].value + reach;
		if (!isfinite(node->value[h]) || !isfinite(node->lower[h]) || !isfinite(node->upper[h]))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("forecast is out of range")));
	}
}

/* Wholes without a row: the lower limit of the parts, if all have one of at least 0. */
static void
spread_limits(Run *run)
{
	for (size_t i = 0; i < run->count; i++)
		if (run->all[i].model == NULL)
			run->limits[i] = 0;
	for (size_t i = run->count; i-- > 1;)
		if (!(run->limits[i] >= 0) && run->all[run->tree[i].parent].model == NULL)
			run->limits[run->tree[i].parent] = -INFINITY;
}

static void
run_all(Run *run)
{
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "segment reconcile", ALLOCSET_DEFAULT_SIZES);
	uint32		horizon = run->model->horizon;

	for (size_t i = 0; i < run->count; i++)
	{
		SegReconciledNode *node = &run->model->nodes[i];
		double	   *figures = seg_take(4 * (size_t) horizon, sizeof(double));
		MemoryContext old;

		memset(figures, 0, 4 * (size_t) horizon * sizeof(double));
		node->depth = run->all[i].depth;
		node->path = run->all[i].path;
		node->base = figures;
		node->value = figures + horizon;
		node->lower = figures + 2 * horizon;
		node->upper = figures + 3 * horizon;
		run->tree[i].parent = parent_of(run->all, i);
		if (run->all[i].model == NULL)
			continue;
		old = MemoryContextSwitchTo(work);
		forecast_series(run, i);
		MemoryContextSwitchTo(old);
		MemoryContextReset(work);
	}
	spread_limits(run);
	for (uint32 h = 0; h < horizon; h++)
	{
		CHECK_FOR_INTERRUPTS();
		reconcile_step(run, h);
	}
	MemoryContextDelete(work);
}

PG_FUNCTION_INFO_V1(forecast_reconcile_finalfn);
Datum
forecast_reconcile_finalfn(PG_FUNCTION_ARGS)
{
	const State *state;
	MemoryContext work;
	MemoryContext result;
	SegReconciledModel model = {0};
	Run			run = {.model = &model};
	bytea	   *bytes;

	(void) seg_aggregate_context(fcinfo);
	state = PG_ARGISNULL(0) ? NULL : (const State *) PG_GETARG_POINTER(0);
	if (state == NULL || state->count == 0)
		seg_raise((SegFault) {SEG_NO_ROWS});
	work = AllocSetContextCreate(CurrentMemoryContext, "segment fit", ALLOCSET_DEFAULT_SIZES);
	result = MemoryContextSwitchTo(work);
	run.state = state;
	run.all = tree_of(state, &run.count);
	model.method = state->options.method;
	model.horizon = (uint32) state->options.horizon;
	model.level = state->options.level;
	model.count = (uint32) run.count;
	model.first = state->series[0].end;
	model.grain = ((const SegForecastModel *) seg_model_decode(state->series[0].model, &seg_forecast_model_type))->options.grain;
	for (size_t i = 1; i < state->count; i++)
		model.first = Max(model.first, state->series[i].end);
	model.nodes = seg_take(run.count, sizeof(SegReconciledNode));
	memset(model.nodes, 0, run.count * sizeof(SegReconciledNode));
	run.tree = seg_take(run.count, sizeof(SegNode));
	memset(run.tree, 0, run.count * sizeof(SegNode));
	run.variances = seg_take(run.count * model.horizon, sizeof(double));
	run.limits = seg_take(run.count, sizeof(double));
	run_all(&run);
	MemoryContextSwitchTo(result);
	bytes = seg_model_bytes(&seg_forecast_reconcile_model_type, &model);
	MemoryContextDelete(work);
	PG_RETURN_BYTEA_P(bytes);
}

/* ---- rows ---- */

static Datum
path_datum(const SegReconciledNode *node)
{
	Datum	   *texts = palloc(Max(node->depth, 1) * sizeof(Datum));

	for (uint32 i = 0; i < node->depth; i++)
		texts[i] = CStringGetTextDatum(seg_text_from_model(node->path[i]));
	return PointerGetDatum(construct_array(texts, (int) node->depth, TEXTOID, -1, false, TYPALIGN_INT));
}

PG_FUNCTION_INFO_V1(forecast_reconcile_rows);
Datum
forecast_reconcile_rows(PG_FUNCTION_ARGS)
{
	const SegReconciledModel *model = seg_model_decode(PG_GETARG_BYTEA_PP(0), &seg_forecast_reconcile_model_type);
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	for (uint32 i = 0; i < model->count; i++)
	{
		const SegReconciledNode *node = &model->nodes[i];
		Datum		path = path_datum(node);

		for (uint32 h = 0; h < model->horizon; h++)
		{
			seg_put(&row, path, false);
			seg_put(&row, DateADTGetDatum(seg_forecast_date(model->grain, model->first + h)), false);
			seg_put_float8(&row, node->value[h]);
			seg_put_float8(&row, node->lower[h]);
			seg_put_float8(&row, node->upper[h]);
			seg_put_float8(&row, node->has_base ? node->base[h] : NAN);
			seg_row_store(&row);
		}
	}
	return (Datum) 0;
}

/* ---- the family ---- */

static void
info(const void *decoded, SegModelInfo *info)
{
	const SegReconciledModel *model = decoded;

	info->rows_used = model->count;
	seg_info_int(info, "horizon", model->horizon);
	seg_info_real(info, "level", model->level);
	seg_info_text(info, "method", seg_forecast_reconcile_names[model->method]);
}

const SegFamily seg_forecast_reconcile_family = {
	.type = &seg_forecast_reconcile_model_type,
	.info = info,
	.options = option_table,
	.defaults = &defaults,
	.check_options = check_options,
};
