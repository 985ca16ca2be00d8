/*
 * forecast_pg.c
 *		Lays a forecast model open: forecast, forecast_components, forecast_models; its model_info.
 */
#include "forecast/forecast_pg.h"

#include "server/budget.h"
#include "server/model_text.h"
#include "stats/chisq.h"

static SegForecastPart *
parts_of_model(const SegForecastModel *model, size_t horizon, double level)
{
	return seg_forecast_parts_of(&model->options, &model->fit, &model->effects, model->first, model->values, model->n, horizon, level);
}

static void
put_period(SegRow *row, const SegForecastModel *model, size_t t)
{
	seg_put(row, DateADTGetDatum(seg_forecast_date(model->options.grain, model->first + (int64_t) t)), false);
}

/* ---- sets of rows ---- */

/* (model, horizon, level) */
PG_FUNCTION_INFO_V1(forecast);
Datum
forecast(PG_FUNCTION_ARGS)
{
	const SegForecastModel *model = seg_model_decode(PG_GETARG_BYTEA_PP(0), &seg_forecast_model_type);
	size_t		horizon = seg_forecast_horizon(PG_GETARG_INT32(1), "horizon", 1);
	SegForecastPart *parts = parts_of_model(model, horizon, seg_forecast_level(PG_GETARG_FLOAT8(2)));
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	for (size_t t = model->n; t < model->n + horizon; t++)
	{
		put_period(&row, model, t);
		seg_put_float8(&row, parts[t].mean);
		seg_put_float8(&row, parts[t].lower);
		seg_put_float8(&row, parts[t].upper);
		seg_row_store(&row);
	}
	return (Datum) 0;
}

/* (model, horizon) */
PG_FUNCTION_INFO_V1(forecast_components);
Datum
forecast_components(PG_FUNCTION_ARGS)
{
	const SegForecastModel *model = seg_model_decode(PG_GETARG_BYTEA_PP(0), &seg_forecast_model_type);
	size_t		horizon = seg_forecast_horizon(PG_GETARG_INT32(1), "horizon", 0);
	SegForecastPart *parts = parts_of_model(model, horizon, 0.95);
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	for (size_t t = 0; t < model->n + horizon; t++)
	{
		double		value = t < model->n ? model->values[t] : NAN;

		put_period(&row, model, t);
		seg_put_float8(&row, value);
		seg_put_float8(&row, parts[t].mean);
		seg_put_float8(&row, parts[t].level);
		seg_put_float8(&row, parts[t].trend);
		seg_put_float8(&row, parts[t].season);
		seg_put_float8(&row, parts[t].events);
		seg_put_float8(&row, value - parts[t].mean);
		seg_put_bool(&row, t >= model->n);
		seg_row_store(&row);
	}
	return (Datum) 0;
}

/* (model, level) */
PG_FUNCTION_INFO_V1(forecast_effects);
Datum
forecast_effects(PG_FUNCTION_ARGS)
{
	const SegForecastModel *model = seg_model_decode(PG_GETARG_BYTEA_PP(0), &seg_forecast_model_type);
	const SegEventEffects *effects = &model->effects;
	double		z = sqrt(seg_chisq_quantile(seg_forecast_level(PG_GETARG_FLOAT8(1)), 1));
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	for (uint32 j = 0; j < effects->events.names; j++)
	{
		double		effect = effects->effect[j];
		double		reach = z * sqrt(effects->covariance[j * effects->events.names + j]);

		seg_put_text(&row, seg_text_from_model(effects->events.name[j]));
		seg_put_int32(&row, (int32) effects->occurrences[j]);
		seg_put_float8(&row, ldexp(effect, model->fit.exponent));
		seg_put_float8(&row, ldexp(effect - reach, model->fit.exponent));
		seg_put_float8(&row, ldexp(effect + reach, model->fit.exponent));
		seg_row_store(&row);
	}
	return (Datum) 0;
}

static const char *const reasons[] = {
	NULL,
	"a value is not above 0",
	"too few values for its parameters",
	"no likelihood",
	"not admissible",
};

