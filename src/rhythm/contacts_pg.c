/*
 * contacts_pg.c
 *		Writing the events of run_triggers to the user's table.
 *
 * The owner of a table can add a trigger, a rule or an expression to it, whose code must
 * not run with the rights of the caller.  So the events are read as the caller into
 * tuplestores, and the table, which the caller has locked, is read and written as
 * its owner in a security-restricted operation.  Its statements see the stores as the tables
 * events and purchases.
 */
#include "server/identity.h"
#include "server/statement.h"

#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/rel.h"

typedef struct Writing
{
	Oid			target;
	Oid			owner;
	QueryEnvironment *tables;
	ParamListInfo params;
	ArrayType  *statements;
} Writing;

/* The owner of a table that this session has locked, whose role the caller can take. */
static Oid
owner_of(Oid target)
{
	Relation	relation = try_relation_open(target, AccessShareLock);
	Oid			owner;

	if (relation == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", target)));
	if (relation->rd_rel->relkind != RELKIND_RELATION || !CheckRelationLockedByMe(relation, ShareRowExclusiveLock, true))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table \"%s\" is not locked for writing", RelationGetRelationName(relation))));
	owner = relation->rd_rel->relowner;
	relation_close(relation, AccessShareLock);
	seg_check_may_set_role(owner);
	return owner;
}

/* Run a query as the caller; later statements see its rows, which are returned, as a table of that name. */
static Tuplestorestate *
read_rows(Writing *writing, const char *query, const char *name)
{
	MemoryContext context = CurrentMemoryContext;
	SegNamedStore rows = seg_named_store_create();
	SPIExecuteOptions options = {.params = writing->params, .dest = rows.dest};
	Oid			types[] = {DATEOID, JSONBOID};
	SPIPlanPtr	plan;
	TupleDesc	shape;

	SPI_connect();
	plan = SPI_prepare(query, lengthof(types), types);
	if (plan == NULL || !SPI_is_cursor_plan(plan))
		elog(ERROR, "query of %s is not a SELECT", name);
	if (SPI_execute_plan_extended(plan, &options) != SPI_OK_SELECT)
		elog(ERROR, "query of %s could not be run", name);
	MemoryContextSwitchTo(context);
	shape = CreateTupleDescCopy(((CachedPlanSource *) linitial(SPI_plan_get_plan_sources(plan)))->resultDesc);
	SPI_finish();
	seg_named_store_show(writing->tables, name, shape, rows.store);
	return rows.store;
}

static void
write_as_owner(void *argument)
{
	Writing    *writing = argument;
	Datum	   *each;
	int			count;

	seg_fix_search_path();
	deconstruct_array(writing->statements, TEXTOID, -1, false, TYPALIGN_INT, &each, NULL, &count);
	for (int i = 0; i < count; i++)
		seg_statement_run(TextDatumGetCString(each[i]), writing->params, writing->tables, &writing->target, 1, None_Receiver);
}

/*
 * (target, as_of, policy, events_query, purchases_query, statements): the statements, as the
 * owner of the target.  $1 is as_of and $2 the policy, in queries and statements.
 */
PG_FUNCTION_INFO_V1(write_contacts);
Datum
write_contacts(PG_FUNCTION_ARGS)
{
	Writing		writing = {.tables = create_queryEnv(), .params = makeParamList(2)};
	Tuplestorestate *events;
	Tuplestorestate *purchases;

	writing.target = PG_GETARG_OID(0);
	writing.owner = owner_of(writing.target);
	writing.params->params[0] = (ParamExternData) {PG_GETARG_DATUM(1), false, PARAM_FLAG_CONST, DATEOID};
	writing.params->params[1] = (ParamExternData) {PG_GETARG_DATUM(2), false, PARAM_FLAG_CONST, JSONBOID};
	writing.statements = PG_GETARG_ARRAYTYPE_P(5);
	events = read_rows(&writing, text_to_cstring(PG_GETARG_TEXT_PP(3)), "events");
	purchases = read_rows(&writing, text_to_cstring(PG_GETARG_TEXT_PP(4)), "purchases");
	seg_run_as(writing.owner, write_as_owner, &writing);
	tuplestore_end(events);
	tuplestore_end(purchases);
	PG_RETURN_VOID();
}
