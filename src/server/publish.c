/*
 * publish.c
 *		Writing a published table as its owner.
 *
 * A role that may create objects in a schema can replace a table by another one of the
 * same name while this session waits for the lock.  The owner of a table can add a
 * trigger, a rule or an expression to it.  So the target is locked by name and then
 * checked.  It is read and written as its owner in a security-restricted operation.
 * Each statement is analyzed once, and its relations must be the locked ones.
 *
 * The rows to publish are read as the caller into a tuplestore, which the statements
 * see as the table published_rows; a second one, changed_rows, contains the rows that
 * differ from the target.
 */
#include "server/identity.h"
#include "server/statement.h"

#include "access/relation.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "executor/tstoreReceiver.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

/* Does not block readers, but other publications. */
#define TARGET_LOCK ShareRowExclusiveLock

/* ---- the tables ---- */

/* Called before the lock, and again when the name was resolved to another table: may the caller lock it? */
static void
check_before_lock(const RangeVar *name, Oid relation, Oid previous, void *argument)
{
	HeapTuple	tuple;
	Form_pg_class form;
	bool		is_table;
	Oid			owner;

	if (!OidIsValid(relation))
		return;
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	if (!HeapTupleIsValid(tuple))
		return;
	form = (Form_pg_class) GETSTRUCT(tuple);
	is_table = form->relkind == RELKIND_RELATION;
	owner = form->relowner;
	ReleaseSysCache(tuple);
	if (!SEG_MAY_SET_ROLE(GetUserId(), owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of table \"%s\"", name->relname)));
	if (!is_table)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table", name->relname)));
}

static RangeVar *
range_var(FunctionCallInfo fcinfo)
{
	return makeRangeVar(text_to_cstring(PG_GETARG_TEXT_PP(0)), text_to_cstring(PG_GETARG_TEXT_PP(1)), -1);
}

/* (schema, name): lock a table of the caller against other writers until the transaction ends; NULL: no such table */
PG_FUNCTION_INFO_V1(lock_target);
Datum
lock_target(PG_FUNCTION_ARGS)
{
	Oid			relation;

	PreventCommandIfReadOnly("INSERT");
	relation = RangeVarGetRelidExtended(range_var(fcinfo), TARGET_LOCK, RVR_MISSING_OK, check_before_lock, NULL);
	if (!OidIsValid(relation))
		PG_RETURN_NULL();
	PG_RETURN_OID(relation);
}

/* (schema, name): lock the name of a table to be created until the transaction ends */
PG_FUNCTION_INFO_V1(lock_target_name);
Datum
lock_target_name(PG_FUNCTION_ARGS)
{
	RangeVar   *name = range_var(fcinfo);
	Oid			schema = RangeVarGetCreationNamespace(name);
	AclResult	allowed = SEG_SCHEMA_ACLCHECK(schema, GetUserId(), ACL_CREATE);
	LOCKTAG		tag;

	if (allowed != ACLCHECK_OK)
		aclcheck_error(allowed, OBJECT_SCHEMA, name->schemaname);
	SET_LOCKTAG_OBJECT(tag, MyDatabaseId, schema, (Oid) string_hash(name->relname, NAMEDATALEN), 1);
	(void) LockAcquire(&tag, ExclusiveLock, false, false);
	PG_RETURN_VOID();
}

typedef struct Target
{
	Oid			relations[2];	/* target and history */
	Oid			owner;
} Target;

/* Check that this session has locked both, and that both have one owner, to which the caller may SET ROLE. */
static Target
check_target(Oid target, Oid history)
{
	Target		checked = {{target, history}, InvalidOid};

	for (int i = 0; i < 2; i++)
	{
		Relation	relation = try_relation_open(checked.relations[i], AccessShareLock);

		if (relation == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_TABLE),
					 errmsg("relation with OID %u does not exist", checked.relations[i])));
		if (relation->rd_rel->relkind != RELKIND_RELATION || !CheckRelationLockedByMe(relation, TARGET_LOCK, true))
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("table \"%s\" is not locked for a publication", RelationGetRelationName(relation))));
		if (i > 0 && relation->rd_rel->relowner != checked.owner)
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("table \"%s\" and its history belong to different roles", get_rel_name(target))));
		checked.owner = relation->rd_rel->relowner;
		relation_close(relation, AccessShareLock);
	}
	seg_check_may_set_role(checked.owner);
	return checked;
}

