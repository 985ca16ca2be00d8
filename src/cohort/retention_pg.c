/*
 * retention_pg.c
 *		cohort_retention: the retention of cohorts out of a receipts relation, or of a ledger.
 *
 * With the argument by there is a triangle for each value of a column.  Values are codes
 * (receipts/codes_pg.h) of the lines; code 0, NULL, is also that of all customers without by.
 */
#include "server/compat.h"

#include "executor/spi.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "base/sort.h"
#include "cohort/cohort_pg.h"
#include "cohort/retention.h"
#include "receipts/codes_pg.h"
#include "receipts/ledger_pg.h"
#include "receipts/wide_pool_pg.h"
#include "server/budget.h"
#include "server/rows.h"

enum
{
	ARG_RECEIPTS, ARG_AS_OF, ARG_GRAIN, ARG_CURRENCY, ARG_RATES
};

/* Rows that all triangles may have together. */
#define MAX_CELLS 10000000

typedef struct Triangle
{
	SegRetentionCell **rows;	/* by how many periods the cohort lies before the last; NULL: no such cohort */
	size_t		room;			/* of rows */
} Triangle;

typedef struct Retention
{
	SegRetention periods;
	MemoryContext context;
	SegBudget  *budget;
	SegWidePool *totals;
	SegCodes   *codes;			/* of the values of by; NULL without it */
	Triangle   *triangles;		/* by code; 0: no value */
	size_t		triangle_room;
	int64		cells;			/* of all triangles */
	SegReceipt *receipts;		/* of one customer */
	size_t		receipt_room;
} Retention;

static void
refuse_cells(int64 cells)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("cohorts have at least " INT64_FORMAT " periods in total, but the limit is %d", cells, MAX_CELLS),
			 errhint("Take a coarser grain or an earlier as_of.")));
}

