/*
 * ledger_trigger_pg.c
 *		Logging which customers and months of a receipts table a statement changes.
 *
 * The keys are read as whoever runs the statement.  They are written as the owner of
 * the log, who runs one fixed statement: only for a ledger that has this table as its
 * source, so nobody can log changes of a table that is not theirs to change.  With detect partitions
 * the trigger is one for each row, which partitions inherit, and logs the partition once.
 */
#include "server/compat.h"

#include "access/transam.h"
#include "access/xact.h"
#include "catalog/partition.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "receipts/ledger_changes_pg.h"
#include "server/identity.h"
#include "server/registry.h"

/* Above so many customers of a month in one statement only the month is logged; above so many without a month, everything. */
#define MOST_KEYS "CASE WHEN k.month IS NULL THEN 100000 ELSE 10000 END"

/* What is logged of a statement, element by element; NULLs alone stand for everything. */
enum
{
	KEY_CUSTOMER, KEY_MONTH, KEY_DOCUMENT, KEY_ARRAYS
};

/* ---- the changed rows ---- */

/* The row's column; NULL when the table has no such column any more, or none is named. */
static char *
column(const TriggerData *change, int argument)
{
	const char *name = change->tg_trigger->tgargs[argument];

	return *name == '\0' || SPI_fnumber(RelationGetDescr(change->tg_relation), name) <= 0 ? NULL
		: psprintf("r.%s", quote_identifier(name));
}

/* A value as text that is compared byte by byte, whatever the collation of its column. */
static char *
as_text(const char *value)
{
	return psprintf("(%s::text COLLATE \"C\")", value);
}

/* A number of SAP in internal form, for a column that may be in any form. */
static char *
internal_form(const char *column)
{
	column = as_text(column);
	return psprintf("CASE WHEN btrim(%s) ~ '^[0-9]{1,9}$' THEN lpad(btrim(%s), 10, '0') ELSE btrim(%s) END", column, column, column);
}

static bool
is_day(Oid type)
{
	return type == DATEOID || type == TIMESTAMPOID || type == TIMESTAMPTZOID;
}

/* The month of a date of SAP; NULL when it is none, which raises no error here. */
static char *
sap_month(const TriggerData *change, int argument, const char *column)
{
	TupleDesc	shape = RelationGetDescr(change->tg_relation);
	Oid			type = getBaseType(SPI_gettypeid(shape, SPI_fnumber(shape, change->tg_trigger->tgargs[argument])));

	if (is_day(type))
		return psprintf("CASE WHEN isfinite(%s) THEN %s::date - (extract(day FROM %s::date)::integer - 1) END", column, column, column);
	column = as_text(column);
	return psprintf("CASE WHEN btrim(%s) ~ '^(?!0000)[0-9]{4}(0[1-9]|1[0-2])' THEN"
					" make_date(left(btrim(%s), 4)::integer, substr(btrim(%s), 5, 2)::integer, 1) END", column, column, column);
}

/* SELECT of customer, month and document of a row r, without FROM and WHERE; NULL: the columns are not there. */
static char *
sap_keys(const TriggerData *change, const char **condition, const char **more)
{
	char	   *customer = column(change, 1);
	char	   *day = column(change, 2);
	char	   *document = column(change, 3);

	for (int i = 1; i < 4; i++)
		if (change->tg_trigger->tgargs[i][0] != '\0' && column(change, i) == NULL)
			return NULL;
	*more = customer == NULL ? "" : psprintf(", LATERAL (VALUES (%s), (%s)) c(id)", as_text(customer), internal_form(customer));
	*condition = customer != NULL ? "c.id IS NOT NULL" : document != NULL ? psprintf("%s IS NOT NULL", document) : "true";
	if (day != NULL)
	{
		day = sap_month(change, 2, day);
		*condition = psprintf("%s AND %s IS NOT NULL", *condition, day);
	}
	if (document != NULL)
		document = internal_form(document);
	return psprintf("SELECT %s AS customer_id, %s AS month, %s AS document", customer == NULL ? "NULL::text" : "c.id",
					day == NULL ? "NULL::date" : day, document == NULL ? "NULL::text" : document);
}