/* ---- statements ---- */

/* Run one statement; its rows go to dest. */
static void
run(const char *statement, ParamListInfo params, QueryEnvironment *tables, const Target *target, DestReceiver *dest)
{
	seg_statement_run(statement, params, tables, target->relations, lengthof(target->relations), dest);
}

static ParamListInfo
make_params(int count)
{
	ParamListInfo params = makeParamList(count);

	for (int i = 0; i < count; i++)
		params->params[i] = (ParamExternData) {.isnull = true, .pflags = PARAM_FLAG_CONST, .ptype = TEXTOID};
	return params;
}

typedef struct Reading
{
	const Target *target;
	const char *statement;
	DestReceiver *dest;
} Reading;

static void
read_as_owner(void *argument)
{
	const Reading *reading = argument;

	seg_fix_search_path();
	run(reading->statement, make_params(0), create_queryEnv(), reading->target, reading->dest);
}

/* (target, history, query): rows of a SELECT from the two, read as their owner */
PG_FUNCTION_INFO_V1(read_target);
Datum
read_target(PG_FUNCTION_ARGS)
{
	Target		target = check_target(PG_GETARG_OID(0), PG_GETARG_OID(1));
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Reading		reading = {&target, text_to_cstring(PG_GETARG_TEXT_PP(2)), CreateDestReceiver(DestTuplestore)};

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	SetTuplestoreDestReceiverParams(reading.dest, result->setResult, result->econtext->ecxt_per_query_memory, false,
									result->setDesc, "query does not return the columns that are expected");
	seg_run_as(target.owner, read_as_owner, &reading);
	reading.dest->rDestroy(reading.dest);
	return (Datum) 0;
}

/* ---- the rows ---- */

/* The tuple descriptor of the statement's rows. */
static TupleDesc
shape_of(const char *statement, ParamListInfo params, QueryEnvironment *tables, const Target *target)
{
	return seg_statement_shape(statement, params, tables, target->relations, lengthof(target->relations));
}

/* Read the rows to publish as the caller, with its search path and rights. */
static Tuplestorestate *
read_rows(FunctionCallInfo fcinfo, QueryEnvironment *tables)
{
	static const Oid types[] = {BYTEAARRAYOID, BYTEAARRAYOID, JSONBARRAYOID};
	SPIExecuteOptions options = {.read_only = false};
	SegNamedStore rows = seg_named_store_create();
	ParamListInfo params = make_params(lengthof(types));
	TupleDesc	shape;
	SPIPlanPtr	plan;
	MemoryContext context = CurrentMemoryContext;
	const char *query = text_to_cstring(PG_GETARG_TEXT_PP(3));

	for (int i = 0; i < lengthof(types); i++)
	{
		params->params[i].ptype = types[i];
		params->params[i].isnull = PG_ARGISNULL(4 + i);
		params->params[i].value = params->params[i].isnull ? (Datum) 0 : PG_GETARG_DATUM(4 + i);
	}
	options.params = params;
	options.dest = rows.dest;
	SPI_connect();
	plan = SPI_prepare(query, lengthof(types), (Oid *) types);
	if (plan == NULL || !SPI_is_cursor_plan(plan))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("query must be a SELECT")));
	if (SPI_execute_plan_extended(plan, &options) != SPI_OK_SELECT)
		elog(ERROR, "query could not be run");
	MemoryContextSwitchTo(context);
	shape = CreateTupleDescCopy(((CachedPlanSource *) linitial(SPI_plan_get_plan_sources(plan)))->resultDesc);
	SPI_finish();
	seg_named_store_show(tables, "published_rows", shape, rows.store);
	return rows.store;
}

/* The bigints of a SELECT of one row. */
static void
read_counts(const char *statement, QueryEnvironment *tables, const Target *target, int64 *counts, int count)
{
	SegNamedStore row = seg_named_store_create();
	ParamListInfo params = make_params(0);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(shape_of(statement, params, tables, target), &TTSOpsMinimalTuple);
	bool		is_null;

	run(statement, params, tables, target, row.dest);
	(void) tuplestore_gettupleslot(row.store, true, false, slot);
	for (int i = 0; i < count; i++)
		counts[i] = DatumGetInt64(slot_getattr(slot, i + 1, &is_null));
	ExecDropSingleTupleTableSlot(slot);
	tuplestore_end(row.store);
}

