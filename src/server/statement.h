/*
 * statement.h
 *		Statements that read and write known tables, and stores that they see as tables.
 *
 * Whoever may create objects in a schema, or owns it, can put another table in the
 * place of a name.  So a statement is looked up once, and then its tables must be the
 * known ones, which the caller has locked.
 */
#ifndef SEG_SERVER_STATEMENT_H
#define SEG_SERVER_STATEMENT_H

#include "server/compat.h"

#include "nodes/params.h"
#include "tcop/dest.h"
#include "utils/queryenvironment.h"
#include "utils/tuplestore.h"

/*
 * Run one statement, no utility command, with a snapshot of its own.  Its rows go to dest.
 * IN relations[count]: the only tables that it may name besides those in `tables`; else 55006.
 */
extern void seg_statement_run(const char *statement, ParamListInfo params, QueryEnvironment *tables,
							  const Oid *relations, int count, DestReceiver *dest);

/* What the rows of such a statement look like. */
extern TupleDesc seg_statement_shape(const char *statement, ParamListInfo params, QueryEnvironment *tables,
									 const Oid *relations, int count);

/* A store of rows, and where a statement puts them. */
typedef struct SegNamedStore
{
	Tuplestorestate *store;
	DestReceiver *dest;
} SegNamedStore;

extern SegNamedStore seg_named_store_create(void);

/* Statements with these tables see the store as a table of that name. */
extern void seg_named_store_show(QueryEnvironment *tables, const char *name, TupleDesc shape, Tuplestorestate *store);

#endif							/* SEG_SERVER_STATEMENT_H */
