/*
 * cohort.c
 *		Periods of the calendar; see cohort.h.
 *
 * The calendar repeats every 400 years, which are 146,097 days, or 20,871 weeks.
 * Within these, years are counted from 1 March, so that the leap day is the last
 * day of its year.  The month is then (5 day + 2) / 153, which follows the lengths
 * 31, 30, 31, 30, 31 ...
 */
#include "cohort/cohort.h"

#define DAYS_OF_400_YEARS 146097

typedef struct Civil
{
	int64_t		year;			/* astronomical: 0 is 1 BC */
	int			month;			/* 1 .. 12 */
	int			day;			/* 1 .. 31 */
} Civil;

/* a / b rounded down, for b > 0. */
static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* The civil date of a day. */
static Civil
civil_of(int64_t day)
{
	int64_t		since = day - 60;	/* 2000-03-01 begins a cycle of 400 years */
	int64_t		cycle = floor_div(since, DAYS_OF_400_YEARS);
	int64_t		left = since - cycle * DAYS_OF_400_YEARS;
	int64_t		year = (left - left / 1460 + left / 36524 - left / 146096) / 365;
	int			of_year = (int) (left - (365 * year + year / 4 - year / 100));
	int			from_march = (5 * of_year + 2) / 153;
	Civil		civil;

	civil.month = from_march < 10 ? from_march + 3 : from_march - 9;
	civil.day = of_year - (153 * from_march + 2) / 5 + 1;
	civil.year = 2000 + 400 * cycle + year + (civil.month <= 2);
	return civil;
}

/* 1 January of a year. */
static int64_t
new_year(int64_t year)
{
	int64_t		before = year - 1;	/* whole years since year 1 */
	int64_t		days = 365 * before + floor_div(before, 4) - floor_div(before, 100) + floor_div(before, 400);

	return days - 730119;		/* 0001-01-01 to 2000-01-01 */
}

int64_t
seg_cohort_index(SegGrain grain, int64_t day)
{
	Civil		civil;

	switch (grain)
	{
		case SEG_GRAIN_DAY:
			return day;
		case SEG_GRAIN_WEEK:
			return floor_div(day - 2, 7);	/* 2000-01-03 was a Monday */
		case SEG_GRAIN_MONTH:
			civil = civil_of(day);
			return civil.year * 12 + civil.month - 1;
		case SEG_GRAIN_QUARTER:
			civil = civil_of(day);
			return civil.year * 4 + (civil.month - 1) / 3;
		case SEG_GRAIN_YEAR:
			break;
	}
	return civil_of(day).year;
}

/* Write the number with at least `width` digits at `at`; returns the position after it. */
static char *
put_digits(char *at, int64_t number, int width)
{
	char		digits[20];
	int			n = 0;

	while (number > 0 || n < width)
	{
		digits[n++] = (char) ('0' + number % 10);
		number /= 10;
	}
	while (n > 0)
		*at++ = digits[--n];
	return at;
}

static char *
put_year(char *at, int64_t year)
{
	if (year < 0)
	{
		*at++ = '-';
		year = -year;
	}
	return put_digits(at, year, 4);
}

static char *
put_week(char *at, int64_t day)
{
	int64_t		thursday = 7 * seg_cohort_index(SEG_GRAIN_WEEK, day) + 2 + 3;
	int64_t		year = civil_of(thursday).year;

	at = put_year(at, year);
	*at++ = '-';
	*at++ = 'W';
	return put_digits(at, (thursday - new_year(year)) / 7 + 1, 2);
}

size_t
seg_cohort_label(SegGrain grain, int64_t day, char label[SEG_LABEL_SIZE])
{
	Civil		civil = civil_of(day);
	char	   *at = label;

	if (grain == SEG_GRAIN_WEEK)
		return put_week(at, day) - label;
	at = put_year(at, civil.year);
	if (grain == SEG_GRAIN_QUARTER)
	{
		*at++ = '-';
		*at++ = 'Q';
		at = put_digits(at, (civil.month - 1) / 3 + 1, 1);
	}
	if (grain == SEG_GRAIN_MONTH || grain == SEG_GRAIN_DAY)
	{
		*at++ = '-';
		at = put_digits(at, civil.month, 2);
	}
	if (grain == SEG_GRAIN_DAY)
	{
		*at++ = '-';
		at = put_digits(at, civil.day, 2);
	}
	return at - label;
}
