/*
 * lines_pg.h
 *		A receipts relation read into an engine, in one pass, for the functions of
 *		several families: rfm, cohort_retention, receipt_totals, receipt_features.
 */
#ifndef SEG_RECEIPTS_LINES_PG_H
#define SEG_RECEIPTS_LINES_PG_H

#include "server/compat.h"

#include "executor/spi.h"
#include "utils/date.h"

#include "receipts/codes_pg.h"
#include "receipts/engine_pg.h"
#include "receipts/line_reader_pg.h"
#include "server/rows.h"

/* What a ledger reads: lines of one receipt that lie in two months are then two receipts. */
typedef struct SegLedgerLines
{
	bool		all;			/* of all months; else those below */
	Datum		months;			/* date[]: first days */
	Datum		customers;		/* text[], with customer_months, element by element */
	Datum		customer_months;	/* date[] */
} SegLedgerLines;

/* The arguments of a function that reads receipts. */
typedef struct SegReceiptsSource
{
	Oid			receipts;
	DateADT		as_of;
	bool		no_receipts;	/* these two are null, which is an error when they are read */
	bool		no_as_of;
	text	   *currency;		/* NULL: not given */
	Oid			rates;			/* InvalidOid: not given */
	text	   *details;		/* columns of the query (segment_internal.receipt_details), for an engine that keeps details, or NULL */
	SegCodes   *codes;			/* those of the lines' details */
	const struct SegLedgerLines *ledger;	/* NULL: not for a ledger */
	bool		keep_blank_codes;	/* is a blank code a value like others?  Else it is none. */
} SegReceiptsSource;

/* What stands at those places of the arguments. */
extern SegReceiptsSource seg_receipts_source(FunctionCallInfo fcinfo, int receipts, int as_of, int currency, int rates);

/*
 * Return a set of rows made by `work`, in a connection of SPI.  An error of work names the
 * fact and shows no SQL of ours.
 */
typedef void (*SegReceiptsWork) (FunctionCallInfo fcinfo, SegRow *row);
extern Datum seg_receipts_rows(FunctionCallInfo fcinfo, SegReceiptsWork work);

/* segment_internal.<function>(all arguments of the call); false when the result is NULL. */
extern bool seg_receipts_call(FunctionCallInfo fcinfo, const char *function, Datum *result);

/*
 * Read the lines up to as_of into the engine, as the caller, and close it.
 * Lines with a blank customer or receipt are left out; their number is a NOTICE.
 * Errors: those of segment_internal.check_receipts; 22004 lines without an amount; 22003 an
 * amount that is NaN or infinite; 22008 an infinite day; 22023 several currencies with neither
 * currency nor rates, no rate for a currency, or a currency that no line has.
 */
extern void seg_receipts_read(const SegReceiptsSource *source, SegReceiptsEngine *engine);

/* Run a query of receipts with these options, in a connection of SPI. */
extern void seg_receipts_run(const char *query, const SPIExecuteOptions *options);

/* The arguments receipts, as_of, currency and rates as $1 to $4, the details as $5, and those of source->ledger as $6 to $8. */
extern ParamListInfo seg_receipts_parameters(const SegReceiptsSource *source);

/* The id of a customer of the engine as text. */
extern text *seg_receipts_id(const SegReceiptsEngine *engine, SegKey key);

#endif							/* SEG_RECEIPTS_LINES_PG_H */
