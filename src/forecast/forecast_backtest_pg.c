/*
 * forecast_backtest_pg.c
 *		The aggregate forecast_backtest: forecasts from earlier ends of the series, beside the naive ones.
 *
 * The state is that of forecast_fit.  The final function cuts the series off at each origin, fits what
 * is left, and keeps the forecasts together with the values that came.
 */
#include "forecast/forecast_pg.h"

#include "utils/memutils.h"

#include "forecast/forecast_accuracy.h"
#include "forecast/forecast_backtest_model.h"
#include "server/budget.h"

/* ---- the fit ---- */

/* The method that the others are compared with. */
static SegForecastMethod
benchmark_of(const SegForecastOptions *options)
{
	return seg_forecast_season(options) > 1 ? SEG_FORECAST_SEASONAL_NAIVE : SEG_FORECAST_NAIVE;
}

/* Add the forecasts of one method from one origin, with events, if any.  The caller resets the current context. */
static void
forecast_from(SegBacktestModel *model, const SegEvents *events, const double *values, size_t origin, SegForecastMethod method)
{
	SegForecastOptions options = model->options;
	uint32		m = seg_forecast_season(&options);
	SegEventEffects effects = {0};
	SegForecastFit *fit = palloc(sizeof(SegForecastFit));
	SegForecastPart *parts;
	double		scale = seg_series_naive_error(values, origin, origin > m ? m : 1);
	double		square = seg_series_naive_square(values, origin, origin > m ? m : 1);

	options.method = method;
	if (method != model->options.method)
		options.form = 0;
	if (seg_series_facts(values, origin).present == 0)
		return;
	seg_forecast_fit_events(&options, events, model->first, values, origin, false, fit, &effects);
	parts = seg_forecast_parts_of(&options, fit, &effects, model->first, values, origin, options.horizon, options.level);
	for (uint32 step = 1; step <= options.horizon; step++)
	{
		const SegForecastPart *part = &parts[origin + step - 1];
		double		value = values[origin + step - 1];
		bool		has_bounds = isfinite(part->lower) && isfinite(part->upper);

		if (isnan(value) || !isfinite(part->mean))
			continue;
		model->entries[model->count++] = (SegBacktestEntry) {
			.method = method, .origin = (uint32) origin, .step = step, .value = value, .forecast = part->mean,
			.lower = has_bounds ? part->lower : NAN, .upper = has_bounds ? part->upper : NAN,
			.scale = isfinite(scale) ? scale : 0,
			.square_scale = isfinite(scale) && isfinite(square) ? square : 0,
		};
	}
}

/* SegAggregate.fit */
static void
fit(const void *from, void *to)
{
	const SegForecastState *state = from;
	SegBacktestModel *model = to;
	const SegForecastOptions *options = &state->options;
	SegForecastMethod methods[2] = {options->method, benchmark_of(options)};
	size_t		count = methods[0] == methods[1] ? 1 : 2;
	size_t		step = options->origin_step > 0 ? options->origin_step : options->horizon;
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "segment backtest", ALLOCSET_DEFAULT_SIZES);
	size_t		n;
	double	   *values = seg_forecast_series(state, &model->first, &n);
	SegEvents	events = seg_forecast_events(state);
	const SegEvents none = {0};

	model->options = *options;
	model->options.events_size = 0;
	model->options.origin_step = (uint32) step;
	model->n = (uint32) n;
	model->rows_used = state->rows_used;
	model->rows_skipped = state->fit.rows_skipped;
	if (n <= options->horizon)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("series has %zu periods, but horizon is %u", n, options->horizon),
				 errhint("Choose a smaller horizon.")));
	model->entries = seg_take(count * options->origins * options->horizon, sizeof(SegBacktestEntry));
	for (size_t i = 0; i < count; i++)
		for (size_t before = options->origins; before-- > 0;)
		{
			MemoryContext old = MemoryContextSwitchTo(work);

			CHECK_FOR_INTERRUPTS();
			if (before * step + options->horizon < n)
				/* the benchmark knows no events */
				forecast_from(model, i == 0 ? &events : &none, values, n - options->horizon - before * step, methods[i]);
			MemoryContextSwitchTo(old);
			MemoryContextReset(work);
		}
	MemoryContextDelete(work);
	if (model->count == 0)
		seg_raise((SegFault) {SEG_NO_ROWS});
}

