/*
 * clv_rows.c
 *		Counted customers; see clv_rows.h.
 */
#include "clv/clv_rows.h"

#include "base/sort.h"

SegClvFault
seg_clv_check(const SegClvCustomer *customer, int *which)
{
	const double numbers[] = {customer->x, customer->t_x, customer->t_cal, customer->mean_value};
	const double most[] = {SEG_CLV_MOST_PURCHASES, SEG_CLV_MOST_TIME, SEG_CLV_MOST_TIME, SEG_CLV_MOST_VALUE};

	for (*which = 0; *which < 4; ++*which)
	{
		if (!isfinite(numbers[*which]))
			return SEG_CLV_NOT_FINITE;
		if (numbers[*which] < 0 && !(*which == 3 && numbers[3] == SEG_CLV_NO_VALUE))
			return SEG_CLV_NEGATIVE;
		if (numbers[*which] > most[*which])
			return SEG_CLV_TOO_LARGE;
	}
	if (customer->mean_value > 0 && customer->mean_value < SEG_CLV_LEAST_VALUE)
		return SEG_CLV_TOO_SMALL;
	if (customer->x != floor(customer->x))
		return SEG_CLV_NOT_WHOLE;
	if (customer->t_x > customer->t_cal)
		return SEG_CLV_AFTER_CALIBRATION;
	return customer->t_x > 0 && customer->x == 0 ? SEG_CLV_WITHOUT_PURCHASE : SEG_CLV_SOUND;
}

SegClvCustomer
seg_clv_plain(SegClvCustomer customer)
{
	customer.mean_value = customer.x > 0 ? customer.mean_value + 0.0 : SEG_CLV_NO_VALUE;
	customer.x += 0.0;
	customer.t_x += 0.0;
	customer.t_cal += 0.0;
	return customer;
}

/* -1, 0 or 1 */
static inline int
compare(double a, double b)
{
	return (a > b) - (a < b);
}

static inline int
compare_patterns(const SegClvCustomer *a, const SegClvCustomer *b)
{
	int			order = compare(a->x, b->x);

	if (order == 0)
		order = compare(a->t_x, b->t_x);
	return order != 0 ? order : compare(a->t_cal, b->t_cal);
}

static bool
is_before(const void *a, const void *b, const void *argument)
{
	const SegClvCustomer *one = &((const SegClvRow *) a)->customer;
	const SegClvCustomer *other = &((const SegClvRow *) b)->customer;
	int			order = compare_patterns(one, other);

	return order != 0 ? order < 0 : one->mean_value < other->mean_value;
}

size_t
seg_clv_merge_rows(SegClvRow *rows, size_t n, bool with_values)
{
	size_t		kept = 0;

	for (size_t i = 0; i < n; i++)
	{
		seg_check_step(i);
		if (kept > 0 && compare_patterns(&rows[kept - 1].customer, &rows[i].customer) == 0 &&
			(!with_values || rows[kept - 1].customer.mean_value == rows[i].customer.mean_value))
			rows[kept - 1].count += rows[i].count;
		else
			rows[kept++] = rows[i];
	}
	return kept;
}

size_t
seg_clv_count(SegClvRow *rows, size_t n)
{
	seg_sort(rows, n, sizeof(SegClvRow), is_before, NULL);
	return seg_clv_merge_rows(rows, n, true);
}