/* An array of the same items and zeros behind them. */
static void *
grown(Retention *retention, void *items, size_t *room, size_t wanted, size_t item_size)
{
	size_t		new_room = Max(wanted, 2 * *room);
	void	   *new;

	seg_budget_reserve(retention->budget, new_room * item_size);
	new = MemoryContextAllocExtended(retention->context, new_room * item_size, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	if (items != NULL)
	{
		memcpy(new, items, *room * item_size);
		pfree(items);
		seg_budget_release(retention->budget, *room * item_size);
	}
	*room = new_room;
	return new;
}

/* The cells of the cohort that many periods before the last one. */
static SegRetentionCell *
row_of(Retention *retention, uint32 code, int64 before)
{
	Triangle   *triangle;
	SegRetentionCell *row;

	if (before >= MAX_CELLS)
		refuse_cells(before + 1);
	if (code >= retention->triangle_room)
		retention->triangles = grown(retention, retention->triangles, &retention->triangle_room, (size_t) code + 1, sizeof(Triangle));
	triangle = &retention->triangles[code];
	if (before >= triangle->room)
		triangle->rows = grown(retention, triangle->rows, &triangle->room, before + 1, sizeof(*triangle->rows));
	if (triangle->rows[before] != NULL)
		return triangle->rows[before];
	retention->cells += before + 1;
	if (retention->cells > MAX_CELLS)
		refuse_cells(retention->cells);
	seg_budget_reserve(retention->budget, (before + 1) * sizeof(SegRetentionCell));
	row = MemoryContextAllocExtended(retention->context, (before + 1) * sizeof(SegRetentionCell),
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

/* Add a customer to the cohort of receipts[first]. */
static void
add_to_cohort(Retention *retention, SegReceiptsEngine *engine, const SegReceipt *receipts, size_t n, size_t first, uint32 code)
{
	Copier		copier = {engine, retention->totals};
	SegRetentionPools pools = {seg_engine_pool(engine), retention->totals, copy_wide, &copier};
	int64		born = seg_retention_period(&retention->periods, receipts[first].day);

	seg_retention_add(&retention->periods, &pools, receipts, n, first, row_of(retention, code, retention->periods.last - born));
}

static void
add_customer(SegReceiptsEngine *engine, const SegKey *customer, const SegReceipt *receipts, size_t n, void *argument)
{
	size_t		first = seg_retention_first(seg_engine_pool(engine), receipts, n);

	if (first < n)
		add_to_cohort(argument, engine, receipts, n, first, 0);
}

/* ---- by a column ---- */

/* The order of values: by bytes, and no value last. */
static int
compare_codes(const SegCodes *codes, uint32 a, uint32 b)
{
	const SegKey *one;
	const SegKey *other;
	size_t		one_size;
	size_t		other_size;
	int			order;

	if (a == 0 || b == 0)
		return (a == 0) - (b == 0);
	one = seg_codes_key(codes, a);
	other = seg_codes_key(codes, b);
	one_size = seg_key_size(*one);
	other_size = seg_key_size(*other);
	order = memcmp(seg_key_text(one), seg_key_text(other), Min(one_size, other_size));
	return order != 0 ? order : (one_size > other_size) - (one_size < other_size);
}

/* The lowest value of the lines of the first receipt, or of all that are as early. */
static uint32
code_of_first(const Retention *retention, SegReceiptsEngine *engine, const SegCustomerReceipts *customer, size_t first)
{
	const SegDetailedReceipt *earliest = &customer->receipts[first];
	uint32		code = 0;

	for (size_t i = 0; i < customer->item_count; i++)
	{
		const SegReceiptItem *item = &customer->items[i];
		const SegDetailedReceipt *receipt = &customer->receipts[item->receipt];

		seg_check_step(i);
		if (receipt->receipt.day == earliest->receipt.day && receipt->details.second == earliest->details.second &&
			!seg_amount_is_negative(seg_engine_pool(engine), seg_receipt_amount(&receipt->receipt)) &&
			compare_codes(retention->codes, item->code, code) < 0)
			code = item->code;
	}
	return code;
}

static void
add_customer_by(SegReceiptsEngine *engine, const SegKey *customer, const SegCustomerReceipts *receipts, void *argument)
{
	Retention  *retention = argument;
	size_t		n = receipts->n;
	size_t		first;

	if (n > retention->receipt_room)
		retention->receipts = grown(retention, retention->receipts, &retention->receipt_room, n, sizeof(SegReceipt));
	for (size_t i = 0; i < n; i++)
		retention->receipts[i] = receipts->receipts[i].receipt;
	first = seg_retention_first(seg_engine_pool(engine), retention->receipts, n);
	if (first < n)
		add_to_cohort(retention, engine, retention->receipts, n, first, code_of_first(retention, engine, receipts, first));
}

/* ---- rows ---- */

static Numeric
total_of(Retention *retention, const SegTotal *total)
{
	return seg_total_numeric(retention->totals, total);
}

static void
put_value(const Retention *retention, SegRow *row, uint32 code)
{
	const SegKey *key;

	if (code == 0)
	{
		seg_put_null(row);
		return;
	}
	key = seg_codes_key(retention->codes, code);
	seg_put(row, PointerGetDatum(cstring_to_text_with_len(seg_key_text(key), seg_key_size(*key))), false);
}

/* One period of a cohort, whose first cell is row[0]. */
static void
put_period(Retention *retention, SegRow *row, uint32 code, const SegRetentionCell *cohort, int64 period, bool is_over)
{
	const SegRetentionCell *cell = &cohort[period];
	char		label[SEG_LABEL_SIZE];
	size_t		size = seg_cohort_label(retention->periods.grain, cohort->first_day, label);
	int64		customers = cohort->active;

	seg_put(row, PointerGetDatum(cstring_to_text_with_len(label, size)), false);
	seg_put_int32(row, (int32) period);
	seg_put_int64(row, customers);
	seg_put(row, Int64GetDatum(cell->active), !is_over);
	seg_put(row, Float8GetDatum((double) cell->active / customers), !is_over);
	seg_put(row, Int64GetDatum(customers - cell->active), !is_over);
	seg_put(row, NumericGetDatum(total_of(retention, &cell->net)), !is_over);
	if (is_over && cell->receipts > 0)
		seg_put(row, DirectFunctionCall2(numeric_div, NumericGetDatum(total_of(retention, &cell->sales)),
										 NumericGetDatum(int64_to_numeric(cell->receipts))), false);
	else
		seg_put_null(row);
	seg_put_bool(row, is_over);
	put_value(retention, row, code);
	seg_row_store(row);
}

/* The rows of one triangle; what a row needs is in the current context, which is reset. */
static void
put_triangle(Retention *retention, SegRow *row, uint32 code)
{
	const Triangle *triangle = &retention->triangles[code];
	int64		open = seg_period_of_day(retention->periods.grain, (int64) retention->periods.as_of + 1);

	for (size_t before = triangle->room; before-- > 0;)
		if (triangle->rows[before] != NULL)
			for (int64 period = 0; period <= before; period++)
			{
				CHECK_FOR_INTERRUPTS();
				put_period(retention, row, code, triangle->rows[before], period,
						   retention->periods.last - (int64) before + period < open);
				MemoryContextReset(CurrentMemoryContext);
			}
}

static bool
is_lower_code(const void *a, const void *b, const void *argument)
{
	return compare_codes(argument, *(const uint32 *) a, *(const uint32 *) b) < 0;
}

static void
put_rows(Retention *retention, SegRow *row)
{
	size_t		n = retention->triangle_room;
	uint32	   *codes = seg_take(n, sizeof(uint32));
	MemoryContext rows = AllocSetContextCreate(CurrentMemoryContext, "segment row", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(rows);
	size_t		used = 0;

	for (size_t code = 0; code < n; code++)
		if (retention->triangles[code].rows != NULL)
			codes[used++] = (uint32) code;
	seg_sort(codes, used, sizeof(uint32), is_lower_code, retention->codes);
	for (size_t i = 0; i < used; i++)
		put_triangle(retention, row, codes[i]);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(rows);
}

static void
retention_rows(FunctionCallInfo fcinfo, SegRow *row)
{
	Retention  *retention = palloc0(sizeof(Retention));
	SegReceiptsSource source;
	SegReceiptsEngine *engine;
	Datum		details;
	bool		has_by = seg_receipts_call(fcinfo, "cohort_details", &details);

	source = seg_receipts_source(fcinfo, ARG_RECEIPTS, ARG_AS_OF, ARG_CURRENCY, ARG_RATES);
	retention->context = CurrentMemoryContext;
	retention->budget = seg_budget_create(CurrentMemoryContext);
	retention->totals = seg_wide_pool_create(CurrentMemoryContext, retention->budget);
	seg_retention_begin(&retention->periods, seg_grain_argument(fcinfo, ARG_GRAIN), source.as_of);
	engine = seg_engine_create(SEG_RECEIPTS_LIST, SEG_NO_DAY);
	if (has_by)
	{
		source.details = DatumGetTextPP(details);
		source.codes = retention->codes = seg_codes_create();
		source.keep_blank_codes = true;
		seg_engine_keep_details(engine);
	}
	seg_receipts_or_ledger_read(&source, engine, SEG_RECEIPTS_LIST, SEG_NO_DAY);
	if (has_by)
		seg_engine_each_detailed(engine, add_customer_by, retention);
	else
		seg_engine_each_list(engine, add_customer, retention);
	seg_engine_end(engine);
	put_rows(retention, row);
}

PG_FUNCTION_INFO_V1(cohort_retention);
Datum
cohort_retention(PG_FUNCTION_ARGS)
{
	return seg_receipts_rows(fcinfo, retention_rows);
}
