/*
 * triggers_pg.h
 *		The arguments of segment_internal.trigger_rows by their places, and the function itself.
 */
#ifndef SEG_RHYTHM_TRIGGERS_PG_H
#define SEG_RHYTHM_TRIGGERS_PG_H

#include "server/compat.h"

#include "fmgr.h"

enum
{
	SEG_TRIGGER_RECEIPTS,
	SEG_TRIGGER_AS_OF,
	SEG_TRIGGER_LOOKBACK,
	SEG_TRIGGER_CUSTOMERS,
	SEG_TRIGGER_PRODUCTS,
	SEG_TRIGGER_HISTORY,
	SEG_TRIGGER_OPTIONS,
	SEG_TRIGGER_CURRENCY,
	SEG_TRIGGER_RATES,
	SEG_TRIGGER_KINDS,
	SEG_TRIGGER_ARGUMENTS
};

/* Their names. */
extern const char *const seg_trigger_arguments[SEG_TRIGGER_ARGUMENTS];

/* The call, whose flinfo is that of trigger_rows: fills the set of its resultinfo. */
extern Datum seg_trigger_rows(FunctionCallInfo fcinfo);

#endif							/* SEG_RHYTHM_TRIGGERS_PG_H */
