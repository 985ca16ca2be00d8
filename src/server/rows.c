/*
 * rows.c
 *		Returning rows: sets of rows, and one row as a composite value.
 */
#include "server/rows.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/tuplestore.h"

#include "server/settings.h"

/* The share of segment.fit_memory that rows take before they go to a file. */
#define ROWS_SHARE 32
#define LEAST_KB 64

/*
 * Have a set's rows in little memory, however large work_mem is.
 */
static void
limit_rows(ReturnSetInfo *result)
{
	int			kb = Max(LEAST_KB, seg_fit_memory_kb / ROWS_SHARE);
	MemoryContext old;

	if (kb >= work_mem)
		return;
	old = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
	tuplestore_end(result->setResult);
	result->setResult = tuplestore_begin_heap((result->allowedModes & SFRM_Materialize_Random) != 0, false, kb);
	MemoryContextSwitchTo(old);
}

void
seg_rows_begin(FunctionCallInfo fcinfo, SegRow *row)
{
	ReturnSetInfo *result;

	InitMaterializedSRF(fcinfo, 0);
	result = (ReturnSetInfo *) fcinfo->resultinfo;
	limit_rows(result);
	row->shape = result->setDesc;
	row->store = result->setResult;
	row->filled = 0;
	Assert(row->shape->natts <= SEG_ROW_COLUMNS);
}

void
seg_row_store(SegRow *row)
{
	CHECK_FOR_INTERRUPTS();
	Assert(row->filled == row->shape->natts);
	tuplestore_putvalues(row->store, row->shape, row->values, row->nulls);
	row->filled = 0;
}

Datum
seg_row_value(SegRow *row)
{
	Assert(row->filled == row->shape->natts);
	return HeapTupleGetDatum(heap_form_tuple(row->shape, row->values, row->nulls));
}