/* The keys of the rows of one transition table. */
static char *
keys_of(const TriggerData *change, const char *table)
{
	const char *condition;
	const char *more;
	char	   *keys;

	if (change->tg_trigger->tgnargs == 1)
		return psprintf("SELECT r.customer_id::text COLLATE \"C\" AS customer_id, r.receipt_date::date - (extract(day FROM r.receipt_date::date)::integer - 1) AS month,"
						" NULL::text AS document FROM %s r WHERE r.customer_id IS NOT NULL AND isfinite(r.receipt_date)", table);
	keys = sap_keys(change, &condition, &more);
	return psprintf("%s FROM %s r%s WHERE %s", keys, table, more, condition);
}

/* Has the table the columns that are read?  Its owner may have renamed them, or changed their types. */
static bool
has_columns(const TriggerData *change)
{
	TupleDesc	shape = RelationGetDescr(change->tg_relation);
	const char *ignored;

	if (change->tg_trigger->tgnargs == 1)
	{
		int			day = SPI_fnumber(shape, "receipt_date");

		return SPI_fnumber(shape, "customer_id") > 0 && day > 0 && is_day(getBaseType(SPI_gettypeid(shape, day)));
	}
	return sap_keys(change, &ignored, &ignored) != NULL;
}

static void
read_keys(const TriggerData *change, Datum keys[KEY_ARRAYS], bool *none)
{
	const char *rows = change->tg_newtable == NULL ? keys_of(change, "old_rows")
		: change->tg_oldtable == NULL ? keys_of(change, "new_rows")
		: psprintf("%s UNION %s", keys_of(change, "old_rows"), keys_of(change, "new_rows"));
	const char *query = psprintf(
								 "WITH key AS (SELECT DISTINCT k.customer_id, k.month, k.document FROM (%s) k),"
								 " size AS (SELECT k.month, count(*) <= " MOST_KEYS " AS is_small FROM key k GROUP BY k.month),"
								 " logged AS (SELECT DISTINCT CASE WHEN s.is_small THEN k.customer_id END AS customer_id, k.month,"
								 " CASE WHEN s.is_small THEN k.document END AS document FROM key k JOIN size s ON COALESCE(s.month, 'infinity') = COALESCE(k.month, 'infinity'))"
								 " SELECT array_agg(g.customer_id), array_agg(g.month), array_agg(g.document) FROM logged g", rows);

	if (SPI_register_trigger_data((TriggerData *) change) != SPI_OK_TD_REGISTER ||
		SPI_execute(query, false, 1) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not read the changed rows");
	for (int i = 0; i < KEY_ARRAYS; i++)
		keys[i] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1, none);
}

/* ---- the log ---- */

/* The relation and the partitioned tables that it belongs to, as oid[]. */
static Datum
lineage_of(Relation relation)
{
	List	   *ancestors = relation->rd_rel->relispartition ? get_partition_ancestors(RelationGetRelid(relation)) : NIL;
	ArrayBuildState *ids = accumArrayResult(NULL, ObjectIdGetDatum(RelationGetRelid(relation)), false, OIDOID, CurrentMemoryContext);
	ListCell   *cell;

	foreach(cell, ancestors)
		(void) accumArrayResult(ids, ObjectIdGetDatum(lfirst_oid(cell)), false, OIDOID, CurrentMemoryContext);
	return makeArrayResult(ids, CurrentMemoryContext);
}

