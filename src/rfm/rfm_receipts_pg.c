/*
 * rfm_receipts_pg.c
 *		rfm: recency, frequency, monetary, scores and segments of all customers of a
 *		receipts relation, or of a ledger.
 *
 * One pass sums the receipts of each customer (receipts/engine_pg.h).  A second one over
 * the customers fits the cuts, where no model gives them; the last one returns the rows.
 */
#include "server/compat.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "receipts/ledger_pg.h"
#include "receipts/wide_pool_pg.h"
#include "rfm/rfm_fit_pg.h"
#include "rfm/rfm_model_pg.h"
#include "rfm/rfm_names_pg.h"
#include "rfm/rfm_score.h"
#include "server/numeric_units.h"

/* Arguments of rfm by their places. */
enum
{
	ARG_RECEIPTS, ARG_AS_OF, ARG_MODEL, ARG_OPTIONS, ARG_SCHEME, ARG_RULES, ARG_STRICT,
	ARG_CURRENCY, ARG_RATES, ARG_MONTHS, ARG_SINCE, ARG_LANGUAGE
};

#define MAX_CELLS (SEG_RFM_MAX_BINS * SEG_RFM_MAX_BINS * SEG_RFM_MAX_BINS)

/* What the rows of customers with the same scores have in common. */
typedef struct Cell
{
	bool		occurs;
	int			scores[SEG_RFM_MEASURES];
	Datum		score_text;
	Datum		segment;
	Datum		segment_code;
	Datum		segment_order;
	bool		nulls[3];		/* of segment, segment_code and segment_order */
} Cell;

typedef struct Scoring
{
	DateADT		as_of;
	SegRfmModel model;
	SegStates  *states;
	SegRfmState *state;			/* while the cuts are fitted */
	SegRfmNaming naming;
	bool		by_rules;		/* cells are named all at once, by the caller's rules */
	Cell		cells[MAX_CELLS];
	Cell		without[2];		/* SEG_RFM_NOT_SCORED and SEG_RFM_INACTIVE, less 1 */
	SegRow	   *row;
	MemoryContext row_context;
} Scoring;

/* ---- values and scores ---- */

static double
money_of(SegReceiptsEngine *engine, const SegTotal *net)
{
	Numeric		value;
	double		money;

	if (net->wide == 0)
		return seg_units_float8(net->units);
	value = seg_total_numeric(seg_engine_pool(engine), net);
	/* float8 ends at 1.8e308; what is beyond is the largest value, and ranks as such */
	money = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value)));
	pfree(value);
	return fmax(fmin(money, DBL_MAX), -DBL_MAX);
}

/* False for a customer without a receipt in the window. */
static bool
values_of(SegReceiptsEngine *engine, const SegCustomer *customer, DateADT as_of, double values[SEG_RFM_MEASURES])
{
	if (customer->count == 0)
		return false;
	values[SEG_RECENCY] = as_of - customer->last_day;
	values[SEG_FREQUENCY] = customer->count;
	values[SEG_MONETARY] = money_of(engine, &customer->net);
	return true;
}

static void
count_customer(SegReceiptsEngine *engine, const SegCustomer *customer, void *argument)
{
	Scoring    *scoring = argument;
	double		values[SEG_RFM_MEASURES];
	SegRfmState *counted;

	if (!values_of(engine, customer, scoring->as_of, values))
		return;
	counted = seg_rfm_state_count(scoring->states, scoring->state, values);
	if (counted != scoring->state)
		pfree(scoring->state);
	scoring->state = counted;
}

/* What fitting the cuts of so many customers may take: a state that grows is there three times for a moment. */
static size_t
fit_bytes(uint64 customers)
{
	uint32		log2_slots[SEG_RFM_MEASURES];

	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		log2_slots[i] = seg_value_table_log2(SEG_VALUE_TABLE_MIN_LOG2, Min(customers, SEG_VALUE_TABLE_MOST));
	return 4 * seg_rfm_state_size(log2_slots);
}