/* Why the method is not the one of the options; NULL when it is. */
static const char *
reason_of(const SegForecastModel *model)
{
	SegForecastMethod asked = model->options.method;
	SegSeriesFacts facts = seg_forecast_facts(&model->options, &model->effects.events, model->first, model->values, model->n);

	if (model->fit.method == asked)
		return NULL;
	if (facts.lowest == facts.highest)
		return "all values are equal";
	if (model->fit.candidates > 0)
		return "no ETS model could be fitted";
	if (model->fit.method == SEG_FORECAST_SBA)
		return "demand is intermittent";
	if (asked >= SEG_FORECAST_CROSTON)
		return "a value is negative";
	return asked == SEG_FORECAST_SEASONAL_NAIVE ? "no value one season before" : "too few values";
}

static double
aicc_of(const SegEts *ets, double present)
{
	double		k = ets->parameters;

	return -2 * ets->log_likelihood + 2 * k + 2 * k * (k + 1) / (present - k - 1);
}

/* OUT order[candidates]: places of the candidates, the best first, those without a fit last. */
static void
rank_candidates(const SegForecastFit *fit, uint32 *order)
{
	for (uint32 i = 0; i < fit->candidates; i++)
	{
		uint32		at = i;

		for (; at > 0; at--)
		{
			const SegForecastCandidate *before = &fit->candidate[order[at - 1]];
			const SegForecastCandidate *own = &fit->candidate[i];

			if (own->reason != SEG_FORECAST_FITTED ||
				(before->reason == SEG_FORECAST_FITTED && before->ets.criterion <= own->ets.criterion))
				break;
			order[at] = order[at - 1];
		}
		order[at] = i;
	}
}

static void
put_candidate(SegRow *row, const SegForecastCandidate *candidate, int rank, double weight, double present)
{
	const SegEts *ets = &candidate->ets;
	bool		is_fitted = candidate->reason == SEG_FORECAST_FITTED;
	char		name[5];

	seg_ets_name(ets->form, name);
	seg_put_int32(row, rank);
	seg_put_text(row, name);
	seg_put_float8(row, weight);
	seg_put_float8(row, is_fitted ? ets->log_likelihood : NAN);
	seg_put(row, Int32GetDatum((int32) ets->parameters), !is_fitted);
	seg_put_float8(row, is_fitted ? aicc_of(ets, present) : NAN);
	seg_put_float8(row, is_fitted ? ets->alpha : NAN);
	seg_put_float8(row, is_fitted && ets->form.trend != 'N' ? ets->beta : NAN);
	seg_put_float8(row, is_fitted && ets->form.season != 'N' ? ets->gamma : NAN);
	seg_put_float8(row, is_fitted && ets->form.trend == 'D' ? ets->phi : NAN);
	seg_put_bool(row, rank == 1 && is_fitted);
	seg_put_text(row, reasons[candidate->reason]);
	seg_row_store(row);
}

/* A method without a likelihood. */
static void
put_method(SegRow *row, const char *name, int rank, double weight, double alpha, const char *reason)
{
	seg_put_int32(row, rank);
	seg_put_text(row, name);
	seg_put_float8(row, weight);
	seg_put_null(row);
	seg_put_null(row);
	seg_put_null(row);
	seg_put_float8(row, alpha);
	seg_put_null(row);
	seg_put_null(row);
	seg_put_null(row);
	seg_put_bool(row, rank == 1);
	seg_put_text(row, reason);
	seg_row_store(row);
}