static const SegAggregate aggregate = {
	.state = {SEG_FORECAST_BACKTEST_MAGIC, seg_forecast_is_sound},
	.given = "options and horizon",
	.model = &seg_forecast_backtest_model_type,
	.merge = seg_forecast_merge_states,
	.fit = fit,
};

/* (state, period, value, horizon[, options]) */
PG_FUNCTION_INFO_V1(forecast_backtest_transfn);
Datum
forecast_backtest_transfn(PG_FUNCTION_ARGS)
{
	const Jsonb *options = PG_NARGS() > 4 && !PG_ARGISNULL(4) ? PG_GETARG_JSONB_P(4) : NULL;

	if (PG_ARGISNULL(3))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("horizon must not be null")));
	PG_RETURN_POINTER(seg_forecast_transition(fcinfo, &aggregate, seg_given_digest(fcinfo, 4), options,
											  (int32) seg_forecast_horizon(PG_GETARG_INT32(3), "horizon", 1)));
}

PG_FUNCTION_INFO_V1(forecast_backtest_combinefn);
Datum
forecast_backtest_combinefn(PG_FUNCTION_ARGS)
{
	return seg_fit_combine(fcinfo, &aggregate);
}

PG_FUNCTION_INFO_V1(forecast_backtest_finalfn);
Datum
forecast_backtest_finalfn(PG_FUNCTION_ARGS)
{
	return seg_fit_final(fcinfo, &aggregate);
}

/* ---- rows ---- */

static DateADT
date_of(const SegBacktestModel *model, uint32 t)
{
	return seg_forecast_date(model->options.grain, model->first + t);
}

PG_FUNCTION_INFO_V1(forecast_backtest_rows);
Datum
forecast_backtest_rows(PG_FUNCTION_ARGS)
{
	const SegBacktestModel *model = seg_model_decode(PG_GETARG_BYTEA_PP(0), &seg_forecast_backtest_model_type);
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	for (uint32 i = 0; i < model->count; i++)
	{
		const SegBacktestEntry *entry = &model->entries[i];

		seg_put_text(&row, seg_forecast_method_names[entry->method]);
		seg_put(&row, DateADTGetDatum(date_of(model, entry->origin - 1)), false);
		seg_put_int32(&row, (int32) entry->step);
		seg_put(&row, DateADTGetDatum(date_of(model, entry->origin + entry->step - 1)), false);
		seg_put_float8(&row, entry->value);
		seg_put_float8(&row, entry->forecast);
		seg_put_float8(&row, entry->lower);
		seg_put_float8(&row, entry->upper);
		seg_row_store(&row);
	}
	return (Datum) 0;
}

/* ---- accuracy ---- */

/* The power of 2 that is larger than all figures of the entries. */
static int
exponent_of(const SegBacktestModel *model)
{
	double		largest = 0;
	int			exponent;

	for (uint32 i = 0; i < model->count; i++)
	{
		const SegBacktestEntry *entry = &model->entries[i];

		seg_check_step(i);
		largest = fmax(largest, fmax(fabs(entry->value), fabs(entry->forecast)));
		/* fmax ignores a bound that is not there */
		largest = fmax(largest, fmax(fmax(fabs(entry->lower), fabs(entry->upper)), entry->scale));
	}
	(void) frexp(largest, &exponent);
	return exponent;
}

/*
 * Sums of figures divided by 2^exponent, of each method, for all steps at place 0 and for each step after it;
 * palloc'd.
 */
