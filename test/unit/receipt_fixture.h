/*
 * receipt_fixture.h
 *		A pool of wide amounts for unit tests; they are stored as 128-bit units.
 */
#ifndef SEG_TEST_RECEIPT_FIXTURE_H
#define SEG_TEST_RECEIPT_FIXTURE_H

#include "receipts/amount.h"

#define POOL_SIZE 4096

typedef struct TestPool
{
	SegWidePool functions;
	__int128	values[POOL_SIZE];
	bool		used[POOL_SIZE];
	int			in_use;
} TestPool;

static int64_t
enter_test_pool(TestPool *pool, __int128 units)
{
	for (int64_t number = 1; number < POOL_SIZE; number++)
		if (!pool->used[number])
		{
			pool->used[number] = true;
			pool->values[number] = units;
			pool->in_use++;
			return number;
		}
	fail_msg("the pool is full");
	return 0;
}

static int64_t
make_test_number(SegWidePool *pool, int64_t units, int scale)
{
	(void) scale;
	return enter_test_pool((TestPool *) pool, units);
}

static void
drop_test_number(SegWidePool *functions, int64_t number)
{
	TestPool   *pool = (TestPool *) functions;

	assert_true(pool->used[number]);
	pool->used[number] = false;
	pool->in_use--;
}

static void
add_test_number(SegWidePool *functions, int64_t into, int64_t other)
{
	TestPool   *pool = (TestPool *) functions;

	assert_true(pool->used[into] && pool->used[other] && into != other);
	pool->values[into] += pool->values[other];
	drop_test_number(functions, other);
}

static int
sign_of_test_number(SegWidePool *functions, int64_t number)
{
	TestPool   *pool = (TestPool *) functions;

	assert_true(pool->used[number]);
	return (pool->values[number] > 0) - (pool->values[number] < 0);
}

static int64_t
copy_test_number(SegWidePool *functions, int64_t number)
{
	return enter_test_pool((TestPool *) functions, ((TestPool *) functions)->values[number]);
}

static double
value_of_test_number(SegWidePool *functions, int64_t number)
{
	return (double) ((TestPool *) functions)->values[number] / SEG_UNITS;
}

static inline TestPool *
create_test_pool(void)
{
	TestPool   *pool = calloc(1, sizeof(TestPool));

	pool->functions = (SegWidePool) {make_test_number, add_test_number, drop_test_number, sign_of_test_number,
		copy_test_number, value_of_test_number};
	return pool;
}

/* The units of an amount and of a total. */
static inline __int128
units_of(const TestPool *pool, SegAmount amount)
{
	return amount.scale == SEG_AMOUNT_WIDE ? pool->values[amount.value] : amount.value;
}

static inline __int128
units_of_total(const TestPool *pool, const SegTotal *total)
{
	return total->units + (total->wide == 0 ? 0 : pool->values[total->wide]);
}

#endif							/* SEG_TEST_RECEIPT_FIXTURE_H */
