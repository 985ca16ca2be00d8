/*
 * forecast_options.c
 *		The options of a forecast: their ranges, and what they ask for.
 */
#include "forecast/forecast_options.h"

bool
seg_forecast_options_are_sound(const SegForecastOptions *options)
{
	for (int i = 0; i < 4; i++)
		if (!(options->fixed[i] == -1 || (options->fixed[i] >= 0 && options->fixed[i] <= 1)))
			return false;
	return options->grain < SEG_GRAINS && options->aggregate < SEG_FORECAST_AGGREGATES &&
		options->gaps < SEG_FORECAST_GAPS_KINDS && options->method < SEG_FORECAST_METHODS &&
		options->criterion <= SEG_FORECAST_BIC && options->season_length <= SEG_FORECAST_MOST_SEASON &&
		options->form <= SEG_ETS_FORMS && options->lower_kind < SEG_FORECAST_LIMITS &&
		(options->upper_kind == SEG_FORECAST_LIMIT_NONE || options->upper_kind == SEG_FORECAST_LIMIT_NUMBER) &&
		options->per_day <= 1 && options->has_as_of <= 1 && options->has_start <= 1 &&
		options->as_of >= -SEG_FORECAST_MOST_NUMBER && options->as_of <= SEG_FORECAST_MOST_NUMBER &&
		options->start >= -SEG_FORECAST_MOST_NUMBER && options->start <= SEG_FORECAST_MOST_NUMBER &&
		isfinite(options->lower) && isfinite(options->upper) &&
		options->horizon <= SEG_FORECAST_MOST_HORIZON && options->origins <= SEG_FORECAST_MOST_PERIODS &&
		options->origin_step <= SEG_FORECAST_MOST_PERIODS && options->events_size % 8 == 0 &&
		options->events_size <= seg_events_size(SEG_EVENTS_MOST, SEG_EVENTS_MOST_ROWS) &&
		(options->horizon == 0 ? options->origins == 0 && options->origin_step == 0 && options->level == 0 :
		 options->origins >= 1 && options->level > 0 && options->level < 1);
}

uint32_t
seg_forecast_season(const SegForecastOptions *options)
{
	static const uint32_t seasons[SEG_GRAINS] = {7, 52, 12, 4, 1};

	return options->season_length > 0 ? options->season_length : seasons[options->grain];
}

static double
parameter(double fixed)
{
	return fixed < 0 ? NAN : fixed;
}

SegForecastRecipe
seg_forecast_recipe(const SegForecastOptions *options)
{
	SegForecastRecipe recipe = {
		.method = options->method,
		.criterion = options->criterion,
		.m = seg_forecast_season(options),
		.has_form = options->form > 0,
		.fixed = {parameter(options->fixed[0]), parameter(options->fixed[1]), parameter(options->fixed[2]), parameter(options->fixed[3])},
	};

	if (options->form > 0)
		recipe.form = seg_ets_forms[options->form - 1];
	return recipe;
}
