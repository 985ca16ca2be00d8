/*
 * wide_pool_pg.c
 *		The pool of amounts that need numeric arithmetic; see wide_pool_pg.h.
 */
#include "receipts/wide_pool_pg.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "server/error.h"
#include "server/numeric_units.h"

#define FIRST_ROOM 64

typedef struct NumericPool
{
	SegWidePool functions;
	MemoryContext values;		/* the numerics */
	SegBudget  *budget;
	Numeric    *numbers;		/* by number; NULL: free */
	uint32	   *unused;			/* numbers that may be given again */
	uint32		count;			/* numbers given so far; from 1 */
	uint32		unused_count;
	uint32		room;
} NumericPool;

/* What a numeric takes of its context, about. */
static size_t
cost_of(Numeric value)
{
	return VARSIZE(value) + 2 * sizeof(void *);
}

static void
grow(NumericPool *pool)
{
	MemoryContext context = GetMemoryChunkContext(pool);
	size_t		room = pool->room == 0 ? FIRST_ROOM : 2 * (size_t) pool->room;

	if (room > PG_UINT32_MAX)
		seg_raise((SegFault) {SEG_TOO_LARGE, .got = room * sizeof(Numeric), .wanted = (size_t) PG_UINT32_MAX * sizeof(Numeric)});
	seg_budget_force(pool->budget, (room - pool->room) * (sizeof(Numeric) + sizeof(uint32)));
	if (pool->room == 0)
	{
		pool->numbers = MemoryContextAllocHuge(context, room * sizeof(Numeric));
		pool->unused = MemoryContextAllocHuge(context, room * sizeof(uint32));
	}
	else
	{
		pool->numbers = repalloc_huge(pool->numbers, room * sizeof(Numeric));
		pool->unused = repalloc_huge(pool->unused, room * sizeof(uint32));
	}
	pool->room = room;
}

static void
put(NumericPool *pool, uint32 number, Numeric value)
{
	Numeric		copy;

	seg_budget_force(pool->budget, cost_of(value));
	copy = MemoryContextAlloc(pool->values, VARSIZE(value));
	memcpy(copy, value, VARSIZE(value));
	pool->numbers[number] = copy;
}

static void
clear(NumericPool *pool, uint32 number)
{
	seg_budget_release(pool->budget, cost_of(pool->numbers[number]));
	pfree(pool->numbers[number]);
	pool->numbers[number] = NULL;
}

int64
seg_wide_pool_enter(SegWidePool *functions, Numeric value)
{
	NumericPool *pool = (NumericPool *) functions;
	uint32		number;

	if (pool->unused_count > 0)
		number = pool->unused[--pool->unused_count];
	else
	{
		if (pool->count + 1 >= pool->room)
			grow(pool);
		number = ++pool->count;
	}
	put(pool, number, value);
	return number;
}

static int64
make_number(SegWidePool *functions, int64 units, int scale)
{
	Numeric		value = seg_units_numeric(units, scale);
	int64		number = seg_wide_pool_enter(functions, value);

	pfree(value);
	return number;
}

static void
drop_number(SegWidePool *functions, int64 number)
{
	NumericPool *pool = (NumericPool *) functions;

	clear(pool, number);
	pool->unused[pool->unused_count++] = number;
}

static void
add_number(SegWidePool *functions, int64 into, int64 other)
{
	NumericPool *pool = (NumericPool *) functions;
	Numeric		sum = numeric_add_opt_error(pool->numbers[into], pool->numbers[other], NULL);

	clear(pool, into);
	put(pool, into, sum);
	pfree(sum);
	drop_number(functions, other);
}

static int
sign_of_number(SegWidePool *functions, int64 number)
{
	NumericPool *pool = (NumericPool *) functions;
	Datum		sign = DirectFunctionCall1(numeric_sign, NumericGetDatum(pool->numbers[number]));
	int			result = DatumGetInt32(DirectFunctionCall1(numeric_int4, sign));

	pfree(DatumGetPointer(sign));
	return result;
}

static int64
copy_number(SegWidePool *functions, int64 number)
{
	return seg_wide_pool_enter(functions, ((NumericPool *) functions)->numbers[number]);
}

static double
value_of_number(SegWidePool *functions, int64 number)
{
	Numeric		value = ((NumericPool *) functions)->numbers[number];
	double		nearest = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value)));

	/* what is beyond float8 is the largest value, and ranks as such */
	return fmax(fmin(nearest, DBL_MAX), -DBL_MAX);
}

SegWidePool *
seg_wide_pool_create(MemoryContext context, SegBudget *budget)
{
	NumericPool *pool = MemoryContextAllocZero(context, sizeof(NumericPool));

	pool->functions = (SegWidePool) {make_number, add_number, drop_number, sign_of_number, copy_number, value_of_number};
	pool->values = AllocSetContextCreate(context, "segment wide amounts", ALLOCSET_DEFAULT_SIZES);
	pool->budget = budget;
	return &pool->functions;
}

Numeric
seg_wide_pool_value(SegWidePool *functions, int64 number)
{
	return ((NumericPool *) functions)->numbers[number];
}

void
seg_wide_pool_clear(SegWidePool *functions)
{
	NumericPool *pool = (NumericPool *) functions;

	for (uint32 number = 1; number <= pool->count; number++)
	{
		seg_check_step(number);
		if (pool->numbers[number] != NULL)
			clear(pool, number);
	}
	pool->count = 0;
	pool->unused_count = 0;
}

uint64
seg_wide_pool_count(const SegWidePool *functions)
{
	const NumericPool *pool = (const NumericPool *) functions;

	return pool->count - pool->unused_count;
}

Numeric
seg_total_numeric(SegWidePool *pool, const SegTotal *total)
{
	Numeric		units = seg_units_numeric(total->units, total->scale);

	if (total->wide == 0)
		return units;
	return numeric_add_opt_error(units, seg_wide_pool_value(pool, total->wide), NULL);
}
