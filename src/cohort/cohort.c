/*
 * cohort.c
 *		Labels of the periods of the calendar; see cohort.h.
 */
#include "cohort/cohort.h"

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
	int64_t		thursday = 7 * seg_period_of_day(SEG_GRAIN_WEEK, day) + 2 + 3;
	int64_t		year = seg_civil_of(thursday).year;

	at = put_year(at, year);
	*at++ = '-';
	*at++ = 'W';
	return put_digits(at, (thursday - seg_new_year(year)) / 7 + 1, 2);
}

size_t
seg_cohort_label(SegGrain grain, int64_t day, char label[SEG_LABEL_SIZE])
{
	SegCivil	civil = seg_civil_of(day);
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
