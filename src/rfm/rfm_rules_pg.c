/*
 * rfm_rules_pg.c
 *		rfm_segment with a rule table of the user's own.
 *
 * The relation is read through SPI, as the caller, and kept for as long as the
 * same statement asks: the key of what is kept says which relation, read by whom,
 * and what was visible.
 */
#include "server/compat.h"

#include <limits.h>

#include "access/xact.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "rfm/rfm.h"

typedef struct RulesKey
{
	Oid			relation;
	Oid			reader;
	TimestampTz transaction;
	SubTransactionId subtransaction;
	CommandId	command;
	/* the snapshot: transactions below xmin are seen, from xmax on they are not, between these all but the running */
	TransactionId xmin;
	TransactionId xmax;
	uint32		running;
	uint32		running_below;	/* subtransactions */
	bool		overflowed;
} RulesKey;

typedef struct Rules
{
	RulesKey	key;
	MemoryContext context;		/* of the following */
	TransactionId *running;		/* key.running, then key.running_below */
	size_t		count;
	SegRfmRule *rules;
	int		   *numbers;		/* rule_no */
} Rules;

static const char *const bound_names[SEG_RFM_MEASURES][2] = {
	{"r_min", "r_max"}, {"f_min", "f_max"}, {"m_min", "m_max"},
};

static RulesKey
current_key(Oid relation)
{
	Snapshot	snapshot = GetActiveSnapshot();
	RulesKey	key;

	memset(&key, 0, sizeof(key));
	key.relation = relation;
	key.reader = GetUserId();
	key.transaction = GetCurrentTransactionStartTimestamp();
	key.subtransaction = GetCurrentSubTransactionId();
	key.command = snapshot->curcid;
	key.xmin = snapshot->xmin;
	key.xmax = snapshot->xmax;
	key.running = snapshot->xcnt;
	key.running_below = snapshot->subxcnt;
	key.overflowed = snapshot->suboverflowed;
	return key;
}

/* Would the snapshot of now see the same rules?  (A copy of a snapshot has no count of what completed before it.) */
static bool
are_current(const Rules *rules, const RulesKey *key)
{
	Snapshot	snapshot = GetActiveSnapshot();

	return memcmp(&rules->key, key, sizeof(RulesKey)) == 0 &&
		(key->running == 0 ||
		 memcmp(rules->running, snapshot->xip, key->running * sizeof(TransactionId)) == 0) &&
		(key->running_below == 0 ||
		 memcmp(rules->running + key->running, snapshot->subxip, key->running_below * sizeof(TransactionId)) == 0);
}

/* Note the snapshot that the rules are read with. */
static void
keep_snapshot(Rules *rules)
{
	Snapshot	snapshot = GetActiveSnapshot();
	size_t		running = rules->key.running;
	size_t		below = rules->key.running_below;

	rules->running = MemoryContextAlloc(rules->context, Max(running + below, 1) * sizeof(TransactionId));
	if (running > 0)
		memcpy(rules->running, snapshot->xip, running * sizeof(TransactionId));
	if (below > 0)
		memcpy(rules->running + running, snapshot->subxip, below * sizeof(TransactionId));
}

static char *
rules_query(Oid relation)
{
	char	   *name = get_rel_name(relation);
	StringInfoData query;

	if (name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relation)));
	initStringInfo(&query);
	appendStringInfoString(&query, "SELECT t.rule_no::pg_catalog.int4, t.segment::pg_catalog.text");
	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		appendStringInfo(&query, ", t.%s::pg_catalog.int4, t.%s::pg_catalog.int4",
						 bound_names[i][0], bound_names[i][1]);
	appendStringInfo(&query, " FROM %s AS t ORDER BY 1",
					 quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)), name));
	return query.data;
}

/* Column `column` (from 1) of the row as an integer; `otherwise` when it is null. */
static int
int_column(HeapTuple row, TupleDesc shape, int column, int otherwise)
{
	bool		isnull;
	Datum		value = SPI_getbinval(row, shape, column, &isnull);

	return isnull ? otherwise : DatumGetInt32(value);
}