/* The cuts: those of the argument model, or fitted to the customers; none when nobody bought. */
static void
find_cuts(FunctionCallInfo fcinfo, SegReceiptsEngine *engine, Scoring *scoring)
{
	SegRfmOptions options;

	if (!PG_ARGISNULL(ARG_MODEL))
	{
		scoring->model = *(SegRfmModel *) seg_model_decode(PG_GETARG_BYTEA_PP(ARG_MODEL), &seg_rfm_model_type);
		return;
	}
	options = seg_rfm_options_read(PG_ARGISNULL(ARG_OPTIONS) ? NULL : PG_GETARG_JSONB_P(ARG_OPTIONS));
	seg_engine_make_room(engine, fit_bytes(seg_engine_customers(engine)));
	scoring->states = seg_states_in(CurrentMemoryContext);
	scoring->state = seg_rfm_state_create(scoring->states, &options);
	seg_engine_each_customer(engine, count_customer, scoring);
	(void) seg_rfm_state_fit(scoring->state, &scoring->model);
	pfree(scoring->state);
}

static void
name_cell(const SegRfmNaming *naming, Cell *cell, size_t place)
{
	SegRow		names = {.filled = 0};

	seg_rfm_put_segment(&names, naming, place);
	cell->segment = names.values[0];
	cell->segment_code = names.values[1];
	cell->segment_order = names.values[2];
	memcpy(cell->nulls, names.nulls, sizeof(cell->nulls));
}

/* The cell of a customer; text of a new one is in the current context. */
static Cell *
cell_of(SegReceiptsEngine *engine, const SegCustomer *customer, Scoring *scoring)
{
	double		values[SEG_RFM_MEASURES];
	int			scores[SEG_RFM_MEASURES];
	size_t		place = 0;
	Cell	   *cell;

	if (!values_of(engine, customer, scoring->as_of, values))
		return &scoring->without[(customer->last_day == SEG_NO_DAY ? SEG_RFM_NOT_SCORED : SEG_RFM_INACTIVE) - 1];
	seg_rfm_score(&scoring->model, values, scores);
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		place = place * SEG_RFM_MAX_BINS + scores[i] - 1;
	cell = &scoring->cells[place];
	if (!cell->occurs)
	{
		cell->occurs = true;
		memcpy(cell->scores, scores, sizeof(scores));
		cell->score_text = PointerGetDatum(seg_rfm_score_text(scores));
		if (!scoring->by_rules)
			name_cell(&scoring->naming, cell, seg_rfm_place_of(&scoring->naming, scores));
	}
	return cell;
}

static void
mark_cell(SegReceiptsEngine *engine, const SegCustomer *customer, void *argument)
{
	(void) cell_of(engine, customer, argument);
}

/* ---- names ---- */

/* The words for customers without scores. */
static void
name_without(Scoring *scoring, const SegRfmNaming *naming)
{
	for (int word = SEG_RFM_NOT_SCORED; word <= SEG_RFM_INACTIVE; word++)
		name_cell(naming, &scoring->without[word - 1], naming->count - word);
}

/* One of the scores of all cells that occur, as integer[]. */
static Datum
scores_that_occur(const Scoring *scoring, int measure)
{
	ArrayBuildState *array = initArrayResult(INT4OID, CurrentMemoryContext, false);

	for (int i = 0; i < MAX_CELLS; i++)
		if (scoring->cells[i].occurs)
			array = accumArrayResult(array, Int32GetDatum(scoring->cells[i].scores[measure]), false, INT4OID,
									 CurrentMemoryContext);
	return makeArrayResult(array, CurrentMemoryContext);
}

