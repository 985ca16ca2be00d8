/*
 * cohort.h
 *		Periods of the calendar: which one a day lies in, and what it is called.
 *
 * Days are counted from 2000-01-01 in the proleptic Gregorian calendar, as
 * PostgreSQL counts them; no time zone is involved.  Periods of a grain are
 * numbered without a gap, so the distance of two days in periods is a difference.
 * Weeks are those of ISO 8601: they begin on Monday, and a week belongs to the
 * year that its Thursday lies in.
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

/* The number of the period that a day lies in; any |day| below 2^40. */
extern int64_t seg_cohort_index(SegGrain grain, int64_t day);

/*
 * OUT label: '2019-11-05', '2019-W45', '2019-11', '2019-Q4' or '2019'; years
 * before 1 are astronomical ('-0043' is 44 BC), years after 9999 have more
 * digits.  Not terminated; returns its length.
 */
extern size_t seg_cohort_label(SegGrain grain, int64_t day, char label[SEG_LABEL_SIZE]);

#endif							/* SEG_COHORT_COHORT_H */
