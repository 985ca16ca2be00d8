/*
 * events.h
 *		Holidays and other events of a series: their effects on the values of their periods.
 *
 * An event has a name, days, and a value for each day, 1 unless said otherwise.  Its regressor in a period is the
 * sum of the values of its days there.  The series is fitted without the periods of events; what remains of
 * those periods is explained by the regressors, by least squares.  So an effect is in units of the
 * values, on top of trend and season.
 *
 * A list of events is one block of bytes, which is the same for the same rows in any order: a head, the rows by
 * name and day, the names in ascending order.
 */
#ifndef SEG_FORECAST_EVENTS_H
#define SEG_FORECAST_EVENTS_H

#include "base/calendar.h"
#include "base/port.h"

#define SEG_EVENTS_MOST 50		/* names */
#define SEG_EVENTS_MOST_ROWS 2000
#define SEG_EVENTS_NAME 64		/* bytes of a name, with the 0 behind it */
#define SEG_EVENTS_LEAST 2		/* occurrences that an effect is estimated from */
#define SEG_EVENTS_MOST_VALUE 1e15
#define SEG_EVENTS_LEAST_VALUE 1e-15	/* of those that are not 0: squares are no underflow */
#define SEG_EVENTS_MOST_DAY INT64_C(107000000)	/* from the year 2000 */

typedef struct SegEventRow
{
	uint64_t	name;			/* place of its name */
	int64_t		day;			/* see base/calendar.h */
	double		value;			/* not 0, its size within the limits above */
} SegEventRow;

typedef char SegEventName[SEG_EVENTS_NAME];

typedef struct SegEvents
{
	uint32_t	names;
	uint32_t	count;			/* rows; 0: no events */
	const SegEventRow *rows;
	const		SegEventName *name;
} SegEvents;

/* What was found out about the events of a series. */
typedef struct SegEventEffects
{
	SegEvents	events;
	uint32_t   *occurrences;	/* of each name: periods of the series with it and a value */
	double	   *effect;			/* of the value 1; 0 where it is not known */
	double	   *covariance;		/* names x names, of the effects */
	double		noise;			/* variance that periods of events have beyond that of other periods */
} SegEventEffects;

typedef enum SegEventFault
{
	SEG_EVENTS_FINE,
	SEG_EVENTS_FEW,				/* fewer than SEG_EVENTS_LEAST occurrences */
	SEG_EVENTS_ALIKE,			/* its periods are a combination of those of other events */
	SEG_EVENTS_PHASE,			/* no value of a phase of the season is without it */
	SEG_EVENTS_OFTEN,			/* more than half of the values have an event */
} SegEventFault;

/* Bytes of a block, a multiple of 8. */
extern size_t seg_events_size(uint32_t names, uint32_t rows);

/* Begin a block: OUT rows[count], name[names], zeroed, to be filled in their order. */
extern void seg_events_lay_out(void *block, uint32_t names, uint32_t count, SegEventRow **rows, SegEventName * *name);

/* The events of a block, which stay in it; without any when size is 0. */
extern SegEvents seg_events_read(const void *block, size_t size);

/* Is it a block?  For bytes that come from elsewhere; they are aligned to 8. */
extern bool seg_events_are_sound(const void *block, size_t size);

/* OUT x[n * names]: the regressors of the periods from first, period by period. */
extern void seg_events_regressors(const SegEvents *events, SegGrain grain, int64_t first, size_t n, double *x);

/* INOUT y[n]: NaN in the periods of events. */
extern void seg_events_mask(const double *x, size_t names, size_t n, double *y);

/*
 * Can the effects be estimated from y[n], with m periods in a season (1: none)?  OUT effects->occurrences.
 * OUT name: place of the event at fault; not for SEG_EVENTS_OFTEN.
 */
extern SegEventFault seg_events_check(SegEventEffects *effects, const double *x, const double *y, size_t n, size_t m,
									  uint32_t *name);

/*
 * Estimate effects, covariance and noise from what remains of the periods, and count occurrences there, IN remainder[n], of magnitude 1, NaN where it is
 * unknown.  The effect of an event that is too rare, or a combination of others, is 0.
 * Variance of a remainder: the larger of those of all periods, with n - k degrees of freedom, and of the periods of events
 * alone.  SCRATCH scratch[3 * names].  OUT name as above, for SEG_EVENTS_FEW or
 * SEG_EVENTS_ALIKE.  O(n names^2).
 */
extern SegEventFault seg_events_estimate(SegEventEffects *effects, const double *x, const double *remainder, size_t n,
										 double *scratch, uint32_t *name);

/* The effect of a period with IN x[names].  OUT variance: of it, with the noise, 0 without an event; may be NULL. */
extern double seg_events_effect(const SegEventEffects *effects, const double *x, double *variance);

#endif							/* SEG_FORECAST_EVENTS_H */
