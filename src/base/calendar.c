/*
 * calendar.c
 *		Periods of the calendar; see calendar.h.
 *
 * The calendar repeats every 400 years, which are 146,097 days, or 20,871 weeks.
 * Within these, years are counted from 1 March, so that the leap day is the last
 * day of its year.  The month is then (5 day + 2) / 153, which follows the lengths
 * 31, 30, 31, 30, 31 ...
 */
#include "base/calendar.h"

#define DAYS_OF_400_YEARS 146097

SegCivil
seg_civil_of(int64_t day)
{
	int64_t		since = day - 60;	/* 2000-03-01 begins a cycle of 400 years */
	int64_t		cycle = seg_floor_div(since, DAYS_OF_400_YEARS);
	int64_t		left = since - cycle * DAYS_OF_400_YEARS;
	int64_t		year = (left - left / 1460 + left / 36524 - left / 146096) / 365;
	int			of_year = (int) (left - (365 * year + year / 4 - year / 100));
	int			from_march = (5 * of_year + 2) / 153;
	SegCivil	civil;

	civil.month = from_march < 10 ? from_march + 3 : from_march - 9;
	civil.day = of_year - (153 * from_march + 2) / 5 + 1;
	civil.year = 2000 + 400 * cycle + year + (civil.month <= 2);
	return civil;
}

int64_t
seg_new_year(int64_t year)
{
	int64_t		before = year - 1;	/* whole years since year 1 */
	int64_t		days = 365 * before + seg_floor_div(before, 4) - seg_floor_div(before, 100) + seg_floor_div(before, 400);

	return days - 730119;		/* 0001-01-01 to 2000-01-01 */
}

int64_t
seg_period_of_day(SegGrain grain, int64_t day)
{
	SegCivil	civil;

	switch (grain)
	{
		case SEG_GRAIN_DAY:
			return day;
		case SEG_GRAIN_WEEK:
			return seg_floor_div(day - 2, 7);	/* 2000-01-03 was a Monday */
		case SEG_GRAIN_MONTH:
			civil = seg_civil_of(day);
			return civil.year * 12 + civil.month - 1;
		case SEG_GRAIN_QUARTER:
			civil = seg_civil_of(day);
			return civil.year * 4 + (civil.month - 1) / 3;
		case SEG_GRAIN_YEAR:
			break;
	}
	return seg_civil_of(day).year;
}

/* The first day of a month, numbered from month 0 of year 0. */
static int64_t
month_begin(int64_t month)
{
	int64_t		from_march = month - (12 * 2000 + 2);
	int64_t		years = seg_floor_div(from_march, 12);
	int64_t		cycle = seg_floor_div(years, 400);
	int64_t		year = years - 400 * cycle;
	int64_t		of_year = from_march - 12 * years;

	return 60 + cycle * DAYS_OF_400_YEARS + 365 * year + year / 4 - year / 100 + (153 * of_year + 2) / 5;
}

int64_t
seg_period_begin(SegGrain grain, int64_t period)
{
	switch (grain)
	{
		case SEG_GRAIN_DAY:
			return period;
		case SEG_GRAIN_WEEK:
			return 7 * period + 2;
		case SEG_GRAIN_MONTH:
			return month_begin(period);
		case SEG_GRAIN_QUARTER:
			return month_begin(3 * period);
		case SEG_GRAIN_YEAR:
			break;
	}
	return month_begin(12 * period);
}
