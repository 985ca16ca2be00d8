/*
 * forecast_backtest_model.h
 *		The forecasts of a backtest as a struct and as bytes.
 *
 * Payload of version 1, little-endian:
 *
 *		options as in forecast_model.h; u32 horizon, origins, origin_step; f64 level
 *		u64 first period, rows_used, rows_skipped; u32 n, entries
 *		and of each: u8 method, u32 origin, u32 step; f64 value, forecast; u8 has_bounds; f64 lower, upper, scale,
 *		square_scale
 */
#ifndef SEG_FORECAST_FORECAST_BACKTEST_MODEL_H
#define SEG_FORECAST_FORECAST_BACKTEST_MODEL_H

#include "forecast/forecast_options.h"
#include "model/family.h"

#define SEG_FORECAST_BACKTEST_VERSION 1

typedef struct SegBacktestEntry
{
	SegForecastMethod method;
	uint32_t	origin;			/* periods that were fitted */
	uint32_t	step;			/* from 1 to the horizon */
	double		value;
	double		forecast;
	double		lower;			/* NaN: none */
	double		upper;
	double		scale;			/* mean absolute, mean square difference of values a season apart; 0: none */
	double		square_scale;
} SegBacktestEntry;

typedef struct SegBacktestModel
{
	SegForecastOptions options;
	int64_t		first;
	uint64_t	rows_used;
	uint64_t	rows_skipped;
	uint32_t	n;				/* periods of the series */
	uint32_t	count;
	SegBacktestEntry *entries;	/* by method, origin, step */
} SegBacktestModel;

/* As in SegModelType; the array comes out of the arena. */
extern size_t seg_backtest_decoded_size(size_t payload_size);
extern SegStatus seg_backtest_decode(SegReader *reader, int version, SegArena *arena, void *model);
extern void seg_backtest_encode(SegWriter *writer, const void *model);

#endif							/* SEG_FORECAST_FORECAST_BACKTEST_MODEL_H */
