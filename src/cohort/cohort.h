/*
 * cohort.h
 *		Calendar periods: the period of a day, and its label.
 *
 * Days are counted from 2000-01-01 in the proleptic Gregorian calendar, as
 * PostgreSQL counts them, without a time zone.  The periods of a grain have
 * consecutive numbers, so the number of periods between two days is a difference.
 * Weeks are those of ISO 8601: a week begins on Monday and belongs to the year of
 * its Thursday.
 */
#ifndef SEG_COHORT_COHORT_H
#define SEG_COHORT_COHORT_H

#include "base/port.h"

typedef enum SegGrain
{
	SEG_GRAIN_DAY,
	SEG_GRAIN_WEEK,
	SEG_GRAIN_MONTH,
	SEG_GRAIN_QUARTER,
	SEG_GRAIN_YEAR,
} SegGrain;

#define SEG_LABEL_SIZE 32

/* The number of the period that contains the day.  IN |day| < 2^40. */
extern int64_t seg_cohort_index(SegGrain grain, int64_t day);

/*
 * OUT label: '2019-11-05', '2019-W45', '2019-11', '2019-Q4' or '2019', not
 * terminated.  Years before 1 are astronomical ('-0043' is 44 BC), years after
 * 9999 have more digits.  Returns the length.
 */
extern size_t seg_cohort_label(SegGrain grain, int64_t day, char label[SEG_LABEL_SIZE]);

#endif							/* SEG_COHORT_COHORT_H */
