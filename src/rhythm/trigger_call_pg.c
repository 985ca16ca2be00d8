/*
 * trigger_call_pg.c
 *		The public functions triggers and trigger_...: each is trigger_rows with some of its arguments.
 *
 * They are declared in C, so that their errors show no internal SQL, and all with this
 * one symbol: the arguments are told by their names, and what is looked for by the name
 * of the function.
 */
#include "server/compat.h"

#include "access/htup_details.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "parser/parse_func.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "rhythm/trigger_options_pg.h"
#include "rhythm/triggers_pg.h"

static const struct
{
	const char *function;
	uint32		kinds;
}			functions[] = {
	{"triggers", SEG_TRIGGERS_ALL},
	{"trigger_purchase", SEG_TRIGGERS_COUNT},
	{"trigger_returned", SEG_TRIGGER_BIT(SEG_TRIGGER_RETURNED)},
	{"trigger_lapsed", SEG_TRIGGER_BIT(SEG_TRIGGER_LAPSED)},
	{"trigger_due", SEG_TRIGGER_BIT(SEG_TRIGGER_DUE)},
	{"trigger_spend", SEG_TRIGGERS_SPEND},
	{"trigger_category", SEG_TRIGGER_BIT(SEG_TRIGGER_FIRST_IN_CATEGORY)},
	{"trigger_birthday", SEG_TRIGGER_BIT(SEG_TRIGGER_BIRTHDAY)},
	{"trigger_anniversary", SEG_TRIGGER_BIT(SEG_TRIGGER_ANNIVERSARY)},
	{"trigger_segment", SEG_TRIGGERS_SEGMENT},
};

/* The kinds of the function, as text[] of their names. */
static Datum
kinds_of(const char *function)
{
	Datum		names[SEG_TRIGGER_COUNT];
	int			count = 0;
	int			at = 0;

	while (strcmp(functions[at].function, function) != 0)
		if (++at == lengthof(functions))
			elog(ERROR, "function \"%s\" finds no triggers", function);
	for (int kind = 0; kind < SEG_TRIGGER_COUNT; kind++)
		if ((functions[at].kinds & SEG_TRIGGER_BIT(kind)) != 0)
			names[count++] = CStringGetTextDatum(seg_trigger_names[kind]);
	return PointerGetDatum(construct_array(names, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/* The place of an argument among the names of a function; -1: it has no such one. */
static int
place_of(const char *name, char *const *names, int count)
{
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

PG_FUNCTION_INFO_V1(trigger_call);
Datum
trigger_call(PG_FUNCTION_ARGS)
{
	LOCAL_FCINFO(call, SEG_TRIGGER_ARGUMENTS);
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(fcinfo->flinfo->fn_oid));
	FmgrInfo	rows;
	char	  **names;
	Oid		   *types;
	char	   *modes;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "function with OID %u does not exist", fcinfo->flinfo->fn_oid);
	(void) get_func_arg_info(tuple, &types, &names, &modes);
	fmgr_info(LookupFuncName(list_make2(makeString("segment_internal"), makeString("trigger_rows")), -1, NULL, false), &rows);
	InitFunctionCallInfoData(*call, &rows, SEG_TRIGGER_ARGUMENTS, InvalidOid, NULL, fcinfo->resultinfo);
	for (int i = 0; i < SEG_TRIGGER_ARGUMENTS; i++)
	{
		int			place = place_of(seg_trigger_arguments[i], names, PG_NARGS());

		call->args[i].isnull = place < 0 || PG_ARGISNULL(place);
		call->args[i].value = call->args[i].isnull ? (Datum) 0 : PG_GETARG_DATUM(place);
		/* a function without it looks only ahead */
		if (place < 0 && i == SEG_TRIGGER_LOOKBACK)
			call->args[i] = (NullableDatum) {Int32GetDatum(1), false};
	}
	call->args[SEG_TRIGGER_KINDS] = (NullableDatum) {kinds_of(NameStr(((Form_pg_proc) GETSTRUCT(tuple))->proname)), false};
	ReleaseSysCache(tuple);
	return seg_trigger_rows(call);
}
