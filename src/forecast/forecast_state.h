/*
 * forecast_state.h
 *		The flat state of forecast_fit: the exact sum of each period.
 *
 * The state is a head, the events of the options, then for each period a sum, flags, and with the aggregate mean a
 * count.  It has places for the periods from the first to the last one seen, and some more.  Sums are small (SegUnitSum) until a value does not fit; then all
 * are large (SegBigSum).  16 or 272 bytes, 1, and 4 for each period.
 */
#ifndef SEG_FORECAST_FORECAST_STATE_H
#define SEG_FORECAST_FORECAST_STATE_H

#include "base/state.h"
#include "base/status.h"
#include "forecast/forecast_options.h"
#include "stats/big_sum.h"

#define SEG_FORECAST_STATE_MAGIC UINT32_C(0x46435354)
#define SEG_FORECAST_BACKTEST_MAGIC UINT32_C(0x46434254)	/* the options have a horizon */

#define SEG_FORECAST_HAS_VALUE 1
#define SEG_FORECAST_HAS_NULL 2

typedef struct SegForecastState
{
	SegFitHead	fit;			/* d is 1 */
	uint64_t	rows_used;
	SegForecastOptions options;
	int64_t		first;			/* number of the period at place 0, which may be empty */
	uint32_t	room;			/* places */
	uint32_t	is_big;			/* 0 or 1 */
	uint64_t	data[];			/* events; sums; counts; flags */
} SegForecastState;

/* The events of a state, in it. */
extern SegEvents seg_forecast_events(const SegForecastState *state);

/* Bytes of a state with that many places. */
extern size_t seg_forecast_state_size(const SegForecastOptions *options, uint32_t room, bool is_big);

/* The places of a state. */
typedef struct SegForecastRoom
{
	int64_t		first;
	uint32_t	room;
	bool		is_big;
	bool		differs;		/* from what the state has */
} SegForecastRoom;

/* OUT low, high: the first and the last period seen.  False when there is none. */
extern bool seg_forecast_seen(const SegForecastState *state, int64_t *low, int64_t *high);

/*
 * OUT room: for the periods low .. high besides those seen, with big sums if wanted.
 * False when there would be more than SEG_FORECAST_MOST_PERIODS.
 */
extern bool seg_forecast_room(const SegForecastState *state, int64_t low, int64_t high, bool is_big,
							  SegForecastRoom *room);

/* Copy the state into OUT grown, zeroed, of the size for the room, but its head `fit.state`. */
extern void seg_forecast_grow(const SegForecastState *state, const SegForecastRoom *room, SegForecastState *grown);

/*
 * Add a value to a period that has a place; NaN: null.  OUT fits: false when sums must be big first,
 * and nothing was added.  SEG_TOO_MANY_VALUES for a second value with the aggregate that
 * takes one.
 */
extern SegStatus seg_forecast_add(SegForecastState *state, int64_t period, double value, bool *fits);

/* Add all periods of another state; there is a place for each, and big sums if it has them. */
extern SegStatus seg_forecast_merge(SegForecastState *into, const SegForecastState *from, bool *fits);

/*
 * The series to fit.  OUT first: number of its first period; OUT n: 0 without any value in it.
 * False when it is longer than SEG_FORECAST_MOST_PERIODS.
 */
extern bool seg_forecast_span(const SegForecastState *state, int64_t *first, size_t *n);

/* OUT values[n] of the span, NaN where missing.  False when a sum is no double. */
extern bool seg_forecast_values(const SegForecastState *state, int64_t first, size_t n, double *values);

/* Is it a state of that many bytes, aligned to 8?  For bytes that come from elsewhere. */
extern bool seg_forecast_state_is_sound(const SegForecastState *state, size_t size);

#endif							/* SEG_FORECAST_FORECAST_STATE_H */
