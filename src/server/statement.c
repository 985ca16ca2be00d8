/*
 * statement.c
 *		Statements that read and write known tables; see statement.h.
 */
#include "server/statement.h"

#include "access/xact.h"
#include "executor/executor.h"
#include "executor/tstoreReceiver.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/analyze.h"
#include "tcop/tcopprot.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

/* The tables that a statement may name. */
typedef struct Known
{
	const Oid  *relations;
	int			count;
} Known;

static bool
is_known(const Known *known, Oid relation)
{
	for (int i = 0; i < known->count; i++)
		if (known->relations[i] == relation)
			return true;
	return false;
}

/* A walker, true when it has found another table. */
static bool
find_stranger(Node *node, void *context)
{
	ListCell   *cell;

	if (node == NULL)
		return false;
	if (!IsA(node, Query))
		return expression_tree_walker(node, find_stranger, context);
	foreach(cell, ((Query *) node)->rtable)
	{
		const RangeTblEntry *entry = lfirst(cell);

		if (entry->rtekind == RTE_RELATION && !is_known(context, entry->relid))
			return true;
	}
	return query_tree_walker((Query *) node, find_stranger, context, 0);
}

/* One statement, analyzed: its names are looked up here and never again. */
static Query *
analyze(const char *statement, ParamListInfo params, QueryEnvironment *tables, Known known)
{
	List	   *parsed = pg_parse_query(statement);
	Oid			types[8];
	Query	   *query;

	Assert(params->numParams <= lengthof(types));
	for (int i = 0; i < params->numParams; i++)
		types[i] = params->params[i].ptype;
	if (list_length(parsed) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("there must be one statement, not %d", list_length(parsed))));
	query = parse_analyze_fixedparams(linitial_node(RawStmt, parsed), statement, types, params->numParams, tables);
	if (query->commandType == CMD_UTILITY || find_stranger((Node *) query, &known))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("table \"%s\" was replaced while it was written", get_rel_name(known.relations[0])),
				 errhint("Run the command again.")));
	return query;
}

void
seg_statement_run(const char *statement, ParamListInfo params, QueryEnvironment *tables,
				  const Oid *relations, int count, DestReceiver *dest)
{
	Query	   *query = analyze(statement, params, tables, (Known) {relations, count});
	ListCell   *cell;

	foreach(cell, pg_rewrite_query(query))
	{
		Query	   *rewritten = lfirst_node(Query, cell);
		QueryDesc  *desc;

		if (rewritten->commandType == CMD_UTILITY)
			continue;			/* NOTIFY of a rule */
		CHECK_FOR_INTERRUPTS();
		CommandCounterIncrement();
		PushActiveSnapshot(GetTransactionSnapshot());
		desc = CreateQueryDesc(pg_plan_query(rewritten, statement, CURSOR_OPT_PARALLEL_OK, params), statement,
							   GetActiveSnapshot(), InvalidSnapshot, dest, params, tables, 0);
		ExecutorStart(desc, 0);
		SEG_EXECUTOR_RUN(desc);
		ExecutorFinish(desc);
		ExecutorEnd(desc);
		FreeQueryDesc(desc);
		PopActiveSnapshot();
	}
	CommandCounterIncrement();
}

TupleDesc
seg_statement_shape(const char *statement, ParamListInfo params, QueryEnvironment *tables, const Oid *relations, int count)
{
	return ExecCleanTypeFromTL(analyze(statement, params, tables, (Known) {relations, count})->targetList);
}

SegNamedStore
seg_named_store_create(void)
{
	SegNamedStore made = {tuplestore_begin_heap(false, false, work_mem), CreateDestReceiver(DestTuplestore)};

	SetTuplestoreDestReceiverParams(made.dest, made.store, CurrentMemoryContext, true, NULL, NULL);
	return made;
}

void
seg_named_store_show(QueryEnvironment *tables, const char *name, TupleDesc shape, Tuplestorestate *store)
{
	EphemeralNamedRelation table = palloc0(sizeof(EphemeralNamedRelationData));

	table->md.name = pstrdup(name);
	table->md.tupdesc = shape;
	table->md.enrtype = ENR_NAMED_TUPLESTORE;
	table->md.enrtuples = tuplestore_tuple_count(store);
	table->reldata = store;
	register_ENR(tables, table);
}
