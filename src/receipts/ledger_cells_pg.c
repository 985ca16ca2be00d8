/*
 * ledger_cells_pg.c
 *		The rows of a ledger out of its receipts: one for each customer and month.
 */
#include "receipts/ledger_pg.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "receipts/month_pg.h"
#include "receipts/wide_pool_pg.h"

/* A sum that leaves the amounts as they are. */
typedef struct Sum
{
	SegTotal	units;			/* of the amounts that are not wide */
	Numeric		wide;			/* of the others; NULL: there are none */
} Sum;

typedef struct Cell
{
	int64		receipts;		/* whose total is not negative */
	Sum			sales;			/* of these */
	Sum			net;
	int64		lines;
	Sum			quantity;
	int32		first_day;		/* of these */
	int32		last_day;
} Cell;

typedef struct Cells
{
	SegRow	   *row;
	MemoryContext context;		/* of one customer's rows */
	SegMonth	month;
	bool		has_quantity;
	MemoryContext all_rows;		/* of the months */
	Bitmapset  *months;
	int32		last_month;		/* the number that was added last */
	HTAB	   *stores;			/* of SegMonthStore, or NULL */
} Cells;

/* The number of a month is negative in years before 0; the first one of dates is in 4714 BC. */
#define MONTHS_BEFORE (4800 * 12)

static void
add(SegReceiptsEngine *engine, Sum *sum, SegAmount amount)
{
	Numeric		value;

	if (amount.scale != SEG_AMOUNT_WIDE)
	{
		seg_total_add(NULL, &sum->units, amount);
		return;
	}
	value = seg_wide_pool_value(seg_engine_pool(engine), amount.value);
	sum->wide = sum->wide == NULL ? value : numeric_add_opt_error(sum->wide, value, NULL);
}

static Datum
value_of(SegReceiptsEngine *engine, const Sum *sum)
{
	Numeric		value = seg_total_numeric(seg_engine_pool(engine), &sum->units);

	return NumericGetDatum(sum->wide == NULL ? value : numeric_add_opt_error(value, sum->wide, NULL));
}

/* The rows that follow are of another month. */
static void
begin_month(Cells *cells)
{
	MemoryContext old = MemoryContextSwitchTo(cells->all_rows);

	cells->last_month = cells->month.number;
	cells->months = bms_add_member(cells->months, cells->last_month + MONTHS_BEFORE);
	if (cells->stores != NULL)
	{
		bool		found;
		SegMonthStore *month = hash_search(cells->stores, &cells->last_month, HASH_ENTER, &found);

		if (!found)
			month->store = tuplestore_begin_heap(false, false, Max(64, work_mem / 64));
		cells->row->store = month->store;
	}
	MemoryContextSwitchTo(old);
}

static void
put_cell(SegReceiptsEngine *engine, Cells *cells, SegKey customer, const Cell *cell)
{
	SegRow	   *row = cells->row;
	bool		none = cell->receipts == 0;

	if (cells->months == NULL || cells->last_month != cells->month.number)
		begin_month(cells);
	seg_put_int64(row, cell->receipts);
	seg_put_int64(row, cell->lines);
	seg_put(row, DateADTGetDatum(cells->month.first), false);
	seg_put(row, DateADTGetDatum(cell->first_day), none);
	seg_put(row, DateADTGetDatum(cell->last_day), none);
	seg_put(row, value_of(engine, &cell->net), false);
	seg_put(row, none ? (Datum) 0 : value_of(engine, &cell->sales), none);
	seg_put(row, cells->has_quantity ? value_of(engine, &cell->quantity) : (Datum) 0, !cells->has_quantity);
	seg_put(row, PointerGetDatum(seg_receipts_id(engine, customer)), false);
	seg_row_store(row);
}

/* How many lines each receipt of the customer has, in the current context. */
static int64 *
count_lines(const SegCustomerReceipts *customer)
{
	int64	   *lines = MemoryContextAllocExtended(CurrentMemoryContext, customer->n * sizeof(int64),
												   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

	for (size_t i = 0; i < customer->item_count; i++)
	{
		seg_check_step(i);
		lines[customer->items[i].receipt]++;
	}
	return lines;
}

static void
put_customer(SegReceiptsEngine *engine, const SegKey *key, const SegCustomerReceipts *customer, void *argument)
{
	Cells	   *cells = argument;
	MemoryContext old = MemoryContextSwitchTo(cells->context);
	int64	   *lines = count_lines(customer);
	Cell		cell = {0};

	for (size_t i = 0; i < customer->n; i++)
	{
		const SegDetailedReceipt *each = &customer->receipts[i];
		SegAmount	amount = seg_receipt_amount(&each->receipt);
		int32		day = each->receipt.day;

		seg_month_find(&cells->month, day);
		cell.lines += lines[i];
		add(engine, &cell.net, amount);
		add(engine, &cell.quantity, seg_details_quantity(&each->details));
		if (!seg_amount_is_negative(seg_engine_pool(engine), amount))
		{
			add(engine, &cell.sales, amount);
			if (cell.receipts++ == 0)
				cell.first_day = day;
			cell.last_day = day;
		}
		if (i + 1 == customer->n || customer->receipts[i + 1].receipt.day >= cells->month.end)
		{
			put_cell(engine, cells, *key, &cell);
			cell = (Cell) {0};
		}
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(cells->context);
}

/* The source has a column quantity that is a number. */
static bool
has_quantity(Oid relation)
{
	AttrNumber	number = get_attnum(relation, "quantity");
	char		category;
	bool		preferred;
	Oid			type;
	Oid			cast;

	if (number <= 0)
		return false;
	type = getBaseType(get_atttype(relation, number));
	get_type_category_preferred(type, &category, &preferred);
	return category == TYPCATEGORY_NUMERIC &&
		find_coercion_pathway(NUMERICOID, type, COERCION_EXPLICIT, &cast) != COERCION_PATH_NONE;
}

int32
seg_ledger_month_day(int member)
{
	return date2j(member / 12 - MONTHS_BEFORE / 12, member % 12 + 1, 1) - POSTGRES_EPOCH_JDATE;
}

Bitmapset *
seg_ledger_cells(const SegReceiptsSource *source, SegRow *row, MemoryContext context, HTAB *stores)
{
	SegReceiptsEngine *engine = seg_engine_create(SEG_RECEIPTS_LIST, SEG_NO_DAY);
	Cells		cells = {
		.row = row, .context = AllocSetContextCreate(CurrentMemoryContext, "segment row", ALLOCSET_DEFAULT_SIZES),
		.all_rows = context, .stores = stores
	};
	SegReceiptsSource detailed = *source;

	cells.has_quantity = has_quantity(source->receipts);
	/* no code, no time of day, no discount */
	detailed.details = cstring_to_text(cells.has_quantity ? "NULL::text, NULL::time, l.quantity::numeric, NULL::numeric"
									   : "NULL::text, NULL::time, NULL::numeric, NULL::numeric");
	seg_engine_keep_details(engine);
	seg_receipts_read(&detailed, engine);
	seg_engine_each_detailed(engine, put_customer, &cells);
	seg_engine_end(engine);
	MemoryContextDelete(cells.context);
	return cells.months;
}
