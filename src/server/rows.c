/*
 * rows.c
 *		Returning rows: sets of rows, and one row as a composite value.
 */
#include "server/rows.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/tuplestore.h"

void
seg_rows_begin(FunctionCallInfo fcinfo, SegRow *row)
{
	ReturnSetInfo *result;

	InitMaterializedSRF(fcinfo, 0);
	result = (ReturnSetInfo *) fcinfo->resultinfo;
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
