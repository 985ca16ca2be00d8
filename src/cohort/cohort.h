/*
 * cohort.h
 *		The label of a calendar period; base/calendar.h has the periods.
 */
#ifndef SEG_COHORT_COHORT_H
#define SEG_COHORT_COHORT_H

#include "base/calendar.h"

#define SEG_LABEL_SIZE 32

/*
 * OUT label: '2019-11-05', '2019-W45', '2019-11', '2019-Q4' or '2019', not
 * terminated.  Years before 1 are astronomical ('-0043' is 44 BC), years after
 * 9999 have more digits.  Returns the length.
 */
extern size_t seg_cohort_label(SegGrain grain, int64_t day, char label[SEG_LABEL_SIZE]);

#endif							/* SEG_COHORT_COHORT_H */