/* Write keys, or the partition, or when both are none that everything has changed. */
static void
write_keys(const TriggerData *change, const Datum *keys, Oid partition)
{
	Oid			types[] = {INT4OID, OIDARRAYOID, OIDOID, TEXTARRAYOID, DATEARRAYOID, TEXTARRAYOID};
	Datum		values[] = {
		Int32GetDatum(pg_strtoint32(change->tg_trigger->tgargs[0])), lineage_of(change->tg_relation),
		ObjectIdGetDatum(partition), 0, 0, 0
	};
	char		nulls[] = {' ', ' ', OidIsValid(partition) ? ' ' : 'n', 'n', 'n', 'n'};
	SegCaller	caller = seg_become(seg_registry_owner());

	for (int i = 0; keys != NULL && i < KEY_ARRAYS; i++)
	{
		values[3 + i] = keys[i];
		nulls[3 + i] = ' ';
	}
	seg_fix_search_path();
	/* after a restore, and before the first refresh, the tables are those that the names say */
	if (SPI_execute_with_args("INSERT INTO segment.ledger_change (ledger_id, customer_id, month, document, partition_id)"
							  " SELECT l.ledger_id, k.customer_id, k.month, k.document, $3 FROM segment.ledger l,"
							  " ROWS FROM (unnest(COALESCE($4, '{NULL}')), unnest(COALESCE($5, '{NULL}')), unnest(COALESCE($6, '{NULL}'))) AS k(customer_id, month, document)"
							  " WHERE l.ledger_id = $1 AND CASE WHEN l.change_key = segment_internal.role_key('segment.ledger_change'::regclass) THEN $2 && l.source_ids"
							  " ELSE $2 && segment_internal.logged_tables(l.detect, to_regclass(format('%I.%I', l.source_schema, l.source_name))) END",
							  lengthof(types), types, values, nulls, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not log the changed rows");
	seg_become_again(&caller);
}

/* ---- partitions ---- */

/* What was logged last of all rows: once is enough in a subtransaction. */
static struct
{
	FullTransactionId transaction;
	SubTransactionId subtransaction;
	Oid			partition;
	Oid			trigger;
}			logged;

void
seg_trigger_forget(void)
{
	memset(&logged, 0, sizeof(logged));
}

static void
log_partition(const TriggerData *change)
{
	FullTransactionId transaction = GetTopFullTransactionId();
	Oid			partition = RelationGetRelid(change->tg_relation);

	if (FullTransactionIdEquals(logged.transaction, transaction) && logged.subtransaction == GetCurrentSubTransactionId() &&
		logged.partition == partition && logged.trigger == change->tg_trigger->tgoid)
		return;
	SPI_connect();
	write_keys(change, NULL, partition);
	SPI_finish();
	logged.transaction = transaction;
	logged.subtransaction = GetCurrentSubTransactionId();
	logged.partition = partition;
	logged.trigger = change->tg_trigger->tgoid;
}

/* ---- the trigger ---- */

/* FOR EACH STATEMENT with old_rows and new_rows. */
static void
log_statement(const TriggerData *change)
{
	Datum		keys[KEY_ARRAYS] = {0};
	bool		none = false;

	SPI_connect();
	if ((change->tg_oldtable == NULL && change->tg_newtable == NULL) || !has_columns(change))
		write_keys(change, NULL, InvalidOid);
	else
	{
		int			settings = seg_fix_settings();

		read_keys(change, keys, &none);
		AtEOXact_GUC(false, settings);
		if (!none)
			write_keys(change, keys, InvalidOid);
	}
	SPI_finish();
}

/*
 * Its arguments: the number of the ledger; of a table under a view of SAP receipts also the columns of
 * the customer, the date and the document.
 */
PG_FUNCTION_INFO_V1(ledger_changed);
Datum
ledger_changed(PG_FUNCTION_ARGS)
{
	TriggerData *change = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || (change->tg_trigger->tgnargs != 1 && change->tg_trigger->tgnargs != 4))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function must be called as a trigger that create_ledger made")));
	if (TRIGGER_FIRED_FOR_STATEMENT(change->tg_event))
	{
		log_statement(change);
		return PointerGetDatum(NULL);	/* no row to go on with, and not SQL's NULL */
	}
	log_partition(change);
	return PointerGetDatum(TRIGGER_FIRED_BY_UPDATE(change->tg_event) ? change->tg_newtuple : change->tg_trigtuple);
}
