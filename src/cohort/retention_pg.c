/*
 * retention_pg.c
 *		cohort_retention: the retention of cohorts out of a receipts relation.
 */
#include "server/compat.h"

#include "executor/spi.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "cohort/cohort_pg.h"
#include "cohort/retention.h"
#include "receipts/lines_pg.h"
#include "receipts/wide_pool_pg.h"
#include "server/budget.h"
#include "server/rows.h"

enum
{
	ARG_RECEIPTS, ARG_AS_OF, ARG_GRAIN, ARG_CURRENCY, ARG_RATES
};

/* Rows that a triangle may have in all. */
#define MAX_CELLS 10000000

typedef struct Triangle
{
	SegRetention periods;
	MemoryContext context;
	SegBudget  *budget;
	SegWidePool *totals;
	SegRetentionCell **rows;	/* by how many periods the cohort lies before the last; NULL: no such cohort */
	size_t		room;			/* of rows */
	int64		cells;
} Triangle;

static void
refuse_cells(int64 cells)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("cohorts have at least " INT64_FORMAT " periods in total, but the limit is %d", cells, MAX_CELLS),
			 errhint("Take a coarser grain or an earlier as_of.")));
}

static void
grow_rows(Triangle *triangle, size_t wanted)
{
	size_t		room = Max(wanted, 2 * triangle->room);
	SegRetentionCell **rows;

	seg_budget_reserve(triangle->budget, room * sizeof(*rows));
	rows = MemoryContextAllocExtended(triangle->context, room * sizeof(*rows), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	if (triangle->rows != NULL)
	{
		memcpy(rows, triangle->rows, triangle->room * sizeof(*rows));
		pfree(triangle->rows);
		seg_budget_release(triangle->budget, triangle->room * sizeof(*rows));
	}
	triangle->rows = rows;
	triangle->room = room;
}

/* The cells of the cohort that many periods before the last one. */
static SegRetentionCell *
row_of(Triangle *triangle, int64 before)
{
	SegRetentionCell *row;

	if (before >= MAX_CELLS)
		refuse_cells(before + 1);
	if (before >= triangle->room)
		grow_rows(triangle, before + 1);
	if (triangle->rows[before] != NULL)
		return triangle->rows[before];
	triangle->cells += before + 1;
	if (triangle->cells > MAX_CELLS)
		refuse_cells(triangle->cells);
	seg_budget_reserve(triangle->budget, (before + 1) * sizeof(SegRetentionCell));
	row = MemoryContextAllocExtended(triangle->context, (before + 1) * sizeof(SegRetentionCell),
									 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int64 i = 0; i <= before; i++)
		row[i].first_day = SEG_NO_DAY;
	return triangle->rows[before] = row;
}

/* What copies wide amounts of an engine. */
typedef struct Copier
{
	SegReceiptsEngine *engine;
	SegWidePool *totals;
} Copier;

static int64
copy_wide(void *argument, int64 number)
{
	Copier	   *copier = argument;
	SegAmount	amount = {number, SEG_AMOUNT_WIDE};
	Numeric		value = seg_engine_amount(copier->engine, amount);
	int64		copy = seg_wide_pool_enter(copier->totals, value);

	pfree(value);
	return copy;
}

static void
add_customer(SegReceiptsEngine *engine, const SegKey *customer, const SegReceipt *receipts, size_t n, void *argument)
{
	Triangle   *triangle = argument;
	Copier		copier = {engine, triangle->totals};
	SegRetentionPools pools = {seg_engine_pool(engine), triangle->totals, copy_wide, &copier};
	size_t		first = seg_retention_first(pools.receipts, receipts, n);
	int64		born;

	if (first == n)
		return;
	born = seg_retention_period(&triangle->periods, receipts[first].day);
	seg_retention_add(&triangle->periods, &pools, receipts, n, first, row_of(triangle, triangle->periods.last - born));
}

/* ---- rows ---- */

static Numeric
total_of(Triangle *triangle, const SegTotal *total)
{
	return seg_total_numeric(triangle->totals, total);
}

/* One period of a cohort, whose first cell is row[0]. */
static void
put_period(Triangle *triangle, SegRow *row, const SegRetentionCell *cohort, int64 period, bool is_over)
{
	const SegRetentionCell *cell = &cohort[period];
	char		label[SEG_LABEL_SIZE];
	size_t		size = seg_cohort_label(triangle->periods.grain, cohort->first_day, label);
	int64		customers = cohort->active;

	seg_put(row, PointerGetDatum(cstring_to_text_with_len(label, size)), false);
	seg_put_int32(row, (int32) period);
	seg_put_int64(row, customers);
	seg_put(row, Int64GetDatum(cell->active), !is_over);
	seg_put(row, Float8GetDatum((double) cell->active / customers), !is_over);
	seg_put(row, Int64GetDatum(customers - cell->active), !is_over);
	seg_put(row, NumericGetDatum(total_of(triangle, &cell->net)), !is_over);
	if (is_over && cell->receipts > 0)
		seg_put(row, DirectFunctionCall2(numeric_div, NumericGetDatum(total_of(triangle, &cell->sales)),
										 NumericGetDatum(int64_to_numeric(cell->receipts))), false);
	else
		seg_put_null(row);
	seg_put_bool(row, is_over);
	seg_row_store(row);
}

static void
put_rows(Triangle *triangle, SegRow *row)
{
	MemoryContext rows = AllocSetContextCreate(CurrentMemoryContext, "segment row", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(rows);
	int64		open = seg_cohort_index(triangle->periods.grain, (int64) triangle->periods.as_of + 1);

	for (size_t before = triangle->room; before-- > 0;)
		if (triangle->rows[before] != NULL)
			for (int64 period = 0; period <= before; period++)
			{
				CHECK_FOR_INTERRUPTS();
				put_period(triangle, row, triangle->rows[before], period,
						   triangle->periods.last - (int64) before + period < open);
				MemoryContextReset(rows);
			}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(rows);
}

static void
retention_rows(FunctionCallInfo fcinfo, SegRow *row)
{
	Triangle   *triangle = palloc0(sizeof(Triangle));
	SegReceiptsSource source;
	SegReceiptsEngine *engine;
	Datum		nothing;

	(void) seg_receipts_call(fcinfo, "check_cohort_retention", &nothing);
	source = seg_receipts_source(fcinfo, ARG_RECEIPTS, ARG_AS_OF, ARG_CURRENCY, ARG_RATES);
	triangle->context = CurrentMemoryContext;
	triangle->budget = seg_budget_create(CurrentMemoryContext);
	triangle->totals = seg_wide_pool_create(CurrentMemoryContext, triangle->budget);
	seg_retention_begin(&triangle->periods, seg_grain_argument(fcinfo, ARG_GRAIN), source.as_of);
	engine = seg_engine_create(SEG_RECEIPTS_LIST, SEG_NO_DAY);
	seg_receipts_read(&source, engine);
	seg_engine_each_list(engine, add_customer, triangle);
	seg_engine_end(engine);
	put_rows(triangle, row);
}

PG_FUNCTION_INFO_V1(cohort_retention);
Datum
cohort_retention(PG_FUNCTION_ARGS)
{
	return seg_receipts_rows(fcinfo, retention_rows);
}
