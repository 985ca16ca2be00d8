/*
 * trigger_options_pg.c
 *		The triggers by name, and the options of triggers(); see trigger_options_pg.h.
 */
#include "rhythm/trigger_options_pg.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#define MOST_PURCHASES 1000000
#define MOST_COUNTS 100			/* of purchases */

const char *const seg_trigger_names[] = {
	[SEG_TRIGGER_FIRST_PURCHASE] = "first_purchase",
	[SEG_TRIGGER_SECOND_PURCHASE] = "second_purchase",
	[SEG_TRIGGER_NTH_PURCHASE] = "nth_purchase",
	[SEG_TRIGGER_RETURNED] = "returned",
	[SEG_TRIGGER_LAPSED] = "lapsed",
	[SEG_TRIGGER_DUE] = "due",
	[SEG_TRIGGER_SPEND_UP] = "spend_up",
	[SEG_TRIGGER_SPEND_DOWN] = "spend_down",
	[SEG_TRIGGER_FIRST_IN_CATEGORY] = "first_in_category",
	[SEG_TRIGGER_BIRTHDAY] = "birthday",
	[SEG_TRIGGER_ANNIVERSARY] = "anniversary",
	[SEG_TRIGGER_SEGMENT_UP] = "segment_up",
	[SEG_TRIGGER_SEGMENT_DOWN] = "segment_down",
	NULL
};

static const char *const february_choices[] = {"february_28", "march_1", NULL};

static const SegOption option_table[] = {
	{"triggers", SEG_OPTION_CHOICES, offsetof(SegTriggerOptions, triggers), .choices = seg_trigger_names},
	{"level", SEG_OPTION_REAL, offsetof(SegTriggerOptions, level), 0.5, 0.999},
	{"purchases", SEG_OPTION_REALS, offsetof(SegTriggerOptions, purchases)},
	{"spend_days", SEG_OPTION_INT, offsetof(SegTriggerOptions, spend_days), 1, 3650},
	{"spend_ratio", SEG_OPTION_REAL, offsetof(SegTriggerOptions, spend_ratio), 1.01, 1000},
	{"lookahead_days", SEG_OPTION_INT, offsetof(SegTriggerOptions, lookahead_days), 0, 366},
	{"february_29", SEG_OPTION_CHOICE, offsetof(SegTriggerOptions, february_29), .choices = february_choices},
	{"placeholder_share", SEG_OPTION_REAL, offsetof(SegTriggerOptions, placeholder_share), 0, 1},
	{"segment_column", SEG_OPTION_TEXT, offsetof(SegTriggerOptions, segment_column)},
	{NULL}
};

static double default_purchases[] = {1, 2, 5, 10};

static const SegTriggerOptions defaults = {
	.level = 0.95,
	.purchases = {lengthof(default_purchases), default_purchases},
	.spend_days = 90,
	.spend_ratio = 2,
	.lookahead_days = 7,
	.placeholder_share = 0.05,
	.segment_column = "segment",
};

SegTriggerOptions
seg_trigger_options(const Jsonb *jsonb)
{
	SegTriggerOptions options = defaults;

	seg_options_read(jsonb, option_table, &options);
	if (options.purchases.count > MOST_COUNTS)
		seg_option_refuse("purchases", "an array of up to 100 numbers");
	for (int i = 0; i < options.purchases.count; i++)
	{
		double		number = options.purchases.items[i];

		if (!(number >= 1 && number <= MOST_PURCHASES && number == floor(number)))
			seg_option_refuse("purchases", "an array of whole numbers from 1 to 1000000");
	}
	return options;
}

SegTriggerKind
seg_trigger_kind(const char *name)
{
	for (int kind = 0; kind < SEG_TRIGGER_COUNT; kind++)
		if (strcmp(seg_trigger_names[kind], name) == 0)
			return kind;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized trigger \"%s\"", name)));
}

uint32
seg_trigger_kinds(Datum array)
{
	Datum	   *names;
	bool	   *nulls;
	int			count;
	uint32		kinds = 0;

	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &names, &nulls, &count);
	for (int i = 0; i < count; i++)
		if (!nulls[i])
			kinds |= SEG_TRIGGER_BIT(seg_trigger_kind(TextDatumGetCString(names[i])));
	return kinds;
}

/* (): the names as text[] */
PG_FUNCTION_INFO_V1(trigger_names);
Datum
trigger_names(PG_FUNCTION_ARGS)
{
	Datum		names[SEG_TRIGGER_COUNT];

	for (int kind = 0; kind < SEG_TRIGGER_COUNT; kind++)
		names[kind] = CStringGetTextDatum(seg_trigger_names[kind]);
	PG_RETURN_ARRAYTYPE_P(construct_array(names, SEG_TRIGGER_COUNT, TEXTOID, -1, false, TYPALIGN_INT));
}
