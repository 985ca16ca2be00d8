/*
 * ledger_trigger_pg.c
 *		Logging which customers and months of a receipts table a statement changes.
 *
 * The keys are read as whoever runs the statement.  They are written as the owner of
 * the log, who runs one fixed statement: only for a ledger that has this table as its
 * source, so nobody can log changes of a table that is not theirs to change.
 */
#include "server/compat.h"

#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "server/identity.h"
#include "server/registry.h"

/* Above so many customers and months of one statement only the months are logged. */
#define MOST_KEYS "10000"

#define KEYS_OF(table) \
	"SELECT r.customer_id::text AS customer_id, r.receipt_date::date - (extract(day FROM r.receipt_date::date)::integer - 1) AS month" \
	" FROM " table " r WHERE r.customer_id IS NOT NULL AND isfinite(r.receipt_date)"

/* The customers and months of the rows, as two arrays. */
static void
read_keys(const TriggerData *change, Datum keys[2], bool *none)
{
	const char *rows = change->tg_newtable == NULL ? KEYS_OF("old_rows")
		: change->tg_oldtable == NULL ? KEYS_OF("new_rows")
		: KEYS_OF("old_rows") " UNION " KEYS_OF("new_rows");
	const char *query = psprintf(
								 "WITH key AS (SELECT DISTINCT k.customer_id, k.month FROM (%s) k),"
								 " logged AS (SELECT DISTINCT CASE WHEN (SELECT count(*) FROM key) <= " MOST_KEYS " THEN k.customer_id END AS customer_id, k.month FROM key k)"
								 " SELECT array_agg(g.customer_id), array_agg(g.month) FROM logged g", rows);

	if (SPI_register_trigger_data((TriggerData *) change) != SPI_OK_TD_REGISTER ||
		SPI_execute(query, false, 1) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not read the changed rows");
	for (int i = 0; i < 2; i++)
		keys[i] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1, none);
}

static void
write_keys(const TriggerData *change, Datum keys[2], bool all)
{
	Oid			types[] = {INT4OID, TEXTOID, TEXTOID, TEXTARRAYOID, DATEARRAYOID};
	Datum		values[] = {
		Int32GetDatum(pg_strtoint32(change->tg_trigger->tgargs[0])),
		CStringGetTextDatum(get_namespace_name(RelationGetNamespace(change->tg_relation))),
		CStringGetTextDatum(RelationGetRelationName(change->tg_relation)), keys[0], keys[1]
	};
	const char *nulls = all ? "   nn" : "     ";
	SegCaller	caller = seg_become(seg_registry_owner());

	seg_fix_search_path();
	if (SPI_execute_with_args("INSERT INTO segment.ledger_change (ledger_id, customer_id, month)"
							  " SELECT l.ledger_id, k.customer_id, k.month FROM segment.ledger l,"
							  " ROWS FROM (unnest(COALESCE($4, '{NULL}')), unnest(COALESCE($5, '{NULL}'))) AS k(customer_id, month)"
							  " WHERE l.ledger_id = $1 AND l.source_schema = $2 AND l.source_name = $3",
							  lengthof(types), types, values, nulls, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not log the changed rows");
	seg_become_again(&caller);
}

/* A trigger FOR EACH STATEMENT with old_rows and new_rows; its argument is the number of the ledger. */
PG_FUNCTION_INFO_V1(ledger_changed);
Datum
ledger_changed(PG_FUNCTION_ARGS)
{
	TriggerData *change = (TriggerData *) fcinfo->context;
	Datum		keys[2] = {0};
	bool		none = false;
	bool		all;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_STATEMENT(change->tg_event) || change->tg_trigger->tgnargs != 1)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function must be called as a trigger that create_ledger made")));
	all = change->tg_oldtable == NULL && change->tg_newtable == NULL;
	SPI_connect();
	if (!all)
		read_keys(change, keys, &none);
	if (!none)
		write_keys(change, keys, all);
	SPI_finish();
	return PointerGetDatum(NULL);	/* no row to go on with, and not SQL's NULL */
}