static void
read_rule(HeapTuple row, TupleDesc shape, Rules *rules, size_t i)
{
	SegRfmRule *rule = &rules->rules[i];
	char	   *segment = SPI_getvalue(row, shape, 2);
	int			number = int_column(row, shape, 1, 0);

	if (SPI_getvalue(row, shape, 1) == NULL || segment == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("rule %zu has no %s", i + 1, segment == NULL ? "segment" : "rule_no")));
	if (i > 0 && rules->numbers[i - 1] == number)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rule_no %d occurs twice", number)));
	for (int j = 0; j < SEG_RFM_MEASURES; j++)
	{
		rule->low[j] = int_column(row, shape, 3 + 2 * j, INT_MIN);
		rule->high[j] = int_column(row, shape, 4 + 2 * j, INT_MAX);
		if (rule->low[j] > rule->high[j])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s of rule %d is above its %s", bound_names[j][0], number, bound_names[j][1])));
	}
	rules->numbers[i] = number;
	rule->segment = MemoryContextStrdup(rules->context, segment);
}

/* Tell which rules could both name a customer, unless they name it alike. */
static void
report_overlaps(const Rules *rules)
{
	size_t		pairs = 0;
	size_t		first = 0;
	size_t		second = 0;

	for (size_t i = 0; i < rules->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (size_t j = i + 1; j < rules->count; j++)
			if (seg_rfm_overlap(&rules->rules[i], &rules->rules[j]) &&
				strcmp(rules->rules[i].segment, rules->rules[j].segment) != 0 && pairs++ == 0)
			{
				first = i;
				second = j;
			}
	}
	if (pairs > 0)
		ereport(NOTICE,
				(errmsg_plural("%zu pair of rules overlaps: %d and %d",
							   "%zu pairs of rules overlap, the first being %d and %d",
							   pairs, pairs, rules->numbers[first], rules->numbers[second]),
				 errdetail("Where several rules match, the first one names the segment.")));
}

static void
load_rules(Oid relation, Rules *rules)
{
	SPITupleTable *table;

	SPI_connect();
	if (SPI_execute(rules_query(relation), true, 0) != SPI_OK_SELECT)
		elog(ERROR, "rules could not be read");
	table = SPI_tuptable;
	rules->count = SPI_processed;
	rules->rules = MemoryContextAllocHuge(rules->context, Max(rules->count, 1) * sizeof(SegRfmRule));
	rules->numbers = MemoryContextAllocHuge(rules->context, Max(rules->count, 1) * sizeof(int));
	for (size_t i = 0; i < rules->count; i++)
		read_rule(table->vals[i], table->tupdesc, rules, i);
	SPI_finish();
	report_overlaps(rules);
}

/* The rules of the relation, kept in fn_extra while the same statement asks. */
static const Rules *
rules_argument(FunctionCallInfo fcinfo, int argno)
{
	FmgrInfo   *call = fcinfo->flinfo;
	RulesKey	key = current_key(PG_GETARG_OID(argno));
	Rules	   *rules = call->fn_extra;
	Rules		loaded = {key};

	if (rules != NULL && are_current(rules, &key))
		return rules;
	loaded.context = AllocSetContextCreate(call->fn_mcxt, "segment rules", ALLOCSET_SMALL_SIZES);
	keep_snapshot(&loaded);
	load_rules(key.relation, &loaded);
	if (rules == NULL)
		rules = call->fn_extra = MemoryContextAllocZero(call->fn_mcxt, sizeof(Rules));
	else
		MemoryContextDelete(rules->context);
	*rules = loaded;
	return rules;
}

/* (r, f, m, rules, strict) */
PG_FUNCTION_INFO_V1(rfm_segment_rules);
Datum
rfm_segment_rules(PG_FUNCTION_ARGS)
{
	const Rules *rules = rules_argument(fcinfo, 3);
	int			scores[SEG_RFM_MEASURES];
	const SegRfmRule *rule;

	for (int i = 0; i < SEG_RFM_MEASURES; i++)
		scores[i] = PG_GETARG_INT32(i);
	rule = seg_rfm_match(rules->rules, rules->count, scores);
	if (rule == NULL && PG_GETARG_BOOL(4))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no rule matches the scores %d, %d, %d", scores[0], scores[1], scores[2]),
				 errhint("Add a last rule without bounds, or leave out strict.")));
	PG_RETURN_TEXT_P(cstring_to_text(rule == NULL ? "Others" : rule->segment));
}
