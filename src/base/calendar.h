/*
 * calendar.h
 *		Periods of the calendar as whole numbers: day, ISO week, month, quarter, year.
 *
 * Days are counted from 2000-01-01 in the proleptic Gregorian calendar, as
 * PostgreSQL counts them, without a time zone.  The periods of a grain have
 * consecutive numbers, so the number of periods between two days is a difference.
 * Weeks are those of ISO 8601: a week begins on Monday and belongs to the year of
 * its Thursday.
 */
#ifndef SEG_BASE_CALENDAR_H
#define SEG_BASE_CALENDAR_H

#include "base/port.h"

typedef enum SegGrain
{
	SEG_GRAIN_DAY,
	SEG_GRAIN_WEEK,
	SEG_GRAIN_MONTH,
	SEG_GRAIN_QUARTER,
	SEG_GRAIN_YEAR,
} SegGrain;

#define SEG_GRAINS 5

typedef struct SegCivil
{
	int64_t		year;			/* astronomical: 0 is 1 BC */
	int			month;			/* 1 .. 12 */
	int			day;			/* 1 .. 31 */
} SegCivil;

/* a / b rounded down, for b > 0. */
static inline int64_t
seg_floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* The civil date of a day.  IN |day| < 2^40. */
extern SegCivil seg_civil_of(int64_t day);

/* 1 January of a year. */
extern int64_t seg_new_year(int64_t year);

/* The number of the period that contains the day.  IN |day| < 2^40. */
extern int64_t seg_period_of_day(SegGrain grain, int64_t day);

/* The first day of a period. */
extern int64_t seg_period_begin(SegGrain grain, int64_t period);

#endif							/* SEG_BASE_CALENDAR_H */