/* The names that the caller's rules give to the scores that occur. */
static void
name_by_rules(FunctionCallInfo fcinfo, Scoring *scoring)
{
	Oid			types[] = {REGCLASSOID, BOOLOID, INT4ARRAYOID, INT4ARRAYOID, INT4ARRAYOID};
	Datum		values[] = {PG_GETARG_DATUM(ARG_RULES), PG_GETARG_DATUM(ARG_STRICT),
		scores_that_occur(scoring, 0), scores_that_occur(scoring, 1), scores_that_occur(scoring, 2)};
	Datum		query;
	uint64		next = 0;

	if (SPI_execute_with_args("SELECT segment_internal.rfm_rules_query($1)", 1, types, values, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not make the query of rules");
	query = CStringGetDatum(SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
	if (SPI_execute_with_args(DatumGetCString(query), 5, types, values, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the rules");
	for (int i = 0; i < MAX_CELLS; i++)
	{
		Cell	   *cell = &scoring->cells[i];
		HeapTuple	tuple;

		if (!cell->occurs)
			continue;
		if (next == SPI_processed)
			elog(ERROR, "the rules gave too few names");
		tuple = SPI_tuptable->vals[next++];
		cell->segment = SPI_getbinval(tuple, SPI_tuptable->tupdesc, 1, &cell->nulls[0]);
		cell->nulls[1] = true;
		cell->segment_order = SPI_getbinval(tuple, SPI_tuptable->tupdesc, 2, &cell->nulls[2]);
	}
	for (int i = 0; i < lengthof(scoring->without); i++)
		scoring->without[i].nulls[2] = true;
}

/* What is named before the rows: customers without scores, and with rules all cells. */
static void
name_cells(FunctionCallInfo fcinfo, SegReceiptsEngine *engine, Scoring *scoring)
{
	SegRfmNaming *naming = &scoring->naming;

	*naming = seg_rfm_naming_arguments(fcinfo, ARG_SCHEME, ARG_LANGUAGE);
	scoring->by_rules = !PG_ARGISNULL(ARG_RULES);
	if (scoring->by_rules)
	{
		/* rules have names for scores only */
		naming->scheme = SEG_RFM_GRID;
		naming->count = seg_rfm_segments(SEG_RFM_GRID, &naming->segments);
	}
	name_without(scoring, naming);
	if (scoring->by_rules)
	{
		seg_engine_each_customer(engine, mark_cell, scoring);
		name_by_rules(fcinfo, scoring);
	}
}

/* ---- rows ---- */

static void
put_customer(SegReceiptsEngine *engine, const SegCustomer *customer, void *argument)
{
	Scoring    *scoring = argument;
	SegRow	   *row = scoring->row;
	const Cell *cell = cell_of(engine, customer, scoring);
	MemoryContext old = MemoryContextSwitchTo(scoring->row_context);

	seg_put(row, PointerGetDatum(seg_receipts_id(engine, customer->key)), false);
	seg_put(row, Int32GetDatum(scoring->as_of - customer->last_day), customer->last_day == SEG_NO_DAY);
	seg_put_int64(row, customer->count);
	seg_put(row, NumericGetDatum(seg_total_numeric(seg_engine_pool(engine), &customer->net)), false);
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		seg_put(row, Int32GetDatum(cell->scores[i]), !cell->occurs);
	seg_put(row, cell->score_text, !cell->occurs);
	seg_put(row, cell->segment, cell->nulls[0]);
	seg_put(row, cell->segment_code, cell->nulls[1]);
	seg_put(row, cell->segment_order, cell->nulls[2]);
	seg_row_store(row);
	MemoryContextSwitchTo(old);
	MemoryContextReset(scoring->row_context);
}

static void
rfm_rows(FunctionCallInfo fcinfo, SegRow *row)
{
	Scoring    *scoring = palloc0(sizeof(Scoring));
	Datum		since;
	bool		has_window = seg_receipts_call(fcinfo, "check_rfm", &since);
	SegReceiptsSource source = seg_receipts_source(fcinfo, ARG_RECEIPTS, ARG_AS_OF, ARG_CURRENCY, ARG_RATES);
	int32		first_day = has_window ? DatumGetDateADT(since) : SEG_NO_DAY;
	SegReceiptsEngine *engine = seg_engine_create(SEG_RECEIPTS_SUMS, first_day);

	seg_receipts_or_ledger_read(&source, engine, SEG_RECEIPTS_SUMS, first_day);
	scoring->as_of = source.as_of;
	scoring->row = row;
	scoring->row_context = AllocSetContextCreate(CurrentMemoryContext, "segment row", ALLOCSET_DEFAULT_SIZES);
	find_cuts(fcinfo, engine, scoring);
	name_cells(fcinfo, engine, scoring);
	seg_engine_each_customer(engine, put_customer, scoring);
	seg_engine_end(engine);
}

PG_FUNCTION_INFO_V1(rfm);
Datum
rfm(PG_FUNCTION_ARGS)
{
	return seg_receipts_rows(fcinfo, rfm_rows);
}
