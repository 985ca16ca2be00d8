/*
 * line_reader_pg.h
 *		Rows of the query of receipt lines: checked, counted, and added to an engine.
 *
 * What is wrong with the lines is counted as they pass and raised at the end, in the same
 * words whatever their order.  Counts of several readers can be added up.
 */
#ifndef SEG_RECEIPTS_LINE_READER_PG_H
#define SEG_RECEIPTS_LINE_READER_PG_H

#include "server/compat.h"

#include "receipts/codes_pg.h"
#include "receipts/engine_bytes_pg.h"
#include "receipts/engine_pg.h"
#include "receipts/month_pg.h"

/* Columns of the query. */
enum
{
	SEG_LINE_CUSTOMER,
	SEG_LINE_RECEIPT,
	SEG_LINE_DAY,
	SEG_LINE_AMOUNT,
	SEG_LINE_CURRENCY,
	SEG_LINE_VALUE,				/* the amount by its rate; the query has it where there are rates */
};

/* Columns behind them, where the engine keeps details. */
enum
{
	SEG_DETAIL_CODE,
	SEG_DETAIL_TIME,
	SEG_DETAIL_QUANTITY,
	SEG_DETAIL_DISCOUNT,
	SEG_DETAIL_COLUMNS
};

#define SEG_MAX_CURRENCIES 1000

/* Different codes of currencies. */
typedef struct SegCurrencies
{
	char	   *codes[SEG_MAX_CURRENCIES];
	int			count;
	int			last;			/* found by the call before */
	bool		has_none;		/* there are lines without one */
} SegCurrencies;

/* How the columns of the query are to be read. */
typedef struct SegLineShape
{
	bool		has_value;
	bool		in_months;		/* the lines of a receipt in two months are two receipts */
	bool		keep_blank_codes;	/* is a blank code a value like others?  Else it is none. */
	bool		integer_code;
	bool		integer_customer;
	bool		integer_receipt;
	int			details;		/* the first of their columns; 0: none */
} SegLineShape;

/* What there was besides the lines that were added. */
typedef struct SegLineCounts
{
	uint64		lines;			/* all of them */
	uint64		without_customer;
	uint64		without_receipt;
	uint64		without_amount;
	bool		not_finite;
	bool		quantity_not_finite;
	bool		discount_not_finite;
	bool		infinite_day;
} SegLineCounts;

typedef struct SegLineReader
{
	SegReceiptsEngine *engine;
	SegCodes   *codes;			/* of the details; NULL without them */
	MemoryContext context;		/* of the currencies */
	SegLineShape shape;
	SegMonth	month;			/* of the line before */
	SegLineCounts counts;
	SegCurrencies currencies;
	SegCurrencies without_rate;
} SegLineReader;

/* A reader in the current context.  IN codes: of the details, or NULL. */
extern SegLineReader *seg_line_reader_create(SegReceiptsEngine *engine, SegCodes *codes);

/*
 * Read one row, whose values need not outlive the call, and add what it has to the engine.  The
 * current context is for what the row needs: the caller resets it.
 */
extern void seg_line_reader_take(SegLineReader *reader, const Datum *values, const bool *nulls);

/* The amount of a numeric, for the engine; false when it is NaN or infinite. */
extern bool seg_receipts_amount(SegReceiptsEngine *engine, Datum datum, SegAmount *amount);

/* Forget all rows.  The engine is the caller's. */
extern void seg_line_reader_clear(SegLineReader *reader);

/* Raise what is wrong with the lines: the errors of seg_receipts_read(). */
extern void seg_line_reader_raise(SegLineReader *reader, bool has_rates);

/* Write shape, counts, currencies and codes, or only find their size. */
extern void seg_line_reader_write(const SegLineReader *reader, SegBytesOut *out);

/*
 * Read what another reader wrote, and add it.  Returns the codes here of its codes, by code, in
 * the current context; NULL without details.
 */
extern uint32 *seg_line_reader_merge(SegLineReader *reader, SegBytesIn *in);

#endif							/* SEG_RECEIPTS_LINE_READER_PG_H */
