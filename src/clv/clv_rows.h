/*
 * clv_rows.h
 *		Counted customers: those whose four numbers are equal are one row with a count.
 */
#ifndef SEG_CLV_CLV_ROWS_H
#define SEG_CLV_CLV_ROWS_H

#include "clv/clv.h"

/* Some customers, all alike. */
typedef struct SegClvRow
{
	SegClvCustomer customer;
	uint64_t	count;			/* at least 1 */
} SegClvRow;

/* The largest numbers of a customer; the smallest and the largest mean value that is not 0. */
#define SEG_CLV_MOST_PURCHASES 1e7
#define SEG_CLV_MOST_TIME 1e7
#define SEG_CLV_LEAST_VALUE 1e-100
#define SEG_CLV_MOST_VALUE 1e100

/* What is wrong with a customer. */
typedef enum SegClvFault
{
	SEG_CLV_SOUND,
	SEG_CLV_NOT_FINITE,			/* of one of the numbers: which one, 0 to 3, is *which */
	SEG_CLV_NEGATIVE,			/* the same */
	SEG_CLV_TOO_LARGE,			/* the same */
	SEG_CLV_TOO_SMALL,			/* mean_value */
	SEG_CLV_NOT_WHOLE,			/* x */
	SEG_CLV_AFTER_CALIBRATION,	/* t_x is above t_cal */
	SEG_CLV_WITHOUT_PURCHASE,	/* t_x is above 0, but x is 0 */
} SegClvFault;

extern SegClvFault seg_clv_check(const SegClvCustomer *customer, int *which);

/* The customer as rows have it: no mean_value where x is 0, and no negative 0. */
extern SegClvCustomer seg_clv_plain(SegClvCustomer customer);

/* Sort the rows, and make one of rows that are alike.  Returns how many are left.  Cost: n log n. */
extern size_t seg_clv_count(SegClvRow *rows, size_t n);

/*
 * Make one row of neighbors that have the same x, t_x and t_cal, and where with_values the same mean_value.  Returns how
 * many are left.
 */
extern size_t seg_clv_merge_rows(SegClvRow *rows, size_t n, bool with_values);

#endif							/* SEG_CLV_CLV_ROWS_H */