PG_FUNCTION_INFO_V1(forecast_models);
Datum
forecast_models(PG_FUNCTION_ARGS)
{
	const SegForecastModel *model = seg_model_decode(PG_GETARG_BYTEA_PP(0), &seg_forecast_model_type);
	const SegForecastFit *fit = &model->fit;
	bool		is_half = fit->method == SEG_FORECAST_AUTO && fit->has_theta;
	bool		has_ets = fit->method == SEG_FORECAST_AUTO || fit->method == SEG_FORECAST_ETS;
	double		present = (double) seg_forecast_facts(&model->options, &model->effects.events, model->first, model->values, model->n).present;
	uint32		order[SEG_ETS_FORMS];
	int			rank = 0;
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	rank_candidates(fit, order);
	if (!has_ets)
		put_method(&row, seg_forecast_method_names[fit->method], ++rank, 1,
				   fit->method == SEG_FORECAST_THETA ? fit->theta.alpha :
				   fit->method >= SEG_FORECAST_CROSTON ? fit->alpha : NAN, reason_of(model));
	/* those that failed are rows too */
	for (uint32 i = 0; i < fit->candidates; i++)
	{
		const SegForecastCandidate *candidate = &fit->candidate[order[i]];

		put_candidate(&row, candidate, ++rank, candidate->weight * (is_half ? 0.5 : 1), present);
	}
	if (is_half)
		put_method(&row, "theta", ++rank, 0.5, fit->theta.alpha, NULL);
	return (Datum) 0;
}

/* ---- anomalies ---- */

static void
put_anomaly(SegRow *row, double value, const SegForecastPart *part)
{
	double		z = (value - part->mean) / sqrt(part->variance);

	seg_put_float8(row, part->mean);
	seg_put_float8(row, part->lower);
	seg_put_float8(row, part->upper);
	seg_put_float8(row, z);
	seg_put(row, BoolGetDatum(value < part->lower || value > part->upper), isnan(value) || isnan(part->lower));
}

/* (model, level) */
PG_FUNCTION_INFO_V1(forecast_anomalies);
Datum
forecast_anomalies(PG_FUNCTION_ARGS)
{
	const SegForecastModel *model = seg_model_decode(PG_GETARG_BYTEA_PP(0), &seg_forecast_model_type);
	SegForecastPart *parts = parts_of_model(model, 0, seg_forecast_level(PG_GETARG_FLOAT8(1)));
	SegRow		row;

	seg_rows_begin(fcinfo, &row);
	for (size_t t = 0; t < model->n; t++)
	{
		put_period(&row, model, t);
		seg_put_float8(&row, model->values[t]);
		put_anomaly(&row, model->values[t], &parts[t]);
		seg_row_store(&row);
	}
	return (Datum) 0;
}

/* (model, period, value, level) */
PG_FUNCTION_INFO_V1(forecast_anomaly);
Datum
forecast_anomaly(PG_FUNCTION_ARGS)
{
	const SegForecastModel *model = seg_model_argument(fcinfo, 0, 0, &seg_forecast_model_type);
	int64		period = seg_period_of_day(model->options.grain, seg_forecast_day(PG_GETARG_TIMESTAMP(1)));
	double		value = PG_GETARG_FLOAT8(2);
	double		level = seg_forecast_level(PG_GETARG_FLOAT8(3));
	int64		place = period - model->first;
	SegForecastPart part = {.mean = NAN, .lower = NAN, .upper = NAN, .variance = NAN};
	SegRow		row;

	if (!isfinite(value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value is NaN or infinite")));
	if (place >= (int64) model->n + SEG_FORECAST_MOST_HORIZON)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("period is more than %d periods after the series", SEG_FORECAST_MOST_HORIZON)));
	if (place >= 0)
	{
		size_t		horizon = place < model->n ? 0 : (size_t) (place - model->n + 1);
		SegForecastPart *parts = parts_of_model(model, horizon, level);

		part = parts[place];
		pfree(parts);
	}
	seg_row_begin(&row, seg_call_shape(fcinfo));
	put_anomaly(&row, value, &part);
	return seg_row_value(&row);
}

/* ---- the family ---- */

static void
info(const void *decoded, SegModelInfo *info)
{
	const SegForecastModel *model = decoded;

	info->features = 1;
	info->rows_used = model->rows_used;
	info->rows_skipped = model->rows_skipped;
	info->method = "exact";
	seg_forecast_info_options(&model->options, info);
	if (model->effects.events.count > 0)
		seg_info_int(info, "events", model->effects.events.names);
}

const SegFamily seg_forecast_family = {
	.type = &seg_forecast_model_type,
	.info = info,
	.options = seg_forecast_option_table + SEG_FORECAST_BACKTEST_OPTIONS,
	.defaults = &seg_forecast_fit_defaults,
	.check_options = seg_forecast_check_options,
};
