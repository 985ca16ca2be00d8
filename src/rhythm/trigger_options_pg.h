/*
 * trigger_options_pg.h
 *		The triggers by name, and the options of triggers().
 */
#ifndef SEG_RHYTHM_TRIGGER_OPTIONS_PG_H
#define SEG_RHYTHM_TRIGGER_OPTIONS_PG_H

#include "server/options.h"

typedef enum SegTriggerKind
{
	SEG_TRIGGER_FIRST_PURCHASE,
	SEG_TRIGGER_SECOND_PURCHASE,
	SEG_TRIGGER_NTH_PURCHASE,
	SEG_TRIGGER_RETURNED,
	SEG_TRIGGER_LAPSED,
	SEG_TRIGGER_DUE,
	SEG_TRIGGER_SPEND_UP,
	SEG_TRIGGER_SPEND_DOWN,
	SEG_TRIGGER_FIRST_IN_CATEGORY,
	SEG_TRIGGER_BIRTHDAY,
	SEG_TRIGGER_ANNIVERSARY,
	SEG_TRIGGER_SEGMENT_UP,
	SEG_TRIGGER_SEGMENT_DOWN,
	SEG_TRIGGER_COUNT
} SegTriggerKind;

#define SEG_TRIGGER_BIT(kind) (UINT32_C(1) << (kind))
#define SEG_TRIGGERS_ALL (SEG_TRIGGER_BIT(SEG_TRIGGER_COUNT) - 1)

/* From receipts; of these, those that need the rhythm; and those from other relations. */
#define SEG_TRIGGERS_RHYTHM \
	(SEG_TRIGGER_BIT(SEG_TRIGGER_RETURNED) | SEG_TRIGGER_BIT(SEG_TRIGGER_LAPSED) | SEG_TRIGGER_BIT(SEG_TRIGGER_DUE))
#define SEG_TRIGGERS_SPEND (SEG_TRIGGER_BIT(SEG_TRIGGER_SPEND_UP) | SEG_TRIGGER_BIT(SEG_TRIGGER_SPEND_DOWN))
#define SEG_TRIGGERS_COUNT \
	(SEG_TRIGGER_BIT(SEG_TRIGGER_FIRST_PURCHASE) | SEG_TRIGGER_BIT(SEG_TRIGGER_SECOND_PURCHASE) | \
	 SEG_TRIGGER_BIT(SEG_TRIGGER_NTH_PURCHASE))
#define SEG_TRIGGERS_DATES (SEG_TRIGGER_BIT(SEG_TRIGGER_BIRTHDAY) | SEG_TRIGGER_BIT(SEG_TRIGGER_ANNIVERSARY))
#define SEG_TRIGGERS_SEGMENT (SEG_TRIGGER_BIT(SEG_TRIGGER_SEGMENT_UP) | SEG_TRIGGER_BIT(SEG_TRIGGER_SEGMENT_DOWN))
#define SEG_TRIGGERS_RECEIPTS \
	(SEG_TRIGGERS_RHYTHM | SEG_TRIGGERS_SPEND | SEG_TRIGGERS_COUNT | SEG_TRIGGER_BIT(SEG_TRIGGER_FIRST_IN_CATEGORY))

extern const char *const seg_trigger_names[];	/* by SegTriggerKind; ends with NULL */

typedef struct SegTriggerOptions
{
	SegIntList	triggers;		/* SegTriggerKind; none: all */
	double		level;
	SegRealList purchases;		/* whole numbers */
	int64		spend_days;
	double		spend_ratio;
	int64		lookahead_days;
	int			february_29;	/* 0: on the 28th, 1: on the 1st of March */
	double		placeholder_share;
	char	   *segment_column;
} SegTriggerOptions;

/* 22023 for a wrong option. */
extern SegTriggerOptions seg_trigger_options(const Jsonb *jsonb);

/* The kind of a name; 22023 when it is none. */
extern SegTriggerKind seg_trigger_kind(const char *name);

/* The kinds in a text[] of such names, as bits; nulls are left out. */
extern uint32 seg_trigger_kinds(Datum array);

#endif							/* SEG_RHYTHM_TRIGGER_OPTIONS_PG_H */
