/*
 * forecast_model.h
 *		A fitted forecast as a struct and as bytes.
 *
 * Payload of version 1, little-endian:
 *
 *		options: u8 grain, aggregate, gaps, method, criterion, form, lower kind, upper kind, per_day, has_as_of,
 *				has_start; u32 season_length; u64 as_of, start; f64 lower, upper, fixed[4]
 *		u64 first period, rows_used, rows_skipped; u32 n; f64 values[n], 0 where missing; u8 there[(n + 7) / 8]
 *		fit: u8 method; u32 exponent; u32 m, long_m; f64 alpha
 *				u8 candidates, and of each: u8 form, reason; f64 weight, and if it was fitted alpha, beta, gamma,
 *				phi, level, slope, log_likelihood, sigma2, criterion; u8 parameters; f64 season[m] with a season
 *				u8 has_theta, and if so u8 is_ratio; u32 m; f64 alpha, start, level, drift, sigma2, season[m] if m > 1
 *				f64 long_season[long_m]
 *		with events only: u32 names, rows, and of each row u32 name, u64 day, f64 value; the names as texts;
 *				u32 occurrences[names]; f64 effect[names], covariance[names x names], noise
 */
#ifndef SEG_FORECAST_FORECAST_MODEL_H
#define SEG_FORECAST_FORECAST_MODEL_H

#include "forecast/forecast_options.h"
#include "model/family.h"

#define SEG_FORECAST_VERSION 1

typedef struct SegForecastModel
{
	SegForecastOptions options;
	int64_t		first;			/* number of the first period */
	uint64_t	rows_used;
	uint64_t	rows_skipped;
	uint32_t	n;
	double	   *values;			/* n; NaN: missing */
	SegForecastFit fit;			/* of the values, per day if the options say so */
	SegEventEffects effects;	/* in units of the scaled values, not per day */
} SegForecastModel;

/* The days of a period, or 1 where the values are not per day: values = per-day values times this. */
extern double seg_forecast_days(const SegForecastOptions *options, int64_t period);

/* The options in the payloads of this room; not those of a backtest. */
extern void seg_forecast_read_options(SegReader *reader, SegForecastOptions *options);
extern void seg_forecast_write_options(SegWriter *writer, const SegForecastOptions *options);

/* As in SegModelType; arrays come out of the arena. */
extern size_t seg_forecast_decoded_size(size_t payload_size);
extern SegStatus seg_forecast_decode(SegReader *reader, int version, SegArena *arena, void *model);
extern void seg_forecast_encode(SegWriter *writer, const void *model);

#endif							/* SEG_FORECAST_FORECAST_MODEL_H */
