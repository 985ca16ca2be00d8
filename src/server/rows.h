/*
 * rows.h
 *		Returning rows: sets of rows, and one row as a composite value.
 *
 * A row is filled column by column, in the order of the SQL declaration; the
 * functions count the columns.  A double that is not finite becomes NULL, so that no
 * NaN reaches a BI tool.
 */
#ifndef SEG_SERVER_ROWS_H
#define SEG_SERVER_ROWS_H

#include "server/compat.h"

#include <math.h>

#include "access/tupdesc.h"
#include "utils/builtins.h"

#define SEG_ROW_COLUMNS 96

typedef struct SegRow
{
	TupleDesc	shape;
	void	   *store;			/* a set's Tuplestorestate; NULL: a composite value */
	int			filled;			/* columns filled so far */
	Datum		values[SEG_ROW_COLUMNS];
	bool		nulls[SEG_ROW_COLUMNS];
} SegRow;

/*
 * Begin a set of rows: the function is declared RETURNS TABLE or SETOF, stores
 * rows with seg_row_store(), and returns (Datum) 0.
 */
extern void seg_rows_begin(FunctionCallInfo fcinfo, SegRow *row);

/* Store the filled row and begin the next one. */
extern void seg_row_store(SegRow *row);

/*
 * Begin one row of a composite result.  The shape is looked up once for a call
 * site; see seg_call_shape() in server/model.h.
 */
static inline void
seg_row_begin(SegRow *row, TupleDesc shape)
{
	row->shape = shape;
	row->store = NULL;
	row->filled = 0;
}

/* The filled row, as the function's result. */
extern Datum seg_row_value(SegRow *row);

/* ---- columns ---- */

static inline void
seg_put(SegRow *row, Datum value, bool null)
{
	Assert(row->filled < SEG_ROW_COLUMNS);
	row->values[row->filled] = value;
	row->nulls[row->filled++] = null;
}

static inline void
seg_put_null(SegRow *row)
{
	seg_put(row, (Datum) 0, true);
}

static inline void
seg_put_int32(SegRow *row, int32 value)
{
	seg_put(row, Int32GetDatum(value), false);
}

static inline void
seg_put_int64(SegRow *row, int64 value)
{
	seg_put(row, Int64GetDatum(value), false);
}

static inline void
seg_put_bool(SegRow *row, bool value)
{
	seg_put(row, BoolGetDatum(value), false);
}

static inline void
seg_put_float8(SegRow *row, double value)
{
	seg_put(row, Float8GetDatum(value + 0.0), !isfinite(value));
}

/* NULL becomes NULL. */
static inline void
seg_put_text(SegRow *row, const char *value)
{
	seg_put(row, value == NULL ? (Datum) 0 : CStringGetTextDatum(value), value == NULL);
}

#endif							/* SEG_SERVER_ROWS_H */