static SegAccuracy *
accuracies(const SegBacktestModel *model, int exponent)
{
	size_t		width = model->options.horizon + 1;
	SegAccuracy *sums = seg_take(SEG_FORECAST_METHODS * width, sizeof(SegAccuracy));

	memset(sums, 0, SEG_FORECAST_METHODS * width * sizeof(SegAccuracy));
	for (uint32 i = 0; i < model->count; i++)
	{
		const SegBacktestEntry *entry = &model->entries[i];
		const uint32 steps[2] = {0, entry->step};

		seg_check_step(i);
		for (int j = 0; j < 2; j++)
			seg_accuracy_add(&sums[entry->method * width + steps[j]],
							 ldexp(entry->value, -exponent), ldexp(entry->forecast, -exponent),
							 ldexp(entry->lower, -exponent), ldexp(entry->upper, -exponent), model->options.level,
							 ldexp(entry->scale, -exponent), ldexp(entry->square_scale, -2 * exponent));
	}
	return sums;
}

static void
put_accuracy(SegRow *row, SegForecastMethod method, uint32 step, const SegAccuracy *sum, const SegAccuracy *naive, int exponent)
{
	seg_put_text(row, seg_forecast_method_names[method]);
	seg_put(row, Int32GetDatum((int32) step), step == 0);
	seg_put_int32(row, (int32) sum->n);
	seg_put_float8(row, ldexp(sum->absolute / sum->n, exponent));
	seg_put_float8(row, ldexp(sqrt(sum->square / sum->n), exponent));
	seg_put_float8(row, ldexp(sum->error / sum->n, exponent));
	seg_put_float8(row, 100 * sum->absolute / sum->size);
	seg_put_float8(row, sum->smape / sum->n);
	seg_put_float8(row, sum->mase / sum->scaled);
	seg_put_float8(row, sqrt(sum->rmsse / sum->square_scaled));
	seg_put_float8(row, sum->inside / sum->bounded);
	seg_put_float8(row, sum->msis / sum->scaled_bounded);
	seg_put_float8(row, naive->n > 0 ? 1 - sum->absolute / sum->n / (naive->absolute / naive->n) : NAN);
	seg_row_store(row);
}

PG_FUNCTION_INFO_V1(forecast_accuracy);
Datum
forecast_accuracy(PG_FUNCTION_ARGS)
{
	const SegBacktestModel *model = seg_model_decode(PG_GETARG_BYTEA_PP(0), &seg_forecast_backtest_model_type);
	size_t		width = model->options.horizon + 1;
	int			exponent = exponent_of(model);
	const SegAccuracy *sums = accuracies(model, exponent);
	const SegAccuracy *naive = sums + benchmark_of(&model->options) * width;
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	for (int method = 0; method < SEG_FORECAST_METHODS; method++)
		for (uint32 step = 0; step < width; step++)
			if (sums[method * width + step].n > 0)
				put_accuracy(&row, (SegForecastMethod) method, step, &sums[method * width + step], &naive[step], exponent);
	return (Datum) 0;
}

/* ---- the family ---- */

static void
info(const void *decoded, SegModelInfo *info)
{
	const SegBacktestModel *model = decoded;

	info->features = 1;
	info->rows_used = model->rows_used;
	info->rows_skipped = model->rows_skipped;
	seg_forecast_info_options(&model->options, info);
	seg_info_int(info, "horizon", model->options.horizon);
	seg_info_int(info, "origins", model->options.origins);
	seg_info_int(info, "origin_step", model->options.origin_step);
	seg_info_real(info, "level", model->options.level);
}

const SegFamily seg_forecast_backtest_family = {
	.type = &seg_forecast_backtest_model_type,
	.info = info,
	.options = seg_forecast_option_table,
	.defaults = &seg_forecast_fit_defaults,
	.check_options = seg_forecast_check_backtest_options,
};
