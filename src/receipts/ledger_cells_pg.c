/*
 * ledger_cells_pg.c
 *		The rows of a ledger out of its receipts: one for each customer and month.
 */
#include "receipts/ledger_pg.h"

#include "utils/builtins.h"
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
	int32		first_day;		/* of these */
	int32		last_day;
} Cell;

typedef struct Cells
{
	SegRow	   *row;
	MemoryContext context;		/* of one customer's rows */
	SegMonth	month;
} Cells;

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

static void
put_cell(SegReceiptsEngine *engine, Cells *cells, SegKey customer, const Cell *cell)
{
	SegRow	   *row = cells->row;
	bool		none = cell->receipts == 0;

	seg_put(row, PointerGetDatum(seg_receipts_id(engine, customer)), false);
	seg_put(row, DateADTGetDatum(cells->month.first), false);
	seg_put_int64(row, cell->receipts);
	seg_put(row, none ? (Datum) 0 : value_of(engine, &cell->sales), none);
	seg_put(row, value_of(engine, &cell->net), false);
	seg_put(row, DateADTGetDatum(cell->first_day), none);
	seg_put(row, DateADTGetDatum(cell->last_day), none);
	seg_row_store(row);
}

static void
put_customer(SegReceiptsEngine *engine, const SegKey *customer, const SegReceipt *receipts, size_t n, void *argument)
{
	Cells	   *cells = argument;
	MemoryContext old = MemoryContextSwitchTo(cells->context);
	Cell		cell = {0};

	for (size_t i = 0; i < n; i++)
	{
		SegAmount	amount = seg_receipt_amount(&receipts[i]);

		seg_month_find(&cells->month, receipts[i].day);
		add(engine, &cell.net, amount);
		if (!seg_amount_is_negative(seg_engine_pool(engine), amount))
		{
			add(engine, &cell.sales, amount);
			if (cell.receipts++ == 0)
				cell.first_day = receipts[i].day;
			cell.last_day = receipts[i].day;
		}
		if (i + 1 == n || receipts[i + 1].day >= cells->month.end)
		{
			put_cell(engine, cells, *customer, &cell);
			cell = (Cell) {0};
		}
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(cells->context);
}

void
seg_ledger_cells(const SegReceiptsSource *source, SegRow *row)
{
	SegReceiptsEngine *engine = seg_engine_create(SEG_RECEIPTS_LIST, SEG_NO_DAY);
	Cells		cells = {row, AllocSetContextCreate(CurrentMemoryContext, "segment row", ALLOCSET_DEFAULT_SIZES)};

	seg_receipts_read(source, engine);
	seg_engine_each_list(engine, put_customer, &cells);
	seg_engine_end(engine);
	MemoryContextDelete(cells.context);
}
