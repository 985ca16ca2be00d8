/*
 * month_pg.h
 *		The calendar month of a day.
 */
#ifndef SEG_RECEIPTS_MONTH_PG_H
#define SEG_RECEIPTS_MONTH_PG_H

#include "server/compat.h"

#include "utils/date.h"
#include "utils/datetime.h"

/* Bytes that the number of a month needs. */
#define SEG_MONTH_BYTES 4

/* A month; all zero: none. */
typedef struct SegMonth
{
	int32		first;			/* days since 2000-01-01 */
	int32		end;			/* the first day of the next one */
	int32		number;			/* months since year 0 */
} SegMonth;

/* INOUT month: on return that of the day, which is finite; at once when it has been that before. */
static inline void
seg_month_find(SegMonth *month, int32 day)
{
	int			year;
	int			number;
	int			ignored;

	if (day >= month->first && day < month->end)
		return;
	j2date(day + POSTGRES_EPOCH_JDATE, &year, &number, &ignored);
	month->first = date2j(year, number, 1) - POSTGRES_EPOCH_JDATE;
	month->end = date2j(number == 12 ? year + 1 : year, number % 12 + 1, 1) - POSTGRES_EPOCH_JDATE;
	month->number = year * 12 + number - 1;
}

#endif							/* SEG_RECEIPTS_MONTH_PG_H */