/* Each row must have an id, and ids must be unique. */
static void
check_ids(QueryEnvironment *tables, const Target *target)
{
	int64		found[3];

	read_counts("SELECT pg_catalog.count(*), pg_catalog.count(id), pg_catalog.count(DISTINCT id) FROM published_rows",
				tables, target, found, lengthof(found));
	if (found[1] < found[0])
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg(INT64_FORMAT " rows have no id", found[0] - found[1])));
	if (found[2] < found[0])
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("there are " INT64_FORMAT " rows, but " INT64_FORMAT " different ids", found[0], found[2])));
}

static char *
qualified_name(Oid relation)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)), get_rel_name(relation));
}

/* A trigger, a rule or a policy may have suppressed rows: target and history would then differ. */
static void
check_written(QueryEnvironment *tables, const Target *target)
{
	int64		found[3];

	read_counts(psprintf("SELECT (SELECT pg_catalog.count(*) FROM published_rows), (SELECT pg_catalog.count(*) FROM %s),"
						 " (SELECT pg_catalog.count(*) FROM %s h WHERE h.valid_to IS NULL)",
						 qualified_name(target->relations[0]), qualified_name(target->relations[1])),
				tables, target, found, lengthof(found));
	for (int i = 1; i < lengthof(found); i++)
		if (found[i] != found[0])
			ereport(ERROR,
					(errcode(ERRCODE_TRIGGERED_ACTION_EXCEPTION),
					 errmsg("table \"%s\" has " INT64_FORMAT " rows after the publication of " INT64_FORMAT,
							get_rel_name(target->relations[i - 1]), found[i], found[0]),
					 errhint("A trigger, a rule or a policy of the table prevents rows from being written.")));
}

typedef struct Writing
{
	Target		target;
	QueryEnvironment *tables;
	ParamListInfo params;
	const char *changes_query;
	SegNamedStore changes;
	ArrayType  *statements;
} Writing;

static void
write_as_owner(void *argument)
{
	Writing    *w = argument;
	TupleDesc	shape;
	Datum	   *each;
	int			count;

	seg_fix_search_path();
	check_ids(w->tables, &w->target);
	shape = shape_of(w->changes_query, w->params, w->tables, &w->target);
	run(w->changes_query, w->params, w->tables, &w->target, w->changes.dest);
	seg_named_store_show(w->tables, "changed_rows", shape, w->changes.store);
	deconstruct_array(w->statements, TEXTOID, -1, false, TYPALIGN_INT, &each, NULL, &count);
	for (int i = 0; i < count; i++)
		run(TextDatumGetCString(each[i]), w->params, w->tables, &w->target, None_Receiver);
	check_written(w->tables, &w->target);
}

/* (target, history, as_of, rows_query, models, old_models, names, changes_query, statements) */
PG_FUNCTION_INFO_V1(write_target);
Datum
write_target(PG_FUNCTION_ARGS)
{
	Writing		w = {.tables = create_queryEnv(), .params = make_params(1), .changes = seg_named_store_create()};
	Tuplestorestate *rows;
	int64		changed;

	for (int i = 0; i < 9; i++)
		if (PG_ARGISNULL(i) && (i < 4 || i > 6))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("argument %d must not be null", i + 1)));
	w.target = check_target(PG_GETARG_OID(0), PG_GETARG_OID(1));
	w.params->params[0] = (ParamExternData) {
		.value = PG_GETARG_DATUM(2), .pflags = PARAM_FLAG_CONST, .ptype = TIMESTAMPTZOID
	};
	w.changes_query = text_to_cstring(PG_GETARG_TEXT_PP(7));
	w.statements = PG_GETARG_ARRAYTYPE_P(8);
	rows = read_rows(fcinfo, w.tables);
	seg_run_as(w.target.owner, write_as_owner, &w);
	changed = tuplestore_tuple_count(w.changes.store);
	tuplestore_end(w.changes.store);
	tuplestore_end(rows);
	PG_RETURN_INT64(changed);
}
