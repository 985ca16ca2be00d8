/*
 * rfm_rules_pg.c
 *		rfm_segment with a relation of rules.
 *
 * The relation is read through SPI, with the caller's privileges.  The rules are
 * cached until the statement ends.  The key of the cache is the relation, the role
 * that read it, and the snapshot.
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

#include "rfm/rfm_rules.h"

typedef struct RulesKey
{
	Oid			relation;
	Oid			reader;
	TimestampTz transaction;
	SubTransactionId subtransaction;
	CommandId	command;
	/* of the snapshot: see SnapshotData */
	TransactionId xmin;
	TransactionId xmax;
	uint32		running;
	uint32		running_subtransactions;
	bool		overflowed;
} RulesKey;

typedef struct Rules
{
	RulesKey	key;
	MemoryContext context;		/* of the following */
	TransactionId *running;		/* transactions, then subtransactions */
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
	key.running_subtransactions = snapshot->subxcnt;
	key.overflowed = snapshot->suboverflowed;
	return key;
}

/* Would the active snapshot see the same rules?  (A copied snapshot has no snapXactCompletionCount to compare.) */
static bool
are_current(const Rules *rules, const RulesKey *key)
{
	Snapshot	snapshot = GetActiveSnapshot();

	return memcmp(&rules->key, key, sizeof(RulesKey)) == 0 &&
		(key->running == 0 ||
		 memcmp(rules->running, snapshot->xip, key->running * sizeof(TransactionId)) == 0) &&
		(key->running_subtransactions == 0 ||
		 memcmp(rules->running + key->running, snapshot->subxip, key->running_subtransactions * sizeof(TransactionId)) == 0);
}

/* Keep the part of the snapshot that are_current compares. */
static void
keep_snapshot(Rules *rules)
{
	Snapshot	snapshot = GetActiveSnapshot();
	size_t		running = rules->key.running;
	size_t		subtransactions = rules->key.running_subtransactions;

	rules->running = MemoryContextAlloc(rules->context, Max(running + subtransactions, 1) * sizeof(TransactionId));
	if (running > 0)
		memcpy(rules->running, snapshot->xip, running * sizeof(TransactionId));
	if (subtransactions > 0)
		memcpy(rules->running + running, snapshot->subxip, subtransactions * sizeof(TransactionId));
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
				 errmsg("%s of rule %zu must not be null", segment == NULL ? "segment" : "rule_no", i + 1)));
	if (i > 0 && rules->numbers[i - 1] == number)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("duplicate rule_no %d", number)));
	for (int j = 0; j < SEG_RFM_MEASURES; j++)
	{
		rule->low[j] = int_column(row, shape, 3 + 2 * j, INT_MIN);
		rule->high[j] = int_column(row, shape, 4 + 2 * j, INT_MAX);
		if (rule->low[j] > rule->high[j])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s of rule %d must not be greater than its %s", bound_names[j][0], number, bound_names[j][1])));
	}
	rules->numbers[i] = number;
	rule->segment = MemoryContextStrdup(rules->context, segment);
}

/* A NOTICE when rules with different segments match the same scores. */
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
							   "%zu pairs of rules overlap; the first pair is %d and %d",
							   pairs, pairs, rules->numbers[first], rules->numbers[second]),
				 errdetail("If several rules match, the one with the lowest rule_no gives the segment.")));
}

static void
load_rules(Oid relation, Rules *rules)
{
	SPITupleTable *table;

	SPI_connect();
	if (SPI_execute(rules_query(relation), true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the rules");
	table = SPI_tuptable;
	rules->count = SPI_processed;
	rules->rules = MemoryContextAllocHuge(rules->context, Max(rules->count, 1) * sizeof(SegRfmRule));
	rules->numbers = MemoryContextAllocHuge(rules->context, Max(rules->count, 1) * sizeof(int));
	for (size_t i = 0; i < rules->count; i++)
		read_rule(table->vals[i], table->tupdesc, rules, i);
	SPI_finish();
	report_overlaps(rules);
}

/* The rules of the relation, from the cache in fn_extra where they are current. */
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
				 errhint("Add a last rule whose bounds are all null, or set strict to false.")));
	PG_RETURN_TEXT_P(cstring_to_text(rule == NULL ? "Others" : rule->segment));
}
